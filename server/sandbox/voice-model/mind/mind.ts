import { type Briefing, briefingOf, spokenQuestion } from "#server/sandbox/voice-model/mind/briefing.ts";
import { type Identity, IDENTITY_QUESTION, identityIn } from "#server/sandbox/voice-model/mind/identity.ts";
import { type Intent, intentOf } from "#server/sandbox/voice-model/mind/intents.ts";
import * as phrase from "#server/sandbox/voice-model/mind/phrases.ts";
import {
  LAST_QUESTION,
  type Line,
  type Progress,
  progressOf,
} from "#server/sandbox/voice-model/mind/progress.ts";

/** Everything the mind may look at. The same scene always gives the same moves. */
export type Scene = {
  /** The session's instructions. */
  readonly instructions: string;
  /** The instructions of this one response, when it has its own; they replace the session's. */
  readonly override: string | null;
  /** Names of the tools that may be used. */
  readonly tools: readonly string[];
  readonly lines: readonly Line[];
  /** An answer beside the conversation (`conversation: "none"`). */
  readonly aside: boolean;
};

/** One output item: words to say, or a tool to call. */
export type Move =
  | { kind: "say"; text: string; phase: "commentary" | "final_answer" | null }
  | { kind: "call"; name: string; arguments: Record<string, string> };

type EndReason = keyof typeof phrase.GOODBYES | "voicemail";

const MAX_AGENT_TURNS = 14;
const MAX_UNCLEAR = 2;
const MAX_TOPIC_CHARACTERS = 80;
const MAX_ANSWER_CHARACTERS = 300;
const MAX_REASON_CHARACTERS = 160;

const TIME =
  /\b((this|next) )?(monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|weekend)( (morning|afternoon|evening)| at \w+)*/i;

const say = (...sentences: string[]): Move[] => [
  { kind: "say", text: sentences.filter((sentence) => sentence !== "").join(" "), phase: null },
];

/** The policy for one response; holds nothing between responses. */
class Turn {
  readonly #scene: Scene;
  readonly #briefing: Briefing;
  readonly #progress: Progress;
  readonly #identity: Identity;

