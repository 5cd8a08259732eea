import type { CallHead } from "#server/calls/call-document.ts";
import { type ActorDeps, type Past, pastOf } from "#server/calls/live/actor-deps.ts";
import { AudioBridge, type SpokenItem } from "#server/calls/live/audio-bridge.ts";
import { ConsumerAudio } from "#server/calls/live/consumer-audio.ts";
import { DraftBoard } from "#server/calls/live/draft-board.ts";
import { Goodbye } from "#server/calls/live/goodbye.ts";
import { Opening } from "#server/calls/live/opening.ts";
import { openingWords } from "#server/calls/live/prompt.ts";
import { Recorder } from "#server/calls/live/recorder.ts";
import { RunningCost } from "#server/calls/live/running-cost.ts";
import { StopRequest } from "#server/calls/live/stop-request.ts";
import { ToolDesk } from "#server/calls/live/tool-desk.ts";
import { TurnTimer } from "#server/calls/live/turn-timer.ts";
import { VoiceLine } from "#server/calls/live/voice-line.ts";
import { TranscriptBook } from "#server/calls/live/transcript-book.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import type { Timer } from "#server/lib/clock.ts";
import { errorFields } from "#server/lib/logger.ts";
import type { MediaListener, MediaStream } from "#server/telephony/telephony.ts";
import type { VoiceListener, VoiceSession, VoiceUsage } from "#server/voice/voice.ts";

/** Heartbeats let other servers see that the owner lives; the reply tells the owner what it missed (DESIGN §2.4). */
const BEAT_MS = 1000;

/**
 * One live call: owns the media stream and the voice session, joins them, and writes down what happens. Made while the phone rings, so that
 * the voice session is warm at the answer; joined by the stream; gone with it. Nothing here decides the call's fate: that is `step`.
 */
export class CallActor implements VoiceListener {
  readonly callId: string;
  readonly #deps: ActorDeps;
  readonly #bridge: AudioBridge;
  readonly #book: TranscriptBook;
  readonly #recorder: Recorder;
  readonly #drafts: DraftBoard;
  readonly #cost: RunningCost;
  readonly #tools: ToolDesk;
  readonly #goodbye: Goodbye;
  readonly #opening: Opening;
  readonly #past: Past;
  readonly #consumer: ConsumerAudio;
  readonly #stopRequest: StopRequest;
  readonly #line: VoiceLine;
  readonly #turns: TurnTimer;
  #stream: { media: MediaStream; epoch: number; attemptId: string } | null = null;
  #answeredAt: number;
  #activeAnswers = new Set<string>();
  #beat: Timer | null = null;
  #released: Promise<void> | null = null;
  #closed = false;

