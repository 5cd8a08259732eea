import {
  type Booking,
  bookingIn,
  nextOffer,
  offerOf,
  TIME_TOPIC,
  WANTS_VISIT,
} from "#server/sandbox/voice-model/mind/appointment.ts";
import { type Briefing, briefingOf } from "#server/sandbox/voice-model/mind/briefing.ts";
import { type Identity, IDENTITY_QUESTION, identityIn } from "#server/sandbox/voice-model/mind/identity.ts";
import { type Intent, intentOf, isAnswer } from "#server/sandbox/voice-model/mind/intents.ts";
import { type Later, laterIn, whenOf } from "#server/sandbox/voice-model/mind/later.ts";
import { callTool, type Move, say, type Scene } from "#server/sandbox/voice-model/mind/moves.ts";
import { exactWords, isQuestion, whisperedWords } from "#server/sandbox/voice-model/mind/notes.ts";
import * as phrase from "#server/sandbox/voice-model/mind/phrases.ts";
import { LAST_QUESTION, type Progress, progressOf } from "#server/sandbox/voice-model/mind/progress.ts";

type EndReason = keyof typeof phrase.GOODBYES | "voicemail";

const MAX_AGENT_TURNS = 14;
const MAX_UNCLEAR = 2;
const MAX_TOPIC_CHARACTERS = 80;
const MAX_ANSWER_CHARACTERS = 300;
const MAX_REASON_CHARACTERS = 160;

const TIME =
  /\b((this|next) )?(monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|weekend)( (morning|afternoon|evening)| at \w+)*/i;

/** The policy for one response; holds nothing between responses. */
class Turn {
  readonly #scene: Scene;
  readonly #briefing: Briefing;
  readonly #progress: Progress;
  readonly #identity: Identity;
  readonly #booking: Booking;
  readonly #later: Later;
  readonly #wantsVisit: boolean;

