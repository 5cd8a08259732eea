import type { CallHead } from "#server/calls/call-document.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { ActorRegistry } from "#server/calls/live/actor-registry.ts";
import type { CallInput, Effect, StreamToken } from "#server/calls/state/call-state.ts";
import type { Suppressions } from "#server/compliance/suppressions.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
import type {
  AnswerInstruction,
  MachineReport,
  MediaStream,
  StatusReport,
  TelephonyEvents,
} from "#server/telephony/telephony.ts";
import { randomBytes } from "node:crypto";

/** How long a media socket may take to come after its token was handed out. */
const TOKEN_LIFE_MS = 60_000;
const TOKEN_BYTES = 24;
/** How long the end of a stream may be known to the carrier before our socket closes. */
const SOCKET_CLOSE_MS = 300;

export type CallTelephonyDeps = {
  store: CallStore;
  queries: CallQueries;
  actors: ActorRegistry;
  suppressions: Pick<Suppressions, "isSuppressed">;
  clock: Clock;
  logger: Logger;
  perform(call: CallHead, effects: Effect[]): void;
};

type Admitted = { call: CallHead; epoch: number; answeredAt: number };

/** What the carrier tells us, as inputs of `step`. Everything here may come twice, late, out of order or never. */
export class CallTelephony implements TelephonyEvents {
  readonly #deps: CallTelephonyDeps;
  /** Sockets that were let in and have not sent their start message yet, by token. */
  readonly #admitted = new Map<string, Admitted>();

  constructor(deps: CallTelephonyDeps) {
    this.#deps = deps;
  }

  async answered(attemptId: string, carrierCallId: string): Promise<AnswerInstruction> {
    const call = await this.#deps.queries.byAttempt(attemptId);
    return call === null ? { kind: "hangUp" } : this.#connect(call, attemptId, carrierCallId, "ringing");
  }

  /** The phone is still in somebody's hand: go on with a new stream if the call lives, otherwise put it down. */
  async streamEnded(attemptId: string, carrierCallId: string): Promise<AnswerInstruction> {
    const call = await this.#deps.queries.byAttempt(attemptId);
    if (call === null) return { kind: "hangUp" };
    const { actors, clock } = this.#deps;
    // The question may overtake the closing of the socket; but a repeat of an older one must not cut a stream that lives.
    if (actors.owns(call._id)) await clock.sleep(SOCKET_CLOSE_MS);
    if (actors.owns(call._id)) return { kind: "hangUp" };
    return this.#connect(call, attemptId, carrierCallId, "stream");
  }

  async #connect(
    call: CallHead,
    attemptId: string,
    carrierCallId: string,
    after: "ringing" | "stream",
  ): Promise<AnswerInstruction> {
    const { suppressions, clock } = this.#deps;
    if (await suppressions.isSuppressed(call.personKey)) {
      await this.#apply(call._id, { kind: "hangUpAsked", end: { status: "failed", reason: "suppression" } });
      return { kind: "hangUp" };
    }
    const value = randomBytes(TOKEN_BYTES).toString("base64url");
    const token: StreamToken = { value, expiresAt: clock.nowMs() + TOKEN_LIFE_MS };
    const connected = await this.#apply(call._id, {
      kind: "pickedUp",
      attemptId,
      carrierCallId,
      token,
      after,
    });
    if (connected) return { kind: "connect", token: value };
    // Somebody asked to stop while it rang, and the dial's reply is still out: this names the phone call.
    await this.#apply(call._id, { kind: "carrierReported", attemptId, carrierCallId, status: "initiated" });
    return { kind: "hangUp" };
  }

  async statusChanged(attemptId: string, { carrierCallId, status }: StatusReport): Promise<void> {
    const call = await this.#deps.queries.byAttempt(attemptId);
    if (call === null) return;
    await this.#apply(call._id, { kind: "carrierReported", attemptId, carrierCallId, status });
  }

  async machineDetected(attemptId: string, { answeredBy }: MachineReport): Promise<void> {
    // "unknown" is treated as a person: hanging up on somebody who pauses is worse than a word to a machine.
    if (answeredBy === "human" || answeredBy === "unknown") return;
    const call = await this.#deps.queries.byAttempt(attemptId);
    if (call === null) return;
    await this.#apply(call._id, { kind: "machineAnswered", attemptId, answeredBy });
  }

  /** No call is transferred yet; a stray report ends nothing and connects nothing. */
  async transferEnded(): Promise<AnswerInstruction> {
    return { kind: "hangUp" };
  }

  streamReported(attemptId: string, report: { event: string; code: string | null }): void {
    if (report.event !== "error") return;
    this.#deps.logger.warn({ attemptId, code: report.code }, "the carrier reports a media stream error");
  }

  async admitStream(attemptId: string, token: string): Promise<boolean> {
    const call = await this.#deps.queries.byAttempt(attemptId);
    if (call === null) return false;
    const applied = await this.#deps.store.apply(call._id, () => ({
      kind: "streamAdmitted",
      attemptId,
      token,
    }));
    if (applied.kind !== "stepped" || applied.call.state.phase !== "answered") return false;
    const { answeredAt } = applied.call.state;
    this.#admitted.set(token, { call: applied.call, epoch: applied.call.epoch + 1, answeredAt });
    this.#deps.clock.after(TOKEN_LIFE_MS, () => this.#admitted.delete(token));
    return true;
  }

  streamOpened(attemptId: string, token: string, media: MediaStream): void {
    const admitted = this.#admitted.get(token);
    this.#admitted.delete(token);
    if (admitted === undefined) return media.close("not admitted");
    const { call, epoch, answeredAt } = admitted;
    this.#deps.actors.join(call, epoch, answeredAt, media, () =>
      this.#apply(call._id, { kind: "streamOpened", attemptId, epoch }),
    );
  }

  /** True when the input moved the call. */
  async #apply(callId: string, input: CallInput): Promise<boolean> {
    const applied = await this.#deps.store.apply(callId, () => input);
    if (applied.kind !== "stepped") return false;
    this.#deps.perform(applied.call, applied.step.effects);
    return true;
  }
}
