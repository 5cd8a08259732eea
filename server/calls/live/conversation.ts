import type { CallHead } from "#server/calls/call-document.ts";
import type { ActorDeps, Past } from "#server/calls/live/actor-deps.ts";
import type { SpokenItem } from "#server/calls/live/audio-bridge.ts";
import { ConsumerAudio } from "#server/calls/live/consumer-audio.ts";
import { Goodbye } from "#server/calls/live/goodbye.ts";
import { endLeftOpen } from "#server/calls/live/history.ts";
import { Opening } from "#server/calls/live/opening.ts";
import { openingWords } from "#server/calls/live/prompt.ts";
import { resumeGuidance } from "#server/calls/live/resume-guidance.ts";
import { RunningAnswers } from "#server/calls/live/running-answers.ts";
import { RunningCost } from "#server/calls/live/running-cost.ts";
import { StopRequest } from "#server/calls/live/stop-request.ts";
import { Talk } from "#server/calls/live/talk.ts";
import { ToolActs } from "#server/calls/live/tool-acts.ts";
import { ToolDesk } from "#server/calls/live/tool-desk.ts";
import { TurnTimer } from "#server/calls/live/turn-timer.ts";
import { VoiceLine } from "#server/calls/live/voice-line.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { MediaStream } from "#server/telephony/telephony.ts";
import type { VoiceListener, VoiceSession, VoiceUsage } from "#server/voice/voice.ts";
import type { VoiceTotals } from "#shared/call/cost.ts";
import type { NewCallEvent, Speaker } from "#shared/call/events.ts";

/** What a conversation needs of the actor that holds it. */
export type ConversationHost = {
  deps: ActorDeps;
  /** Ms since the answer. */
  callMs(): number;
  record(...events: (NewCallEvent | null)[]): void;
  /** Resolves when what was recorded is stored. */
  flush(): Promise<void>;
  /** Work that nobody waits for. */
  background(work: Promise<unknown>): void;
  /** The voice model's session ended by itself. */
  voiceEnded(end: { reason: string; fatal: boolean }): void;
  /** The agent can't speak in this call. */
  giveUp(): void;
};

const OPTED_OUT = { status: "completed", reason: "opted_out" } as const;

/** Who speaks, who is silent, and what was really heard of it: between one phone and one voice model, from the hello to the goodbye. */
export class Conversation implements VoiceListener {
  readonly line: VoiceLine;
  readonly #host: ConversationHost;
  readonly #talk: Talk;
  readonly #cost: RunningCost;
  readonly #tools: ToolDesk;
  readonly #acts: ToolActs;
  readonly #goodbye: Goodbye;
  readonly #opening: Opening;
  readonly #consumer: ConsumerAudio;
  readonly #stopRequest: StopRequest;
  readonly #turns: TurnTimer;
  readonly #answers = new RunningAnswers();
  /** Both sides are connected. */
  #joined = false;
  /** The stream's claim is stored, and what was before is known. */
  #mayBegin = false;
  /** Who was speaking when the line broke. */
  #cutOff: Speaker | null = null;
  /** Nothing new is said any more; words on their way are still kept. */
  #over = false;

  constructor(call: CallHead, past: Past, host: ConversationHost) {
    const { deps, callMs, record, flush } = host;
    const { clock, voice, measured } = deps;
    this.#host = host;
    const itemHeard = (item: SpokenItem) => this.#itemHeard(item);
    this.#talk = new Talk({ deps, callId: call._id, callMs, record, voice: () => this.#voice, itemHeard });
    this.#turns = new TurnTimer({ clock, callMs, record, measured });
    this.#cost = new RunningCost({ voice, clock, callMs, record }, call, past.usage);
    const answering = () => this.#answers.any;
    this.#goodbye = new Goodbye(clock, this.#talk.bridge, answering, (end) => deps.endCall(call._id, end));
    this.#opening = new Opening(clock, past.openingHeard, () => this.#voice.say(openingWords(call.briefing)));
    this.#consumer = new ConsumerAudio(clock, (payload) => this.#voice.appendAudio(payload));
    const goodbye = this.#goodbye;
    const suppress = (how: "spoken" | "key") => deps.optOut(call._id, how);
    this.#stopRequest = new StopRequest({ clock, goodbye, running: () => this.#answers.ids, suppress });
    const optOut = () => this.#stopRequest.make("spoken");
    this.#acts = new ToolActs({ call, services: deps.tools, clock, optOut, goodbye });
    this.#tools = new ToolDesk({ clock, record, flush, callMs, acts: this.#acts });
    this.line = new VoiceLine(call, past, { voice, clock, listener: this, giveUp: () => host.giveUp() });
  }

