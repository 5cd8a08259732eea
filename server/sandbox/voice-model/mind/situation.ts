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
import { intentOf, isAnswer } from "#server/sandbox/voice-model/mind/intents.ts";
import { type Later, laterIn } from "#server/sandbox/voice-model/mind/later.ts";
import { callTool, type Move, say, type Scene } from "#server/sandbox/voice-model/mind/moves.ts";
import * as phrase from "#server/sandbox/voice-model/mind/phrases.ts";
import { LAST_QUESTION, type Progress, progressOf } from "#server/sandbox/voice-model/mind/progress.ts";

export type EndReason = keyof typeof phrase.GOODBYES | "voicemail";

const TIME =
  /\b((this|next) )?(monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|weekend)( (morning|afternoon|evening)| at \w+)*/i;

/** What one response has to reckon with: what was said and done so far, and the small steps that every reply is made of. */
export class Situation {
  readonly scene: Scene;
  readonly briefing: Briefing;
  readonly progress: Progress;
  readonly identity: Identity;
  readonly booking: Booking;
  readonly later: Later;
  readonly wantsVisit: boolean;

  constructor(scene: Scene) {
    const { override, instructions } = scene;
    this.scene = scene;
    this.identity = identityIn(scene.lines, intentOf);
    const prompt = override && /^\W*Business:/im.test(override) ? override : instructions;
    const briefing = briefingOf(prompt, this.identity.details?.need);
    // Whoever is on the phone: nothing of the matter before they said who they are.
    this.briefing = this.isStranger ? { ...briefing, need: "", objective: "" } : briefing;
    this.wantsVisit = this.has("book_slot") && WANTS_VISIT.test(briefing.objective);
    this.booking = bookingIn(scene.lines, (text) => isAnswer(intentOf(text)));
    this.later = laterIn(scene.lines);
    this.progress = progressOf(scene.lines, this.briefing.questions);
  }

  has(tool: string): boolean {
    return this.scene.tools.includes(tool);
  }

  /** The tool is there and was not used for the caller's newest words. */
  mayUse(tool: string): boolean {
    return this.has(tool) && !this.progress.toolsSinceCaller.includes(tool);
  }

  get isStranger(): boolean {
    return this.has("confirm_person") && this.identity.details === null;
  }

  /** A time can still be agreed. */
  get mayOffer(): boolean {
    const { booked, openOffer, reply, isAsked } = this.booking;
    if (!this.wantsVisit || booked !== null) return false;
    return !isAsked || nextOffer(this.booking) !== null || (openOffer !== null && reply !== "no");
  }

  outcome(): EndReason {
    if (this.booking.booked !== null) return "objective_met";
    return this.progress.answers.size > 0 ? "objective_met" : "declined";
  }

  /** Says the goodbye first and hangs up after it, in one response. */
  end(reason: EndReason, words = this.#goodbye(reason)): Move[] {
    if (!this.has("end_call")) return say(words);
    return [{ kind: "say", text: words, phase: "final_answer" }, ...callTool("end_call", { reason })];
  }

  #goodbye(reason: EndReason): string {
    return reason === "voicemail" ? phrase.message(this.briefing) : phrase.GOODBYES[reason];
  }

  /** The next thing to ask; the unanswered pending question comes again. */
  question(): string {
    if (this.isStranger) return IDENTITY_QUESTION;
    const { answers } = this.progress;
    const { openOffer, reply, booked } = this.booking;
    if (openOffer !== null && reply === "none" && booked === null) return offerOf(openOffer);
    const isAgreed = booked !== null || this.mayOffer;
    const next = this.briefing.questions.find(
      ({ topic }) => !answers.has(topic) && !(topic === TIME_TOPIC && isAgreed),
    );
    return next?.ask ?? LAST_QUESTION;
  }

  isWaiting(): boolean {
    return this.progress.pending.kind !== "none" && this.progress.justAnswered === null;
  }

  /** Back to the matter after the callee's own question or an interruption. */
  resume(): string {
    const question = this.question();
    const again = this.isWaiting() || this.progress.lastAgentCut;
    return again ? phrase.askAgain(this.progress.agentTurns, question) : question;
  }

  /** Says again who calls and why, for somebody who missed the beginning. */
  introduction(): string {
    return `${phrase.whoIsCalling(this.briefing)} ${phrase.whyCalling(this.briefing)}`;
  }

  preferredTime(): string {
    const times = [...this.progress.answers.values()].map((answer) => TIME.exec(answer)?.[0] ?? "");
    return times.findLast((time) => time !== "") ?? "";
  }
}
