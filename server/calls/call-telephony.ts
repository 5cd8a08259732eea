import type { Advance } from "#server/calls/advance.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import { markOf, type Sighted } from "#server/calls/dialing/owner-silence.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import { apologyWords } from "#server/calls/live/apology.ts";
import type { ActorRegistry } from "#server/calls/live/actor-registry.ts";
import { whoTalks } from "#server/calls/live/machine-ear.ts";
import { voicemailWords } from "#server/calls/live/voicemail.ts";
import { liveAttempt, liveCarrierCallId, type StreamToken } from "#server/calls/state/call-state.ts";
import type { Suppressions } from "#server/compliance/suppressions.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
import type {
  AnswerInstruction,
  MachineReport,
  MediaStream,
  StatusReport,
  TelephonyEvents,
} from "#server/telephony/telephony.ts";
import { foldCall } from "#shared/call/fold.ts";
import { randomBytes } from "node:crypto";

/** How long a media socket may take to come after its token was handed out. */
const TOKEN_LIFE_MS = 60_000;
const TOKEN_BYTES = 24;
/** How long the end of a stream may be known to the carrier before our socket falls silent. */
const SOCKET_SILENT_MS = 1200;

export type CallTelephonyDeps = {
  advance: Advance;
  queries: Pick<CallQueries, "byAttempt">;
  store: Pick<CallStore, "events" | "head">;
  actors: Pick<ActorRegistry, "hears" | "join">;
  suppressions: Pick<Suppressions, "isSuppressed">;
  clock: Clock;
  logger: Logger;
  /** A call goes on over another stream. */
  resumed(): void;
};

/** What the carrier says before it puts the phone down, if something was left to say. Asked again, it says it again. */
function farewell({ state }: CallHead, carrierCallId: string): AnswerInstruction {
  const words = state.phase === "leaving" && state.carrierCallId === carrierCallId ? state.say : null;
  return words === null ? { kind: "hangUp" } : { kind: "sayAndHangUp", text: words.text };
}

const HANG_UP: AnswerInstruction = { kind: "hangUp" };

/** What the carrier is to do with a phone in somebody's hand. */
type Question = { attemptId: string; carrierCallId: string; after: "ringing" | "stream" };

type Admitted = { call: CallHead; epoch: number; answeredAt: number; expires: Timer };

/** What the carrier tells us, as inputs of `step`. Everything here may come twice, late, out of order or never. */
export class CallTelephony implements TelephonyEvents {
  readonly #deps: CallTelephonyDeps;
  /** Sockets that were let in and have not sent their start message yet, by token. */
  readonly #admitted = new Map<string, Admitted>();
  #stopping = false;

  constructor(deps: CallTelephonyDeps) {
    this.#deps = deps;
  }

  /** From now on no stream is taken: another server does, or the carrier puts the phone down. */
  stop() {
    this.#stopping = true;
  }

