import type { CallHead } from "#server/calls/call-document.ts";
import { type ActorDeps, type Past, pastOf } from "#server/calls/live/actor-deps.ts";
import { apologyWords } from "#server/calls/live/apology.ts";
import { Conversation } from "#server/calls/live/conversation.ts";
import { Fence } from "#server/calls/live/fence.ts";
import type { MicSound } from "#server/calls/live/hold.ts";
import { Orders } from "#server/calls/live/orders.ts";
import { Recorder } from "#server/calls/live/recorder.ts";
import type { End } from "#server/calls/state/call-state.ts";
import { talkedBefore } from "#server/calls/state/call-state.ts";
import { guardedClock } from "#server/lib/guarded-clock.ts";
import type { Timer } from "#server/lib/clock.ts";
import { errorFields } from "#server/lib/logger.ts";
import type { VoiceTurn } from "#server/voice/voice.ts";
import type { MediaListener, MediaStream } from "#server/telephony/telephony.ts";

/** Heartbeats let other servers see that the owner lives; the reply tells the owner what it missed (DESIGN §2.4). */
const BEAT_MS = 1000;
const LOOK_MS = 50;
/** A phone call that is to end while the database is away would otherwise never end. */
const ASK_AGAIN_MS = 2000;
const UNAVAILABLE: End = { status: "failed", reason: "voice_unavailable" };

/**
 * One live call: owns the media stream and the voice session, from the ringing to the last stored word. Made while the phone rings, so that
 * the voice session is warm at the answer; joined by the stream; gone with it. What is said is the conversation's; the call's fate is `step`'s.
 */
export class CallActor {
  readonly callId: string;
  readonly #deps: ActorDeps;
  readonly #past: Past;
  readonly #apology: string;
  readonly #recorder: Recorder;
  readonly #conversation: Conversation;
  readonly #fence: Fence;
  readonly #orders: Orders;
  readonly #talkedBefore: boolean;
  #stream: { media: MediaStream; epoch: number; attemptId: string } | null = null;
  #answeredAt: number;
  #beat: Timer | null = null;
  #reopening: Timer | null = null;
  #askAgain: Timer | null = null;
  #released: Promise<void> | null = null;
  #closed = false;

