import { nextOffer, offerOf } from "#server/sandbox/voice-model/mind/appointment.ts";
import { IDENTITY_QUESTION } from "#server/sandbox/voice-model/mind/identity.ts";
import { type Intent } from "#server/sandbox/voice-model/mind/intents.ts";
import { whenOf } from "#server/sandbox/voice-model/mind/later.ts";
import { callTool, type Move, say, type Scene } from "#server/sandbox/voice-model/mind/moves.ts";
import { exactWords, isQuestion, whisperedWords } from "#server/sandbox/voice-model/mind/notes.ts";
import * as phrase from "#server/sandbox/voice-model/mind/phrases.ts";
import { LAST_QUESTION } from "#server/sandbox/voice-model/mind/progress.ts";

import { Situation } from "#server/sandbox/voice-model/mind/situation.ts";

const MAX_AGENT_TURNS = 14;
const MAX_UNCLEAR = 2;
const MAX_TOPIC_CHARACTERS = 80;
const MAX_ANSWER_CHARACTERS = 300;
const MAX_REASON_CHARACTERS = 160;

/** The policy for one response; holds nothing between responses. */
class Turn {
  readonly #now: Situation;

  constructor(scene: Scene) {
    this.#now = new Situation(scene);
  }

  moves(): Move[] {
    const { toolsSinceCaller, isOptedOut, agentTurns, callerSpokeLast, lastAgentText } = this.#now.progress;
    if (this.#now.scene.aside) return say(this.#summary());
    if (toolsSinceCaller.includes("end_call")) return [];
    if (isOptedOut) return this.#now.end("opted_out");
    const move =
      this.#confirming() ?? this.#planning() ?? this.#agreeing() ?? this.#recording() ?? this.#note();
    if (move) return move;
    if (agentTurns === 0 && !callerSpokeLast) return say(phrase.opening(this.#now.briefing));
    if (!callerSpokeLast) return say(phrase.stillThere, lastAgentText ? this.#now.question() : "");
    if (agentTurns >= MAX_AGENT_TURNS && this.#now.progress.intent !== "optOut")
      return this.#now.end(this.#now.outcome());
    return this.#react(this.#now.progress.intent);
  }

  /** They answered who they are: have it confirmed, ask once more, or leave them alone. */
  #confirming(): Move[] | null {
    const { callerSpokeLast, callerText, toolsSinceCaller, intent } = this.#now.progress;
    const { said, isAskedEnough } = this.#now.identity;
    const isLeaving = ["optOut", "wrongNumber", "voicemail", "goodbye", "decline", "busy"].includes(intent);
    if (!this.#now.isStranger || !callerSpokeLast || isLeaving || said === "nothing") return null;
    if (said === "no") return this.#now.end("callee_busy");
    if (toolsSinceCaller.includes("confirm_person")) return null;
    if (said === "yes")
      return callTool("confirm_person", { words: callerText.slice(0, MAX_ANSWER_CHARACTERS) });
    return isAskedEnough ? this.#now.end("callee_busy") : say("Just to be sure:", IDENTITY_QUESTION);
  }

  /** They want to be called another time: for whom, then when, then goodbye. */
  #planning(): Move[] | null {
    const { callerSpokeLast, toolsSinceCaller, intent } = this.#now.progress;
    const { wish, outcome } = this.#now.later;
    const isLeaving = ["optOut", "wrongNumber", "decline"].includes(intent);
    if (wish === null || !callerSpokeLast || isLeaving || !this.#now.has("call_later")) return null;
    if (this.#now.isStranger) {
      const mayAsk = intent === "busy" && !this.#now.identity.isAskedEnough;
      return mayAsk ? say("Of course. So that I plan it for the right person:", IDENTITY_QUESTION) : null;
    }
    if (outcome === null) return callTool("call_later", { when: whenOf(wish) });
    if (!toolsSinceCaller.includes("call_later")) return null;
    const { planned } = outcome;
    return this.#now.end(
      "callee_busy",
      planned === null ? phrase.GOODBYES.callee_busy : phrase.callAgain(planned),
    );
  }

  /** They answered to a time that was offered: book it, offer the next one, or go on without. */
  #agreeing(): Move[] | null {
    const { callerSpokeLast, toolsSinceCaller } = this.#now.progress;
    const { booked, openOffer, reply, slots } = this.#now.booking;
    if (!this.#now.wantsVisit || this.#now.isStranger || !callerSpokeLast) return null;
    if (booked !== null)
      return toolsSinceCaller.includes("book_slot")
        ? say(phrase.isBooked(booked), this.#now.question())
        : null;
    if (openOffer === null || reply === "none") return null;
    if (reply === "yes") {
      const slot = slots.find((one) => one.say === openOffer);
      if (slot === undefined && this.#now.mayUse("offer_slots")) return callTool("offer_slots");
      if (slot !== undefined && this.#now.mayUse("book_slot"))
        return callTool("book_slot", { slotId: slot.slotId });
    }
    const next = nextOffer(this.#now.booking);
    const sorry = reply === "no" ? "I see." : "I'm sorry, that time is taken.";
    return say(sorry, next === null ? this.#now.question() : offerOf(next.say));
  }

  #recording(): Move[] | null {
    const { justAnswered, toolsSinceCaller, intent } = this.#now.progress;
    const isOpen =
      justAnswered &&
      intent !== "optOut" &&
      !toolsSinceCaller.includes("record_answer") &&
      this.#now.has("record_answer");
    if (!isOpen) return null;
    const topic = justAnswered.topic.slice(0, MAX_TOPIC_CHARACTERS);
    const answer = justAnswered.answer.slice(0, MAX_ANSWER_CHARACTERS);
    return callTool("record_answer", { topic, answer });
  }

  #react(intent: Intent): Move[] {
    const { pending } = this.#now.progress;
    switch (intent) {
      case "optOut":
        return this.#optOut();
      case "wrongNumber":
        return this.#now.end("wrong_number");
      case "voicemail":
        return this.#now.end("voicemail");
      case "busy":
        return this.#now.end("callee_busy");
      case "decline":
        return this.#now.end(pending.kind === "last" ? "objective_met" : "declined");
      case "goodbye":
        return this.#now.end(this.#now.outcome());
      case "softBusy":
        return pending.kind === "none" ? this.#now.end("callee_busy") : this.#goOn();
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
    const briefing = this.#now.briefing;
    const replies: Partial<Record<Intent, string>> = {
      robot: phrase.admitsAi(briefing),
      human: phrase.humanLater(briefing),
      who: phrase.whoIsCalling(briefing),
      source: phrase.fromWhere(briefing),
      why: phrase.whyCalling(briefing),
      price: phrase.noPrice(briefing),
      question: phrase.notKnown(briefing),
    };
    if (intent === "human" && this.#now.mayUse("request_person")) {
      return callTool("request_person", {
        reason: this.#now.progress.callerText.slice(0, MAX_REASON_CHARACTERS),
      });
    }
    const reply = replies[intent];
    if (reply !== undefined) return say(reply, this.#now.resume());
    if (intent === "repeat")
      return say(this.#now.isWaiting() ? this.#now.question() : this.#now.introduction());
    if (intent === "greeting")
      return say(this.#now.progress.lastAgentCut ? this.#now.introduction() : "Hello!", this.#now.resume());
    return this.#goOn();
  }

  #optOut(): Move[] {
    if (!this.#now.has("mark_do_not_call")) return this.#now.end("opted_out");
    const reason = `The callee said: ${this.#now.progress.callerText}`.slice(0, MAX_ANSWER_CHARACTERS);
    return callTool("mark_do_not_call", { reason });
  }

  #unclear(): Move[] {
    const heardNothing = this.#now.scene.lines.filter(
      (line) => line.by === "caller" && line.text === "",
    ).length;
    if (heardNothing > MAX_UNCLEAR) return say(this.#now.question());
    return say(phrase.didNotCatch(this.#now.progress.agentTurns));
  }

  #no(): Move[] {
    const { pending, lastAgentText } = this.#now.progress;
    if (pending.kind !== "none") return this.#goOn();
    return this.#now.end(/record/i.test(lastAgentText) ? "declined" : "callee_busy");
  }

  /** The callee answered, agreed or told something: thank and take the next step. */
  #goOn(): Move[] {
    const { pending, justAnswered, callerText, agentTurns, lastAgentCut, intent, toolsSinceCaller } =
      this.#now.progress;
    if (pending.kind === "last") {
      const goodbye = phrase.GOODBYES.objective_met;
      return this.#now.end("objective_met", intent === "no" ? goodbye : `I'll add that. ${goodbye}`);
    }
    if (lastAgentCut && !justAnswered) return say(this.#afterInterruption(), this.#now.resume());
    const thanks = phrase.acknowledge(agentTurns, justAnswered?.answer ?? callerText);
    const question = this.#now.question();
    const { details } = this.#now.identity;
    if (details !== null && toolsSinceCaller.includes("confirm_person"))
      return say(`Thank you, ${details.name.split(" ")[0]}.`, question);
    if (question === LAST_QUESTION) return this.#conclude(thanks);
    return say(justAnswered ? thanks : "Great.", question);
  }

  /** Nothing is left to ask: a time for the visit, or what happens next. */
  #conclude(thanks: string): Move[] {
    const next = nextOffer(this.#now.booking);
    if (this.#now.mayOffer && next !== null) return say(thanks, offerOf(next.say));
    if (this.#now.mayOffer && this.#now.mayUse("offer_slots")) return callTool("offer_slots");
    if (this.#now.booking.booked !== null)
      return say(thanks, phrase.isBooked(this.#now.booking.booked), LAST_QUESTION);
    return say(thanks, phrase.nextStep(this.#now.briefing, this.#now.preferredTime()));
  }

  #afterInterruption(): string {
    const { intent, agentTurns } = this.#now.progress;
    if (agentTurns <= 1) return `Sure. ${this.#now.introduction()}`;
    return intent === "statement" ? "I hear you." : "";
  }

  /** Reacts to a note of the system: silence, a lost line, a whisper of the business. Null: nothing noted. */
  #note(): Move[] | null {
    const { override, instructions } = this.#now.scene;
    const extra = override?.replace(instructions, "").trim() ?? "";
    const isBriefing = /^\W*Business:/im.test(extra);
    if (/given the call back/i.test(extra)) return this.#takenBack(extra);
    // What a colleague said is no order.
    const notes = this.#now.progress.notes.filter((one) => !one.startsWith("A colleague of yours said"));
    const note = notes.at(-1) ?? (isBriefing ? "" : extra);
    if (note === "") return null;
    if (/silen|quiet|still there|no answer|not (spoken|responded|answered)/i.test(note)) {
      return say(phrase.stillThere, this.#now.progress.lastAgentText ? this.#now.question() : "");
    }
    if (/dropp|reconnect|connection|line (was|broke|is back)|interrupted for/i.test(note)) {
      return say(phrase.lineDropped, this.#now.resume());
    }
    if (/time limit|wrap up|end the call|say goodbye|hang up/i.test(note))
      return this.#now.end(this.#now.outcome());
    if (/greet|opening|introduce/i.test(note)) return say(phrase.opening(this.#now.briefing));
    return this.#whispered(note);
  }

  /** A person spoke in the agent's place, and perhaps left a wish. */
  #takenBack(guidance: string): Move[] {
    const wish = /asks you: ([\s\S]+)$/.exec(guidance)?.[1]?.trim();
    const words = wish === undefined ? "" : whisperedWords(wish);
    return say("Thank you, I am back on the line.", words === "" ? this.#now.resume() : words);
  }

  #whispered(note: string): Move[] {
    const { callerSpokeLast, intent, agentTurns, callerText } = this.#now.progress;
    if (callerSpokeLast && ["optOut", "wrongNumber"].includes(intent)) return this.#react(intent);
    const reply =
      intent === "robot" ? phrase.admitsAi(this.#now.briefing) : phrase.acknowledge(agentTurns, callerText);
    const thanks = callerSpokeLast ? reply : "";
    const words = whisperedWords(note);
    return say(thanks, words, isQuestion(words) ? "" : this.#now.resume());
  }

  #summary(): string {
    const { answers, callerText } = this.#now.progress;
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
