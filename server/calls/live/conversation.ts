import type { CallHead } from "#server/calls/call-document.ts";
import { type Past, personIn } from "#server/calls/live/actor-deps.ts";
import {
  type ConversationHost,
  type ConversationParts,
  conversationParts,
} from "#server/calls/live/conversation-parts.ts";
import { endLeftOpen } from "#server/calls/live/history.ts";
import type { MicSound } from "#server/calls/live/hold.ts";
import { resumeGuidance } from "#server/calls/live/resume-guidance.ts";
import { askedToStop, type HowStopped } from "#server/calls/live/stop-request.ts";
import type { Steer } from "#server/calls/live/steers.ts";
import { VoiceEvents } from "#server/calls/live/voice-events.ts";
import { VoiceLine } from "#server/calls/live/voice-line.ts";
import type { MediaStream } from "#server/telephony/telephony.ts";
import { relayedListener } from "#server/voice/relayed-listener.ts";
import type { VoiceSession } from "#server/voice/voice.ts";
import type { VoiceTotals } from "#shared/call/cost.ts";
import type { CallEventOf, Speaker } from "#shared/call/events.ts";

/** Who speaks, who is silent, and what was really heard of it: between one phone and one voice model, from the hello to the goodbye. */
export class Conversation {
  readonly line: VoiceLine;
  readonly #host: ConversationHost;
  readonly #is: ConversationParts;
  /** Both sides are connected. */
  #joined = false;
  /** The stream's claim is stored, and what was before is known. */
  #mayBegin = false;
  #agentSpokeLast = false;
  /** Who was speaking when the line broke. */
  #cutOff: Speaker | null = null;
  /** Nothing new is said any more; words on their way are still kept. */
  #over = false;
  /** There is no voice session any more, and a person holds the call. */
  #isVoiceless = false;