  constructor(scene: Scene) {
    const { override, instructions } = scene;
    this.#scene = scene;
    this.#identity = identityIn(scene.lines, intentOf);
    const prompt = override && /^\W*Business:/im.test(override) ? override : instructions;
    const briefing = briefingOf(prompt, this.#identity.details?.need);
    // Whoever is on the phone: nothing of the matter before they said who they are.
    this.#briefing = this.#isStranger ? { ...briefing, need: "", objective: "" } : briefing;
    this.#progress = progressOf(scene.lines, this.#briefing.questions);
  }

  moves(): Move[] {
    const { toolsSinceCaller, isOptedOut, agentTurns, callerSpokeLast, lastAgentText } = this.#progress;
    if (this.#scene.aside) return say(this.#summary());
    if (toolsSinceCaller.includes("end_call")) return [];
    if (isOptedOut) return this.#end("opted_out");
    const move = this.#confirming() ?? this.#recording() ?? this.#note();
    if (move) return move;
    if (agentTurns === 0 && !callerSpokeLast) return say(phrase.opening(this.#briefing));
    if (!callerSpokeLast) return say(phrase.stillThere, lastAgentText ? this.#question() : "");
    if (agentTurns >= MAX_AGENT_TURNS && this.#progress.intent !== "optOut")
      return this.#end(this.#outcome());
    return this.#react(this.#progress.intent);
  }

  #has(tool: string): boolean {
    return this.#scene.tools.includes(tool);
  }

  /** The tool is there and was not used for the caller's newest words. */
  #mayUse(tool: string): boolean {
    return this.#has(tool) && !this.#progress.toolsSinceCaller.includes(tool);
  }

  get #isStranger(): boolean {
    return this.#has("confirm_person") && this.#identity.details === null;
  }

  /** They answered who they are: have it confirmed, ask once more, or leave them alone. */
  #confirming(): Move[] | null {
    const { callerSpokeLast, callerText, toolsSinceCaller, intent } = this.#progress;
    const { said, isAskedEnough } = this.#identity;
    const isLeaving = ["optOut", "wrongNumber", "voicemail", "goodbye", "decline", "busy"].includes(intent);
    if (!this.#isStranger || !callerSpokeLast || isLeaving || said === "nothing") return null;
    if (said === "no") return this.#end("callee_busy");
    if (toolsSinceCaller.includes("confirm_person")) return null;
    if (said === "yes") {
      const words = callerText.slice(0, MAX_ANSWER_CHARACTERS);
      return [{ kind: "call", name: "confirm_person", arguments: { words } }];
    }
    return isAskedEnough ? this.#end("callee_busy") : say("Just to be sure:", IDENTITY_QUESTION);
  }

  #outcome(): EndReason {
    return this.#progress.answers.size > 0 ? "objective_met" : "declined";
  }

  /** Says the goodbye first and hangs up after it, in one response. */
  #end(reason: EndReason, before = ""): Move[] {
    const goodbye = reason === "voicemail" ? phrase.message(this.#briefing) : phrase.GOODBYES[reason];
    const words = [before, goodbye].filter((part) => part !== "").join(" ");
    if (!this.#has("end_call")) return say(words);
    return [
      { kind: "say", text: words, phase: "final_answer" },
      { kind: "call", name: "end_call", arguments: { reason } },
    ];
  }

  /** The next thing to ask; the unanswered pending question comes again. */
  #question(): string {
    if (this.#isStranger) return IDENTITY_QUESTION;
    const { answers } = this.#progress;
    const next = this.#briefing.questions.find(({ topic }) => !answers.has(topic));
    return next?.ask ?? LAST_QUESTION;
  }

  #isWaiting(): boolean {
    return this.#progress.pending.kind !== "none" && this.#progress.justAnswered === null;
  }

  /** Back to the matter after the callee's own question or an interruption. */
  #resume(): string {
    const question = this.#question();
    const again = this.#isWaiting() || this.#progress.lastAgentCut;
    return again ? phrase.askAgain(this.#progress.agentTurns, question) : question;
  }

  #recording(): Move[] | null {
    const { justAnswered, toolsSinceCaller, intent } = this.#progress;
    const isOpen =
      justAnswered &&
      intent !== "optOut" &&
      !toolsSinceCaller.includes("record_answer") &&
      this.#has("record_answer");
    if (!isOpen) return null;
    const topic = justAnswered.topic.slice(0, MAX_TOPIC_CHARACTERS);
    const answer = justAnswered.answer.slice(0, MAX_ANSWER_CHARACTERS);
    return [{ kind: "call", name: "record_answer", arguments: { topic, answer } }];
  }

  #react(intent: Intent): Move[] {
    const { pending } = this.#progress;
    switch (intent) {
      case "optOut":
        return this.#optOut();
      case "wrongNumber":
        return this.#end("wrong_number");
      case "voicemail":
        return this.#end("voicemail");
      case "busy":
        return this.#end("callee_busy");
      case "decline":
        return this.#end(pending.kind === "last" ? "objective_met" : "declined");
      case "goodbye":
        return this.#end(this.#outcome());
      case "softBusy":
        return pending.kind === "none" ? this.#end("callee_busy") : this.#goOn();
      case "wait":
        return say(phrase.takeYourTime);
      case "unclear":
        return this.#unclear();
      case "no":
        return this.#no();
      default:
        return this.#answerTo(intent);
    }
  }