  async answered(attemptId: string, carrierCallId: string): Promise<AnswerInstruction> {
    const call = await this.#deps.queries.byAttempt(attemptId);
    if (call === null) return HANG_UP;
    return (await this.#connect(call, { attemptId, carrierCallId, after: "ringing" })) ?? HANG_UP;
  }

  /** The phone is still in somebody's hand: go on with a new stream if the call lives, otherwise put it down. */
  async streamEnded(attemptId: string, carrierCallId: string): Promise<AnswerInstruction> {
    const call = await this.#deps.queries.byAttempt(attemptId);
    if (call === null) return HANG_UP;
    const { actors, clock } = this.#deps;
    // The question may overtake the closing of the socket; but a repeat of an older one must not cut a stream that lives.
    if (actors.hears(call._id)) await clock.sleep(SOCKET_SILENT_MS);
    if (actors.hears(call._id)) return HANG_UP;
    return (await this.#connect(call, { attemptId, carrierCallId, after: "stream" })) ?? HANG_UP;
  }

  /**
   * The owner of a stream is gone without the stream's having ended, so the carrier asks nothing; this is what it would be answered [CL192].
   * Null when the call moved since it was `sighted`: somebody lives, or was faster.
   */
  async ownerSilent(
    sighted: Sighted,
  ): Promise<{ attemptId: string; carrierCallId: string; instruction: AnswerInstruction } | null> {
    const call = await this.#deps.store.head(sighted._id);
    const attempt = call === null ? null : liveAttempt(call.state);
    const carrierCallId = call === null ? null : liveCarrierCallId(call.state);
    if (call === null || attempt === null || carrierCallId === null || this.#stopping) return null;
    if (markOf(call) !== markOf(sighted)) return null;
    const { attemptId } = attempt;
    const question = { attemptId, carrierCallId, after: "stream" as const };
    const instruction = await this.#connect(call, question, (now) => markOf(now) === markOf(sighted));
    return instruction === null ? null : { attemptId, carrierCallId, instruction };
  }

  /** Null when the call is not `still` what the question is about. */
  async #connect(
    call: CallHead,
    { attemptId, carrierCallId, after }: Question,
    still: (call: CallHead) => boolean = () => true,
  ): Promise<AnswerInstruction | null> {
    const { advance, suppressions, clock } = this.#deps;
    if (this.#stopping) return HANG_UP;
    if (await suppressions.isSuppressed(call.personKey)) {
      if (after === "stream") return this.#stopRequested(call._id, carrierCallId);
      await advance(call._id, { kind: "hangUpAsked", end: { status: "failed", reason: "suppression" } });
      return HANG_UP;
    }
    const value = randomBytes(TOKEN_BYTES).toString("base64url");
    const token: StreamToken = { value, expiresAt: clock.nowMs() + TOKEN_LIFE_MS };
    const input = { kind: "pickedUp", attemptId, carrierCallId, token, after } as const;
    const asked = await advance(call._id, (now) => (still(now) ? input : null));
    if (asked.kind === "stepped") return { kind: "connect", token: value };
    if (asked.kind !== "absent" && !still(asked.call)) return null;
    return this.#refused(call._id, attemptId, carrierCallId, after);
  }

  /** They asked not to be called again, and the line broke before that was confirmed: the carrier does it. */
  async #stopRequested(callId: string, carrierCallId: string): Promise<AnswerInstruction> {
    const end = { status: "completed", reason: "opted_out" } as const;
    const say = "You will not be called again. Goodbye.";
    const left = await this.#deps.advance(callId, { kind: "hangUpAsked", end, say });
    return left.kind === "absent" ? HANG_UP : farewell(left.call, carrierCallId);
  }

  /** Nobody talks: what the phone call was is written down before the phone is put down. */
  async #refused(
    callId: string,
    attemptId: string,
    carrierCallId: string,
    after: "ringing" | "stream",
  ): Promise<AnswerInstruction> {
    const { advance } = this.#deps;
    // Somebody asked to stop while it rang, and the dial's reply is still out: this names the phone call.
    await advance(callId, { kind: "carrierReported", attemptId, carrierCallId, status: "initiated" });
    // Too many streams were tried: the talk was given up by us, not by the consumer.
    const left = await advance(callId, ({ state, briefing }) => {
      const givenUp = state.phase === "answered" || (state.phase === "talking" && after === "stream");
      if (!givenUp || state.carrierCallId !== carrierCallId) return null;
      const end = { status: "failed", reason: "connection_lost" } as const;
      return { kind: "hangUpAsked", end, say: apologyWords(briefing) };
    });
    return left.kind === "absent" ? HANG_UP : farewell(left.call, carrierCallId);
  }

  async statusChanged(attemptId: string, { carrierCallId, status }: StatusReport): Promise<void> {
    const call = await this.#deps.queries.byAttempt(attemptId);
    if (call === null) return;
    await this.#deps.advance(call._id, { kind: "carrierReported", attemptId, carrierCallId, status });
  }

  async machineDetected(attemptId: string, report: MachineReport): Promise<void> {
    const { carrierCallId, answeredBy, greetingEnded } = report;
    // "unknown" is treated as a person: hanging up on somebody who pauses is worse than a word to a machine.
    if (answeredBy === "human" || answeredBy === "unknown") return;
    const call = await this.#deps.queries.byAttempt(attemptId);
    if (call === null || (await this.#isTalk(call._id))) return;
    const words = greetingEnded ? voicemailWords(call.briefing) : null;
    const message = words === null ? {} : { message: words };
    await this.#deps.advance(call._id, {
      kind: "machineAnswered",
      attemptId,
      carrierCallId,
      answeredBy,
      ...message,
    });
  }

  /** Told by what was said on the line; no message, because nobody heard where the greeting ends [CL93]. */
  async machineHeard(callId: string, answeredBy: "voicemail" | "ivr"): Promise<void> {
    await this.#deps.advance(callId, ({ state }) => {
      const attempt = liveAttempt(state);
      const carrierCallId = liveCarrierCallId(state);
      if (attempt === null || carrierCallId === null) return null;
      return { kind: "machineAnswered", attemptId: attempt.attemptId, carrierCallId, answeredBy };
    });
  }

  /**
   * What was said outranks a verdict that comes now: somebody has taken turns with the agent [CL94], has asked not to be called again [CL91], or is a
   * service that fetches a person [CL95].
   */
  async #isTalk(callId: string): Promise<boolean> {
    const view = foldCall((await this.#deps.store.events(callId, 0))?.events ?? []);
    const who = whoTalks(view.transcript);
    const isTalk = view.optedOut || who === "person" || who === "screening";
    if (isTalk) this.#deps.logger.info({ callId }, "the carrier takes somebody who talks for a machine");
    return isTalk;
  }

  /** No call is transferred yet; a stray report ends nothing and connects nothing. */
  async transferEnded(): Promise<AnswerInstruction> {
    return HANG_UP;
  }

  streamReported(attemptId: string, report: { event: string; code: string | null }): void {
    if (report.event !== "error") return;
    this.#deps.logger.warn({ attemptId, code: report.code }, "the carrier reports a media stream error");
  }

  async admitStream(attemptId: string, token: string): Promise<boolean> {
    const call = this.#stopping ? null : await this.#deps.queries.byAttempt(attemptId);
    if (call === null) return false;
    const applied = await this.#deps.advance(call._id, { kind: "streamAdmitted", attemptId, token });
    if (applied.kind !== "stepped" || applied.call.state.phase !== "answered") return false;
    const { answeredAt } = applied.call.state;
    this.#admitted.get(token)?.expires.cancel();
    const expires = this.#deps.clock.after(TOKEN_LIFE_MS, () => this.#admitted.delete(token));
    this.#admitted.set(token, { call: applied.call, epoch: applied.call.epoch + 1, answeredAt, expires });
    return true;
  }

  streamOpened(attemptId: string, token: string, media: MediaStream): void {
    const admitted = this.#admitted.get(token);
    this.#admitted.delete(token);
    if (admitted === undefined) return media.close("not admitted");
    admitted.expires.cancel();
    const { call, epoch, answeredAt } = admitted;
    if (media.carrierCallId !== liveCarrierCallId(call.state)) return media.close("another phone call");
    const claim = () => this.#claim(call._id, attemptId, epoch);
    this.#deps.actors.join(call, { epoch, answeredAt, media, claim });
  }

  /** A newer stream may have been faster: epochs only grow. */
  async #claim(callId: string, attemptId: string, epoch: number): Promise<boolean> {
    const applied = await this.#deps.advance(callId, (call) =>
      epoch > call.epoch ? { kind: "streamOpened", attemptId, epoch } : null,
    );
    if (applied.kind !== "stepped") return false;
    if (applied.step.events.some((event) => event.type === "call.resumed")) this.#deps.resumed();
    return true;
  }
}