  constructor(call: CallHead, past: Past, host: ConversationHost) {
    const { clock, voice } = host.deps;
    this.#host = host;
    this.#is = conversationParts(call, past, host, {
      voice: () => this.#voice,
      hasVoice: () => this.line.ready,
      itemHeard: (itemId, text, answerId) => this.#itemHeard(itemId, text, answerId),
      atRest: () => this.atRest,
      unproven: () => this.#unproven(),
      cutIn: () => this.#cutIn(),
      giveToPerson: () => this.#giveToPerson(),
      takeBack: (guidance) => this.#takeBack(guidance),
      hush: () => this.#hush(),
    });
    this.line = new VoiceLine(call, past, {
      voice,
      clock,
      listener: relayedListener(this.#voiceEvents(), (event) => host.deliver(event)),
      giveUp: () => host.giveUp(),
      quiet: () => this.atRest,
      history: () => host.history(),
      renewed: () => this.#renewed(),
      background: (work) => host.background(work),
    });
  }

  get #voice(): VoiceSession {
    return this.line.session;
  }

  /** The opening was heard, in this stream or an earlier one, and they did not ask to stop: the person may interrupt, and is answered. */
  get floorOpen(): boolean {
    return this.#is.floorOpen();
  }

  /** What the voice model has used in this call so far. */
  get usage(): VoiceTotals {
    return this.#is.cost.usage;
  }

  /** How the call ends when there is no voice any more; null: somebody listens, and is owed an apology. */
  get endWithoutVoice() {
    return this.#is.endWithoutVoice();
  }

  /** Frames of the phone keep coming. */
  get alive(): boolean {
    return this.#is.audio.alive;
  }

  join(media: MediaStream, epoch: number) {
    this.#joined = true;
    this.line.joined();
    this.#is.talk.join(media, epoch);
    this.#is.manners.start();
  }

  /** The stream is ours: what an earlier owner left open is ended, and the talk goes on from there. */
  takeOver(past: Past) {
    this.#cutOff = past.openDraft?.speaker ?? null;
    this.#is.talk.keepUnfinished(past);
    this.#is.acts.adopt(past);
    this.#is.steers.adopt(past.steers);
    this.#host.background(this.#is.tools.adopt(past.tools));
    this.line.recall(past.turns);
    const end = endLeftOpen(past);
    if (past.optedOut || askedToStop(past.turns)) return this.#stopCalling("spoken");
    this.#is.whoAnswered.adopt(past.turns);
    this.#mayBegin = true;
    if (past.holder !== null) this.#is.hold.begin(past.holder);
    // The talk was over when the line broke; whoever speaks all the same is answered.
    if (end !== null) return this.#is.goodbye.leaveWith("Goodbye.", end, false);
    this.#begin();
  }

  /** Falls silent for good; the words that are on their way are still taken. */
  end() {
    this.#over = true;
    this.#is.tools.close();
    this.silence();
    this.#is.talk.phoneGone();
    this.#stopWaiting();
  }

  #stopWaiting() {
    this.line.stop();
    this.#is.goodbye.stop();
    this.#is.opening.stop();
    this.#is.steers.stop();
    this.#is.manners.stop();
    this.#is.whoAnswered.stop();
    this.#is.hold.silence();
    this.#is.audio.turnEnded();
  }

  /** Resolves when the last words have arrived, or were waited for long enough. */
  async lastWords(): Promise<void> {
    if (this.#is.talk.consumerTurnOpen) this.#is.audio.endTurn();
    if (this.#is.answers.any) this.#voice.cancelAnswer();
    await Promise.all([this.#is.talk.lastWords(), this.#is.answers.settled(this.#host.deps.clock)]);
    await this.#is.tools.idle();
    this.#is.cost.flush();
  }

  /** Nothing comes any more. */
  close() {
    this.#over = true;
    this.#stopWaiting();
    this.#is.talk.close();
    this.#is.cost.stop();
    this.#is.hold.close();
    this.#voice.close();
  }

  /** No tool works any more, or it was waited for long enough. */
  toolsDone(): Promise<void> {
    return this.#is.tools.idle();
  }

  /** The voice session is gone; the next one begins anew. */
  voiceLost() {
    this.#is.answers.lost();
    this.#is.acts.newModel();
    const { cutOff, words } = this.#is.talk.voiceLost();
    this.#cutOff = cutOff;
    this.#is.consumer.lost(words);
    this.#is.goodbye.voiceLost();
    this.#is.steers.voiceLost();
    this.#is.whoAnswered.voiceLost();
    this.#settle();
  }

  get #quiet(): boolean {
    return this.line.ready && !this.#over && this.#is.quiet();
  }

  /** It is quiet, the agent spoke last, and no words of the consumer are outstanding: a moment that nobody would miss. */
  get atRest(): boolean {
    return this.#quiet && this.#agentSpokeLast && !this.#is.talk.consumerTurnOpen;
  }

  /** Another voice session goes on in the middle of the silence. */
  #renewed() {
    this.#is.acts.newModel();
    this.#is.audio.replay();
    this.#is.steers.voiceBack();
  }

  #settle() {
    this.#is.steers.check();
    this.#is.manners.settle(this.#quiet);
  }

  /** Stops the agent's voice at once, and tells the model what was really heard of it [CL44]. */
  silence() {
    this.#is.talk.silence();
  }

  /** Both sides are there: speak. */
  #begin() {
    if (!this.line.ready || this.#over) return;
    if (this.#is.goodbye.pending) return this.#is.goodbye.voiceBack();
    if (!this.#mayBegin) return;
    if (this.#is.whoAnswered.hushed) return this.#is.whoAnswered.voiceBack();
    if (!this.#is.opening.heard) return this.#is.opening.begin();
    if (this.#is.hold.held) return;
    this.#is.steers.voiceBack();
    this.#voice.respond(resumeGuidance(this.#cutOff));
    this.#cutOff = null;
  }

  /** Staff want something of the agent. */
  steer(steer: Steer) {
    if (this.#over) return;
    this.#is.steers.give(steer);
    this.#settle();
  }

  /** Who speaks for the business from now on. */
  holderChanged(event: CallEventOf<"holder.changed">) {
    if (this.#over) return;
    const person = personIn(event);
    // What is being said now is said to its end: an opt-out is confirmed, a call's time is up.
    if (person !== null && this.#is.goodbye.final) return this.#host.holderGone(person.accountId);
    if (person === null) this.#is.hold.end(event.instruction);
    else this.#is.hold.begin(person);
    this.#settle();
  }

  /** Sound of a microphone. */
  speak(sound: MicSound) {
    if (!this.#over) this.#is.hold.hear(sound);
  }

  /** While a person speaks with them nobody is in need of the agent's voice. */
  goesOnWithoutVoice(): boolean {
    this.#isVoiceless = this.#is.hold.held;
    return this.#isVoiceless;
  }

  #giveToPerson() {
    this.silence();
    this.#is.whoAnswered.stop();
    this.#voice.cancelAnswer();
    this.#voice.closeFloor();
  }

  #takeBack(guidance: string) {
    if (this.#over) return;
    if (this.#isVoiceless) return this.#host.giveUp();
    this.#is.turns.turnStarted();
    this.#voice.openFloor();
    if (this.line.ready) this.#voice.respond(guidance);
    this.#settle();
  }

  // ——— the phone ———

  frame(payloadBase64: string, timestampMs: number) {
    this.#is.talk.consumerFrame(payloadBase64, timestampMs);
    this.#is.audio.frame(payloadBase64, timestampMs);
  }

  markPlayed(name: string) {
    this.#is.talk.bridge.markPlayed(name);
  }

  /** 9 is "stop calling me" at any time, also into the opening [CL45]; 8 is "do not record" [CL122]; other keys are told to the agent. */
  keyPressed(key: string) {
    if (this.#over) return;
    if (key === "8") return this.#is.talk.refuseRecording(() => this.floorOpen && !this.#over);
    if (key === "9") return this.#stopCalling("key");
    if (!this.#is.stopRequest.made) this.#is.manners.keyPressed(key);
  }

  #stopCalling(how: HowStopped) {
    this.#host.background(this.#is.stopRequest.make(how));
  }

  /** The agent stops whatever it says, the opening included. What it has to say now goes before a person who holds the call. */
  #cutIn() {
    this.#is.hold.giveWay();
    this.#is.opening.abandon();
    this.silence();
    this.#voice.cancelAnswer();
  }

  /** The agent says nothing by itself any more, and what it is told to say can't be talked over. */
  #hush() {
    this.#cutIn();
    this.#voice.closeFloor();
    this.#settle();
  }

  // ——— the voice model ———

  #voiceEvents(): VoiceEvents {
    return new VoiceEvents({
      parts: this.#is,
      host: this.#host,
      voice: () => this.#voice,
      ready: () => this.#voiceReady(),
      mayBeHeard: () => this.#joined && !this.#over,
      consumerSpoke: () => {
        this.#agentSpokeLast = false;
      },
      settle: () => this.#settle(),
    });
  }

  #voiceReady() {
    this.#isVoiceless = false;
    this.line.becameReady();
    this.#begin();
  }

  #itemHeard(itemId: string, text: string, answerId: string) {
    this.#agentSpokeLast = true;
    this.#is.agent.heard(itemId, text, answerId);
    this.#settle();
  }

  #unproven() {
    this.#is.agent.unproven();
    this.#settle();
  }
}