  constructor(call: CallHead, past: Past, deps: ActorDeps) {
    const { clock, store, logger, feed } = deps;
    this.callId = call._id;
    this.#deps = deps;
    this.#past = past;
    this.#answeredAt = clock.nowMs();
    this.#book = new TranscriptBook(call._id, () => this.#callMs());
    this.#drafts = new DraftBoard({ callId: call._id, store, feed, clock, logger });
    this.#recorder = new Recorder({
      store,
      callId: call._id,
      clock,
      logger,
      onFenced: () => this.#disowned(),
    });
    this.#bridge = new AudioBridge(clock, {
      heard: (item) => this.#drafts.show(this.#book.agentDraft(item)),
      itemHeard: (item) => this.#itemHeard(item),
    });
    const record = (event: NewCallEvent) => this.#recorder.add(event);
    const callMs = () => this.#callMs();
    this.#turns = new TurnTimer({ clock, callMs, record, measured: deps.measured });
    this.#cost = new RunningCost({ voice: deps.voice, clock, callMs, record }, past.voiceCents);
    this.#goodbye = new Goodbye(
      clock,
      this.#bridge,
      () => this.#activeAnswers.size > 0,
      (end) => deps.endCall(call._id, end),
    );
    this.#opening = new Opening(clock, past.openingHeard, () => this.#voice.say(openingWords(call.briefing)));
    this.#consumer = new ConsumerAudio(clock, (payload) => this.#voice.appendAudio(payload));
    this.#stopRequest = new StopRequest({
      clock,
      goodbye: this.#goodbye,
      running: () => this.#activeAnswers,
      suppress: (how) => deps.optOut(call._id, how),
    });
    this.#tools = new ToolDesk({
      clock,
      record,
      callMs,
      optOut: () => this.#stopRequest.make("spoken"),
      goodbye: this.#goodbye,
    });
    this.#line = new VoiceLine(deps.voice, call, past, this);
  }

  get #voice(): VoiceSession {
    return this.#line.session;
  }

  /** The media stream of this call is here: from now on the actor owns `epoch`. Synchronous, so that no frame is missed. */
  join(media: MediaStream, epoch: number, attemptId: string, answeredAt: number) {
    this.#stream = { media, epoch, attemptId };
    this.#answeredAt = answeredAt;
    this.#bridge.join(media);
    media.listen(this.#phoneListener);
    this.#drafts.own(epoch);
    this.#begin();
  }

  /** The stream's claim is stored: the journal may be written, and other servers are told that the owner lives. */
  claimed() {
    if (this.#stream === null || this.#released !== null) return;
    this.#recorder.add(this.#book.leftOpen(this.#past.openDraft));
    this.#recorder.own(this.#stream.epoch);
    this.#beat = this.#deps.clock.every(BEAT_MS, () => this.#background(this.#sendBeat()));
  }

  /** The stream is here and alive. */
  get hears(): boolean {
    return this.#stream !== null && this.#released === null && this.#consumer.alive;
  }

  /** Lets go of both sockets, keeps the words that are still on their way, and resolves when everything is stored. Idempotent. */
  release(reason: string): Promise<void> {
    this.#released ??= this.#release(reason);
    return this.#released;
  }

  async #release(reason: string): Promise<void> {
    this.#silence();
    this.#beat?.cancel();
    this.#goodbye.stop();
    this.#opening.stop();
    this.#stream?.media.close(reason);
    if (this.#book.consumerTurnOpen) this.#consumer.endTurn();
    await this.#book.lastWords(this.#deps.clock);
    this.#cost.flush();
    if (this.#stream !== null) await this.#recorder.flush();
    this.#dispose();
  }

  #dispose() {
    this.#closed = true;
    this.#beat?.cancel();
    this.#goodbye.stop();
    this.#opening.stop();
    this.#drafts.close();
    this.#voice.close();
    this.#stream?.media.close("released");
  }

  async #sendBeat() {
    const { store, instance } = this.#deps;
    if (this.#stream === null || this.#released !== null) return;
    const owned = await store.beat(this.callId, this.#stream.epoch, instance);
    if (owned === null) this.#disowned();
  }

  /** Another stream has taken the call over: whatever this actor still says or hears counts no more. */
  #disowned() {
    this.#dispose();
    this.#deps.letGo(this.callId, this, "owned by another");
  }

  /** Work that nobody waits for. Its failure must not end the process and with it every other call. */
  #background(work: Promise<unknown>) {
    work.catch((error: unknown) => {
      const { logger } = this.#deps;
      logger.warn(
        { callId: this.callId, ...errorFields(error) },
        "work of a live call failed; the call goes on",
      );
    });
  }

  #callMs(): number {
    return Math.max(0, Math.round(this.#deps.clock.nowMs() - this.#answeredAt));
  }

  #giveUp() {
    // Without a stream this actor is one of several that may be warm: pick-up makes a new one.
    if (this.#stream === null) this.#deps.letGo(this.callId, this, "voice unavailable");
    else this.#deps.endCall(this.callId, { status: "failed", reason: "voice_unavailable" });
  }

  /** Both sockets are there: speak. */
  #begin() {
    if (this.#stream === null || !this.#line.ready) return;
    if (this.#opening.heard) {
      this.#voice.respond(
        "The line was interrupted for a moment. Apologise in a few words and go on where you stopped; do not repeat what was already said.",
      );
    } else {
      this.#opening.begin();
    }
  }

  // ——— the voice model speaks to us ———

  ready() {
    this.#line.becameReady();
    this.#begin();
  }

  answerStarted({ answerId }: { answerId: string }) {
    this.#activeAnswers.add(answerId);
  }

  audio(piece: { answerId: string; itemId: string; payloadBase64: string }) {
    if (this.#stream === null || this.#released !== null) return;
    const item = this.#bridge.play(piece);
    this.#opening.sounded(item, this.#callMs());
    this.#turns.sounded();
  }

  audioDone({ itemId }: { itemId: string }) {
    this.#bridge.completed(itemId);
  }

  agentWords({ itemId, text, final }: { itemId: string; text: string; final: boolean }) {
    this.#book.agentWords(itemId, text, final);
  }

  #itemHeard(item: SpokenItem) {
    this.#recorder.add(this.#book.agentHeard(item));
    this.#drafts.finish(item.itemId);
    if (this.#opening.itemHeard(item.itemId)) this.#openFloor();
    this.#goodbye.check();
  }

  #openFloor() {
    this.#recorder.add({ type: "opening.heard", atMs: this.#callMs() });
    this.#voice.openFloor();
    // Somebody who spoke into the opening was heard, but nothing answered them yet.
    if (this.#opening.spokenInto) this.#voice.respond();
  }

  answerEnded(answer: { answerId: string; end: string; usage: VoiceUsage | null }) {
    this.#activeAnswers.delete(answer.answerId);
    if (answer.usage !== null) this.#cost.addAnswer(answer.usage);
    this.#openingAnswerEnded(answer);
    this.#goodbye.answerEnded(answer.answerId);
  }

  #openingAnswerEnded({ answerId, end }: { answerId: string; end: string }) {
    const came = this.#opening.answerEnded(answerId, end);
    if (came === "heard") this.#openFloor();
    if (came !== "failed") return;
    this.#silence();
    if (!this.#opening.repeat()) this.#giveUp();
  }

  speechStarted({ itemId }: { itemId: string }) {
    this.#book.consumerStarted(itemId);
    this.#turns.turnStarted();
    this.#goodbye.interrupted();
    if (this.#opening.heard) this.#silence();
    else this.#opening.consumerStarted(this.#callMs());
  }

  /** Stops the agent's voice at once, and tells the model what was really heard of it [CL44]. */
  #silence() {
    for (const item of this.#bridge.interrupt()) {
      this.#voice.discard(item.answerId);
      this.#voice.truncate(item.itemId, item.heardMs);
      this.#recorder.add(this.#book.agentInterrupted(item));
      this.#drafts.finish(item.itemId);
    }
  }

  speechStopped({ itemId }: { itemId: string }) {
    this.#book.consumerStopped(itemId);
    this.#opening.consumerStopped();
    // Before the opening was heard nothing is answered, so there is nothing to measure.
    if (this.#opening.heard) this.#turns.turnEnded();
  }

  turnCommitted() {
    // The order of the transcript comes from the times; nothing to do.
  }

  consumerWords(words: { itemId: string; text: string; final: boolean; audioSeconds: number | null }) {
    if (!words.final) {
      const draft = this.#book.consumerDraft(words.itemId, words.text);
      if (draft !== null) this.#drafts.show(draft);
      return;
    }
    this.#recorder.add(this.#book.consumerSaid(words.itemId, words.text));
    this.#drafts.finish(words.itemId);
    if (words.audioSeconds !== null) this.#cost.addTranscription(words.audioSeconds);
  }

  toolCalled(call: { toolCallId: string; name: string; argumentsJson: string }) {
    if (this.#released !== null) return;
    this.#background(this.#tools.run(call).then((result) => this.#voice.returnTool(result)));
  }

  closed({ reason, fatal }: { reason: string; fatal: boolean }) {
    if (this.#closed || this.#released !== null) return;
    this.#opening.stop();
    if (fatal) this.#deps.voiceBroken(reason);
    const pauseMs = this.#line.ended();
    if (fatal || pauseMs === null) return this.#giveUp();
    this.#deps.logger.warn({ callId: this.callId }, "voice session ended early; opening another");
    this.#activeAnswers.clear();
    this.#silence();
    this.#background(this.#reopenVoice(pauseMs));
  }

  async #reopenVoice(pauseMs: number) {
    await this.#deps.clock.sleep(pauseMs);
    if (this.#stream !== null) await this.#recorder.flush();
    const past = await pastOf(this.#deps.store, this.callId);
    if (this.#closed || this.#released !== null) return;
    this.#line.replace(past.turns, !this.#opening.heard);
  }

  // ——— the phone speaks to us ———

  readonly #phoneListener: MediaListener = {
    audio: (payloadBase64, timestampMs) => this.#consumer.frame(payloadBase64, timestampMs),
    markPlayed: (name) => this.#bridge.markPlayed(name),
    keyPressed: (key) => this.#keyPressed(key),
    closed: (how) => this.#background(this.#streamClosed(how)),
  };

  /** 9 is "stop calling me" at any time, also into the opening [CL45]. */
  #keyPressed(key: string) {
    if (key !== "9" || this.#released !== null) return;
    if (this.#stopRequest.made) return;
    this.#opening.abandon();
    this.#silence();
    this.#voice.cancelAnswer();
    this.#background(
      this.#stopRequest.make("key").then(() => this.#voice.say("You will not be called again. Goodbye.")),
    );
  }

  async #streamClosed(how: "stopped" | "lost") {
    const stream = this.#stream;
    if (stream === null || this.#released !== null) return;
    const stored = this.release(how);
    await this.#deps.streamLost(this.callId, stream.attemptId, stream.epoch);
    await stored;
  }
}