  constructor(scene: Scene) {
    const { override, instructions } = scene;
    this.#scene = scene;
    this.#identity = identityIn(scene.lines, intentOf);
    const prompt = override && /^\W*Business:/im.test(override) ? override : instructions;
    const briefing = briefingOf(prompt, this.#identity.details?.need);
    // Whoever is on the phone: nothing of the matter before they said who they are.
    this.#briefing = this.#isStranger ? { ...briefing, need: "", objective: "" } : briefing;
    this.#wantsVisit = this.#has("book_slot") && WANTS_VISIT.test(briefing.objective);
    this.#booking = bookingIn(scene.lines, (text) => isAnswer(intentOf(text)));
    this.#later = laterIn(scene.lines);
    this.#progress = progressOf(scene.lines, this.#briefing.questions);
  }

  moves(): Move[] {
    const { toolsSinceCaller, isOptedOut, agentTurns, callerSpokeLast, lastAgentText } = this.#progress;
    if (this.#scene.aside) return say(this.#summary());
    if (toolsSinceCaller.includes("end_call")) return [];
    if (isOptedOut) return this.#end("opted_out");
    const move =
      this.#confirming() ?? this.#planning() ?? this.#agreeing() ?? this.#recording() ?? this.#note();
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
    if (said === "yes")
      return callTool("confirm_person", { words: callerText.slice(0, MAX_ANSWER_CHARACTERS) });
    return isAskedEnough ? this.#end("callee_busy") : say("Just to be sure:", IDENTITY_QUESTION);
  }

  /** They want to be called another time: for whom, then when, then goodbye. */
  #planning(): Move[] | null {
    const { callerSpokeLast, toolsSinceCaller, intent } = this.#progress;
    const { wish, outcome } = this.#later;
    const isLeaving = ["optOut", "wrongNumber", "decline"].includes(intent);
    if (wish === null || !callerSpokeLast || isLeaving || !this.#has("call_later")) return null;
    if (this.#isStranger) {
      const mayAsk = intent === "busy" && !this.#identity.isAskedEnough;
      return mayAsk ? say("Of course. So that I plan it for the right person:", IDENTITY_QUESTION) : null;
    }
    if (outcome === null) return callTool("call_later", { when: whenOf(wish) });
    if (!toolsSinceCaller.includes("call_later")) return null;
    const { planned } = outcome;
    return this.#end(
      "callee_busy",
      planned === null ? phrase.GOODBYES.callee_busy : phrase.callAgain(planned),
    );
  }

  /** They answered to a time that was offered: book it, offer the next one, or go on without. */
  #agreeing(): Move[] | null {
    const { callerSpokeLast, toolsSinceCaller } = this.#progress;
    const { booked, openOffer, reply, slots } = this.#booking;
    if (!this.#wantsVisit || this.#isStranger || !callerSpokeLast) return null;
    if (booked !== null)
      return toolsSinceCaller.includes("book_slot") ? say(phrase.isBooked(booked), this.#question()) : null;
    if (openOffer === null || reply === "none") return null;
    if (reply === "yes") {
      const slot = slots.find((one) => one.say === openOffer);
      if (slot === undefined && this.#mayUse("offer_slots")) return callTool("offer_slots");
      if (slot !== undefined && this.#mayUse("book_slot"))
        return callTool("book_slot", { slotId: slot.slotId });
    }
    const next = nextOffer(this.#booking);
    const sorry = reply === "no" ? "I see." : "I'm sorry, that time is taken.";
    return say(sorry, next === null ? this.#question() : offerOf(next.say));
  }

  /** A time can still be agreed. */
  get #mayOffer(): boolean {
    const { booked, openOffer, reply, isAsked } = this.#booking;
    if (!this.#wantsVisit || booked !== null) return false;
    return !isAsked || nextOffer(this.#booking) !== null || (openOffer !== null && reply !== "no");
  }

  #outcome(): EndReason {
    if (this.#booking.booked !== null) return "objective_met";
    return this.#progress.answers.size > 0 ? "objective_met" : "declined";
  }

  /** Says the goodbye first and hangs up after it, in one response. */
  #end(reason: EndReason, words = this.#goodbye(reason)): Move[] {
    if (!this.#has("end_call")) return say(words);
    return [{ kind: "say", text: words, phase: "final_answer" }, ...callTool("end_call", { reason })];
  }

  #goodbye(reason: EndReason): string {
    return reason === "voicemail" ? phrase.message(this.#briefing) : phrase.GOODBYES[reason];
  }

  /** The next thing to ask; the unanswered pending question comes again. */
  #question(): string {
    if (this.#isStranger) return IDENTITY_QUESTION;
    const { answers } = this.#progress;
    const { openOffer, reply, booked } = this.#booking;
    if (openOffer !== null && reply === "none" && booked === null) return offerOf(openOffer);
    const isAgreed = booked !== null || this.#mayOffer;
    const next = this.#briefing.questions.find(
      ({ topic }) => !answers.has(topic) && !(topic === TIME_TOPIC && isAgreed),
    );
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
    return callTool("record_answer", { topic, answer });
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
      return callTool("request_person", {
        reason: this.#progress.callerText.slice(0, MAX_REASON_CHARACTERS),
      });
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
    return callTool("mark_do_not_call", { reason });
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
    if (pending.kind === "last") {
      const goodbye = phrase.GOODBYES.objective_met;
      return this.#end("objective_met", intent === "no" ? goodbye : `I'll add that. ${goodbye}`);
    }
    if (lastAgentCut && !justAnswered) return say(this.#afterInterruption(), this.#resume());
    const thanks = phrase.acknowledge(agentTurns, justAnswered?.answer ?? callerText);
    const question = this.#question();
    const { details } = this.#identity;
    if (details !== null && toolsSinceCaller.includes("confirm_person"))
      return say(`Thank you, ${details.name.split(" ")[0]}.`, question);
    if (question === LAST_QUESTION) return this.#conclude(thanks);
    return say(justAnswered ? thanks : "Great.", question);
  }

  /** Nothing is left to ask: a time for the visit, or what happens next. */
  #conclude(thanks: string): Move[] {
    const next = nextOffer(this.#booking);
    if (this.#mayOffer && next !== null) return say(thanks, offerOf(next.say));
    if (this.#mayOffer && this.#mayUse("offer_slots")) return callTool("offer_slots");
    if (this.#booking.booked !== null)
      return say(thanks, phrase.isBooked(this.#booking.booked), LAST_QUESTION);
    return say(thanks, phrase.nextStep(this.#briefing, this.#preferredTime()));
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
    const reply =
      intent === "robot" ? phrase.admitsAi(this.#briefing) : phrase.acknowledge(agentTurns, callerText);
    const thanks = callerSpokeLast ? reply : "";
    const words = whisperedWords(note);
    return say(thanks, words, isQuestion(words) ? "" : this.#resume());
  }

  #summary(): string {
    const { answers, callerText } = this.#progress;
    const topics = [...answers.keys()].join("; ");
    const known = topics === "" ? "Nothing was answered yet." : `Answered so far: ${topics}.`;
    return callerText === "" ? known : `${known} The callee's last words: ${callerText}`;
  }
}

/** Decides what the model does in one response: a few words, a tool call, both, or (after the goodbye) nothing. */
export function nextMoves(scene: Scene): Move[] {
  const exact = exactWords(scene.override);
  return exact === null ? new Turn(scene).moves() : say(exact);
}