  #answerTo(intent: Intent): Move[] {
    const briefing = this.#briefing;
    const replies: Partial<Record<Intent, string>> = {
      robot: phrase.admitsAi(briefing),
      human: phrase.humanLater(briefing),
      who: phrase.whoIsCalling(briefing),
      source: phrase.fromWhere(briefing),
      why: phrase.whyCalling(briefing),
      price: phrase.noPrice(briefing),
      question: phrase.notKnown(briefing),
    };
    if (intent === "human" && this.#mayUse("request_person")) {
      return [
        {
          kind: "call",
          name: "request_person",
          arguments: { reason: this.#progress.callerText.slice(0, MAX_REASON_CHARACTERS) },
        },
      ];
    }
    const reply = replies[intent];
    if (reply !== undefined) return say(reply, this.#resume());
    if (intent === "repeat") return say(this.#isWaiting() ? this.#question() : this.#introduction());
    if (intent === "greeting")
      return say(this.#progress.lastAgentCut ? this.#introduction() : "Hello!", this.#resume());
    return this.#goOn();
  }

  /** Says again who calls and why, for somebody who missed the beginning. */
  #introduction(): string {
    return `${phrase.whoIsCalling(this.#briefing)} ${phrase.whyCalling(this.#briefing)}`;
  }

  #optOut(): Move[] {
    if (!this.#has("mark_do_not_call")) return this.#end("opted_out");
    const reason = `The callee said: ${this.#progress.callerText}`.slice(0, MAX_ANSWER_CHARACTERS);
    return [{ kind: "call", name: "mark_do_not_call", arguments: { reason } }];
  }

  #unclear(): Move[] {
    const heardNothing = this.#scene.lines.filter((line) => line.by === "caller" && line.text === "").length;
    if (heardNothing > MAX_UNCLEAR) return say(this.#question());
    return say(phrase.didNotCatch(this.#progress.agentTurns));
  }

  #no(): Move[] {
    const { pending, lastAgentText } = this.#progress;
    if (pending.kind !== "none") return this.#goOn();
    return this.#end(/record/i.test(lastAgentText) ? "declined" : "callee_busy");
  }

  /** The callee answered, agreed or told something: thank and take the next step. */
  #goOn(): Move[] {
    const { pending, justAnswered, callerText, agentTurns, lastAgentCut, intent, toolsSinceCaller } =
      this.#progress;
    if (pending.kind === "last") return this.#end("objective_met", intent === "no" ? "" : "I'll add that.");
    if (lastAgentCut && !justAnswered) return say(this.#afterInterruption(), this.#resume());
    const thanks = phrase.acknowledge(agentTurns, justAnswered?.answer ?? callerText);
    const question = this.#question();
    const { details } = this.#identity;
    if (details !== null && toolsSinceCaller.includes("confirm_person"))
      return say(`Thank you, ${details.name.split(" ")[0]}.`, question);
    if (question === LAST_QUESTION)
      return say(thanks, phrase.nextStep(this.#briefing, this.#preferredTime()));
    return say(justAnswered ? thanks : "Great.", question);
  }

  #preferredTime(): string {
    const times = [...this.#progress.answers.values()].map((answer) => TIME.exec(answer)?.[0] ?? "");
    return times.findLast((time) => time !== "") ?? "";
  }

  #afterInterruption(): string {
    const { intent, agentTurns } = this.#progress;
    if (agentTurns <= 1) return `Sure. ${this.#introduction()}`;
    return intent === "statement" ? "I hear you." : "";
  }

  /** Reacts to a note of the system: silence, a lost line, a whisper of the business. Null: nothing noted. */
  #note(): Move[] | null {
    const { override, instructions } = this.#scene;
    const extra = override?.replace(instructions, "").trim() ?? "";
    const isBriefing = /^\W*Business:/im.test(extra);
    const note = this.#progress.notes.at(-1) ?? (isBriefing ? "" : extra);
    if (note === "") return null;
    if (/silen|quiet|still there|no answer|not (spoken|responded|answered)/i.test(note)) {
      return say(phrase.stillThere, this.#progress.lastAgentText ? this.#question() : "");
    }
    if (/dropp|reconnect|connection|line (was|broke|is back)|interrupted for/i.test(note)) {
      return say(phrase.lineDropped, this.#resume());
    }
    if (/time limit|wrap up|end the call|say goodbye|hang up/i.test(note)) return this.#end(this.#outcome());
    if (/greet|opening|introduce/i.test(note)) return say(phrase.opening(this.#briefing));
    return this.#whispered(note);
  }

  #whispered(note: string): Move[] {
    const { callerSpokeLast, intent, agentTurns, callerText } = this.#progress;
    if (callerSpokeLast && ["optOut", "wrongNumber"].includes(intent)) return this.#react(intent);
    const wish = note
      .replace(/^[^:?]{0,120}:\s+/, "")
      .replaceAll('"', "")
      .trim();
    const reply =
      intent === "robot" ? phrase.admitsAi(this.#briefing) : phrase.acknowledge(agentTurns, callerText);
    const thanks = callerSpokeLast ? reply : "";
    if (wish.endsWith("?") || /^(please )?(ask|find out|check|confirm)\b/i.test(wish)) {
      return say(thanks, "One more thing.", spokenQuestion(wish));
    }
    const told = wish.replace(
      /^(please )?(tell|say|mention|offer|let)( to)?( (them|him|her|the (customer|caller|consumer)))?( know)?( that)? /i,
      "",
    );
    return say(thanks, `I should also mention: ${told.replace(/[.\s]+$/, "")}.`, this.#resume());
  }

  #summary(): string {
    const { answers, callerText } = this.#progress;
    const topics = [...answers.keys()].join("; ");
    const known = topics === "" ? "Nothing was answered yet." : `Answered so far: ${topics}.`;
    return callerText === "" ? known : `${known} The callee's last words: ${callerText}`;
  }
}

function exactWords(instructions: string | null): string | null {
  const quoted = /Say exactly these words and nothing else:\s*"([\s\S]*)"/.exec(instructions ?? "")?.[1];
  return quoted?.replaceAll('\\"', '"') ?? null;
}

/** Decides what the model does in one response: a few words, a tool call, both, or (after the goodbye) nothing. */
export function nextMoves(scene: Scene): Move[] {
  const exact = exactWords(scene.override);
  return exact === null ? new Turn(scene).moves() : say(exact);
}