  get #voice(): VoiceSession {
    return this.line.session;
  }

  /** The opening was heard, in this stream or an earlier one. */
  get opened(): boolean {
    return this.#opening.heard;
  }

  /** What the voice model has used in this call so far. */
  get usage(): VoiceTotals {
    return this.#cost.usage;
  }

  /** Frames of the phone keep coming. */
  get alive(): boolean {
    return this.#consumer.alive;
  }

  join(media: MediaStream, epoch: number) {
    this.#joined = true;
    this.line.joined();
    this.#talk.join(media, epoch);
  }

  /** The stream is ours: what an earlier owner of the call left open is ended, and the talk goes on from there. */
  takeOver(past: Past) {
    this.#cutOff = past.openDraft?.speaker ?? null;
    this.#talk.keepUnfinished(past);
    this.#acts.adopt(past);
    this.#host.background(this.#tools.adopt(past.tools));
    this.line.recall(past.turns);
    const end = endLeftOpen(past);
    if (past.optedOut) return this.#lastWord("You will not be called again. Goodbye.", OPTED_OUT);
    if (end !== null) return this.#lastWord("Goodbye.", end);
    this.#mayBegin = true;
    this.#begin();
  }

  /** The talk was over when the line broke. */
  #lastWord(words: string, end: End) {
    this.#goodbye.wantedAfterNextAnswer(end, []);
    this.#voice.say(words);
  }

  /** Falls silent for good; the words that are on their way are still taken. */
  end() {
    this.#over = true;
    this.#tools.close();
    this.silence();
    this.line.stop();
    this.#goodbye.stop();
    this.#opening.stop();
  }

  /** Resolves when the last words have arrived, or were waited for long enough. */
  async lastWords(): Promise<void> {
    if (this.#talk.consumerTurnOpen) this.#consumer.endTurn();
    if (this.#answers.any) this.#voice.cancelAnswer();
    await Promise.all([this.#talk.lastWords(), this.#answers.settled(this.#host.deps.clock)]);
    await this.#tools.idle();
    this.#cost.flush();
  }

  /** Nothing comes any more. */
  close() {
    this.#over = true;
    this.line.stop();
    this.#goodbye.stop();
    this.#opening.stop();
    this.#talk.close();
    this.#voice.close();
  }

  /** No tool works any more, or it was waited for long enough. */
  toolsDone(): Promise<void> {
    return this.#tools.idle();
  }

  /** The voice session is gone; the next one begins anew. */
  voiceLost() {
    this.#answers.lost();
    this.#acts.newModel();
    this.#cutOff = this.#talk.voiceLost();
  }

  /** Stops the agent's voice at once, and tells the model what was really heard of it [CL44]. */
  silence() {
    this.#talk.silence();
  }

  /** Both sides are there: speak. */
  #begin() {
    if (!this.#mayBegin || !this.line.ready || this.#over) return;
    if (!this.#opening.heard) return this.#opening.begin();
    this.#voice.respond(resumeGuidance(this.#cutOff));
    this.#cutOff = null;
  }

  // ——— the phone ———

  frame(payloadBase64: string, timestampMs: number) {
    this.#consumer.frame(payloadBase64, timestampMs);
  }

  markPlayed(name: string) {
    this.#talk.bridge.markPlayed(name);
  }

  /** 9 is "stop calling me" at any time, also into the opening [CL45]. */
  keyPressed(key: string) {
    if (key !== "9" || this.#over || this.#stopRequest.made) return;
    this.#opening.abandon();
    this.silence();
    this.#voice.cancelAnswer();
    const suppressed = this.#stopRequest.make("key");
    this.#host.background(suppressed.then(() => this.#voice.say("You will not be called again. Goodbye.")));
  }

  // ——— the voice model ———

  ready() {
    this.line.becameReady();
    this.#begin();
  }

  answerStarted({ answerId }: { answerId: string }) {
    this.#answers.started(answerId);
  }

  audio(piece: { answerId: string; itemId: string; payloadBase64: string }) {
    if (!this.#joined || this.#over) return;
    const item = this.#talk.bridge.play(piece);
    this.#opening.sounded(item, this.#host.callMs());
    this.#turns.sounded();
  }

  audioDone({ itemId }: { itemId: string }) {
    this.#talk.bridge.completed(itemId);
  }

  agentWords(words: { itemId: string; text: string; final: boolean }) {
    this.#talk.agentWords(words);
  }

  #itemHeard(item: SpokenItem) {
    if (this.#opening.itemHeard(item.itemId)) this.#openFloor();
    this.#goodbye.check();
  }

  #openFloor() {
    this.#host.record({ type: "opening.heard", atMs: this.#host.callMs() });
    this.#voice.openFloor();
    // Somebody who spoke into the opening was heard, but nothing answered them yet.
    if (this.#opening.spokenInto) this.#voice.respond();
  }

  answerEnded(answer: { answerId: string; end: string; usage: VoiceUsage | null }) {
    if (answer.usage !== null) this.#cost.addAnswer(answer.usage);
    this.#answers.ended(answer.answerId);
    const opening = this.#opening.answerEnded(answer.answerId, answer.end);
    if (opening === "heard") this.#openFloor();
    if (opening === "failed") {
      this.silence();
      if (!this.#opening.repeat()) this.#host.giveUp();
    }
    this.#goodbye.answerEnded(answer.answerId);
  }

  speechStarted({ itemId }: { itemId: string }) {
    this.#talk.consumerStarted(itemId);
    this.#turns.turnStarted();
    this.#goodbye.interrupted();
    if (this.#opening.heard) this.silence();
    else this.#opening.consumerStarted(this.#host.callMs());
  }

  speechStopped({ itemId }: { itemId: string }) {
    this.#talk.consumerStopped(itemId);
    this.#opening.consumerStopped();
    if (this.#opening.heard || this.#opening.spokenInto) this.#acts.personSpoke();
    // Before the opening was heard nothing is answered, so there is nothing to measure.
    if (this.#opening.heard) this.#turns.turnEnded();
  }

  turnCommitted() {
    // The order of the transcript comes from the times; nothing to do.
  }

  consumerWords(words: { itemId: string; text: string; final: boolean; audioSeconds: number | null }) {
    this.#talk.consumerWords(words);
    if (words.audioSeconds !== null) this.#cost.addTranscription(words.audioSeconds);
  }

  toolCalled(call: { toolCallId: string; name: string; argumentsJson: string }) {
    this.#host.background(this.#tools.run(call).then((result) => this.#voice.returnTool(result)));
  }

  closed(end: { reason: string; fatal: boolean }) {
    this.#opening.stop();
    this.#host.voiceEnded(end);
  }
}