  constructor(call: CallHead, past: Past, deps: ActorDeps) {
    this.callId = call._id;
    this.#deps = deps;
    this.#past = past;
    this.#apology = apologyWords(call.briefing);
    this.#answeredAt = deps.clock.nowMs();
    this.#recorder = new Recorder({ ...deps, callId: call._id, onFenced: () => this.#disowned() });
    this.#talkedBefore = talkedBefore(call.state);
    this.#fence = new Fence({
      clock: deps.clock,
      ask: () => this.#isOurs(),
      overflowed: () => this.#failed(new Error("More was held back than the call can bear.")),
    });
    this.#orders = new Orders({
      ...deps,
      callId: call._id,
      give: (steer) => this.#safely(() => this.#conversation.steer(steer)),
      holderChanged: (event) => this.#safely(() => this.#conversation.holderChanged(event)),
      background: (work) => this.#background(work),
    });
    this.#conversation = new Conversation(call, past, {
      deps: { ...deps, clock: guardedClock(deps.clock, (task) => this.#safely(task)) },
      deliver: (event) => this.#fence.pass(() => this.#safely(event)),
      callMs: () => Math.max(0, Math.round(deps.clock.nowMs() - this.#answeredAt)),
      record: (...events) => this.#recorder.add(...events),
      flush: () => this.#recorder.flush(),
      history: () => this.#history(),
      background: (work) => this.#background(work),
      voiceEnded: (end) => this.#voiceEnded(end),
      giveUp: () => this.#giveUp(),
      holderGone: (accountId) => this.#insist(() => deps.holderGone(call._id, accountId)),
      hangUp: (end) => this.#insist(() => deps.endCall(call._id, end)),
      machineAnswered: (kind) => this.#insist(() => deps.machineAnswered(call._id, kind)),
    });
  }

  /** The media stream of this call is here: from now on the actor owns `epoch`. Synchronous, so that no frame is missed. */
  join(media: MediaStream, epoch: number, attemptId: string, answeredAt: number) {
    this.#stream = { media, epoch, attemptId };
    this.#answeredAt = answeredAt;
    media.listen(this.#phone);
    this.#conversation.join(media, epoch);
  }

  /** The stream's claim is stored: the journal may be written, and other servers are told that the owner lives. */
  claimed() {
    if (this.#stream === null || this.#released !== null) return;
    this.#recorder.own(this.#stream.epoch);
    this.#fence.start();
    this.#background(this.#takeOver());
    this.#beat = this.#deps.clock.every(BEAT_MS, () => this.#background(this.#sendBeat()));
  }

  /** From the claim on nobody else writes: what is stored now is all that was said and done before [CL100]. */
  async #takeOver() {
    const past = this.#talkedBefore ? await this.#readPast() : this.#past;
    if (this.#released !== null) return;
    this.#conversation.takeOver(past);
    this.#orders.begin(past.seq);
  }

  /** The journal has an order of staff for this call [CL341]. */
  steered(upTo?: number) {
    this.#orders.look(upTo);
  }

  /** Sound of somebody's microphone. */
  speak(sound: MicSound) {
    this.#safely(() => this.#conversation.speak(sound));
  }

  /** Without the database what was read before the claim has to do: somebody is waiting. */
  async #readPast(): Promise<Past> {
    try {
      return await pastOf(this.#deps.store, this.callId);
    } catch (error) {
      const { logger } = this.#deps;
      logger.warn({ callId: this.callId, ...errorFields(error) }, "a call's past could not be read again");
      return this.#past;
    }
  }

  /** The stream is here and alive. */
  get hears(): boolean {
    return this.#stream !== null && this.#released === null && this.#conversation.alive;
  }

  /**
   * Lets go of both sockets, keeps the words that are still on their way, and resolves when everything is stored. Idempotent.
   * `lastWordsMs`: who is in a hurry waits no longer than this for them.
   */
  release(reason: string, lastWordsMs?: number): Promise<void> {
    this.#released ??= this.#release(reason, lastWordsMs);
    return this.#released;
  }

  async #release(reason: string, lastWordsMs?: number): Promise<void> {
    this.#beat?.cancel();
    this.#orders.stop();
    try {
      this.#conversation.end();
      this.#stream?.media.close(reason);
      const lastWords = this.#conversation.lastWords();
      await (lastWordsMs === undefined
        ? lastWords
        : Promise.race([lastWords, this.#deps.clock.sleep(lastWordsMs)]));
      if (this.#stream !== null) await this.#recorder.flush();
    } finally {
      this.#dispose();
    }
  }

  /** Resolves in the next moment in which nobody speaks and nothing is under way, and not later than after `patienceMs`. */
  async pause(patienceMs: number): Promise<void> {
    const { clock } = this.#deps;
    const untilMs = clock.monotonicMs() + patienceMs;
    while (this.hears && !this.#conversation.atRest && clock.monotonicMs() < untilMs)
      await clock.sleep(LOOK_MS);
  }

  #dispose() {
    this.#closed = true;
    this.#orders.stop();
    this.#beat?.cancel();
    this.#reopening?.cancel();
    this.#askAgain?.cancel();
    this.#fence.stop();
    this.#conversation.close();
    this.#stream?.media.close("released");
  }

  async #sendBeat() {
    if (this.#stream !== null && this.#released === null) await this.#isOurs();
  }

  /** Tells that this owner lives, and learns whether it still is the owner; lets go when not. */
  async #isOurs(): Promise<boolean> {
    const { store, instance } = this.#deps;
    if (this.#stream === null || this.#closed) return false;
    const ownership = await store.beat(this.callId, this.#stream.epoch, instance, this.#conversation.usage);
    if (ownership === "taken") this.#disowned();
    // Somebody put the phone down, maybe at another server: words that are on their way are still ours to keep [CL322].
    if (ownership === "over" && this.#released === null)
      this.#deps.letGo(this.callId, this, "not talked in any more");
    return ownership === "ours";
  }

  /** An error in one call must not be the end of the others: this one goes on with a new actor, over a new stream [CL109]. */
  #safely(task: () => void) {
    try {
      task();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown) {
    if (this.#closed || this.#released !== null) return;
    const { logger } = this.#deps;
    logger.error({ callId: this.callId, ...errorFields(error) }, "a live call failed and is taken up anew");
    if (this.#stream === null) this.#deps.letGo(this.callId, this, "failed");
    else this.#background(this.#streamClosed("lost"));
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

  #giveUp() {
    if (this.#conversation.goesOnWithoutVoice()) return;
    // Without a stream this actor is one of several that may be warm: pick-up makes a new one.
    if (this.#stream === null) return this.#deps.letGo(this.callId, this, "voice unavailable");
    const { end, say } = this.#conversation.endWithoutVoice ?? { end: UNAVAILABLE, say: this.#apology };
    this.#insist(() => this.#deps.endCall(this.callId, end, say));
  }

  /** Asks for the end of the phone call until that is stored. */
  #insist(ask: () => Promise<void>) {
    this.#background(
      ask().catch((error: unknown) => {
        if (!this.#closed && this.#released === null)
          this.#askAgain = this.#deps.clock.after(ASK_AGAIN_MS, () => this.#insist(ask));
        throw error;
      }),
    );
  }

  #voiceEnded({ reason, fatal }: { reason: string; fatal: boolean }) {
    if (this.#closed || this.#released !== null) return;
    if (fatal) this.#deps.voiceBroken(reason);
    const pauseMs = this.#conversation.line.ended();
    if (fatal || pauseMs === null) return this.#giveUp();
    this.#deps.logger.warn({ callId: this.callId }, "voice session ended early; opening another");
    this.#conversation.voiceLost();
    this.#reopening = this.#deps.clock.after(pauseMs, () => this.#background(this.#reopenVoice()));
  }

  async #reopenVoice() {
    await this.#conversation.toolsDone();
    const turns = await this.#history();
    if (this.#closed || this.#released !== null) return;
    this.#conversation.line.replace(turns, !this.#conversation.floorOpen);
  }

  async #history(): Promise<VoiceTurn[]> {
    if (this.#stream !== null) await this.#recorder.flush();
    return (await pastOf(this.#deps.store, this.callId)).turns;
  }

  readonly #phone: MediaListener = {
    audio: (payloadBase64, timestampMs) =>
      this.#safely(() => this.#conversation.frame(payloadBase64, timestampMs)),
    markPlayed: (name) => this.#safely(() => this.#conversation.markPlayed(name)),
    keyPressed: (key) => this.#safely(() => this.#conversation.keyPressed(key)),
    closed: (how) => this.#background(this.#streamClosed(how)),
  };

  async #streamClosed(how: "stopped" | "lost") {
    const stream = this.#stream;
    if (stream === null || this.#released !== null) return;
    const stored = this.release(how);
    await this.#deps.streamLost(this.callId, stream.attemptId, stream.epoch);
    await stored;
  }
}
