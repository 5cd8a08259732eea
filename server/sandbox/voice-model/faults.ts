import { z } from "zod";

const afterMs = z.int().min(0).max(3_600_000).default(0);

const upgradeFault = z.discriminatedUnion("kind", [
  /** The upgrade is answered with this status and a JSON body. */
  z.strictObject({
    kind: z.literal("refuseUpgrade"),
    status: z.union([z.literal(401), z.literal(403), z.literal(429), z.literal(500), z.literal(503)]),
  }),
  /** The upgrade is never answered. */
  z.strictObject({ kind: z.literal("hangUpgrade") }),
]);

const timedFault = z.discriminatedUnion("kind", [
  /** The connection is cut without a close frame. */
  z.strictObject({ kind: z.literal("drop"), afterMs }),
  z.strictObject({
    kind: z.literal("close"),
    afterMs,
    code: z.int().min(1000).max(4999).default(1011),
    reason: z.string().max(100).default(""),
  }),
  /** The session's hour is over. */
  z.strictObject({ kind: z.literal("expire"), afterMs }),
  /** Nothing is sent for a while; then everything at once. */
  z.strictObject({ kind: z.literal("stall"), afterMs, forMs: z.int().min(1).max(600_000) }),
  /** Sends this text as a frame, whatever it is: not JSON, or an event nobody knows. */
  z.strictObject({ kind: z.literal("rawFrame"), afterMs, text: z.string().max(10_000) }),
]);

const behaviourFault = z.discriminatedUnion("kind", [
  /** What becomes of the transcripts of a whole session. */
  z.strictObject({ kind: z.literal("delayTranscripts"), delayMs: z.int().min(0).max(600_000) }),
  z.strictObject({ kind: z.literal("failTranscripts") }),
  z.strictObject({ kind: z.literal("loseTranscripts") }),
  z.strictObject({ kind: z.literal("ghostTranscripts"), text: z.string().max(500) }),
  /** The next response of the session fails with this code. */
  z.strictObject({ kind: z.literal("failResponse"), code: z.string().min(1).max(100) }),
  /** The next response comes as text although audio was asked for. */
  z.strictObject({ kind: z.literal("textOnly") }),
  /** After the next `response.done` one more audio delta of that response comes. */
  z.strictObject({ kind: z.literal("lateDelta") }),
]);

/** Body of `POST /sandbox/voice-faults`: one fault for the next `times` upgrades or sessions, or for one live session. */
export const faultOrder = z.strictObject({
  fault: z.union([upgradeFault, timedFault, behaviourFault]),
  times: z.int().min(1).max(1000).default(1),
  sessionId: z.string().optional(),
});

export type UpgradeFault = z.infer<typeof upgradeFault>;
type TimedFault = z.infer<typeof timedFault>;
type BehaviourFault = z.infer<typeof behaviourFault>;
export type SessionFault = TimedFault | BehaviourFault;
type Fault = UpgradeFault | SessionFault;

/** Whether a fault strikes before there is a session. */
export function isUpgradeFault(fault: Fault): fault is UpgradeFault {
  return fault.kind === "refuseUpgrade" || fault.kind === "hangUpgrade";
}

const MAX_PENDING = 100;

/** Faults waiting for the next connections. */
export class FaultQueue {
  #pending: { fault: Fault; left: number }[] = [];

  get pending(): readonly { fault: Fault; left: number }[] {
    return this.#pending;
  }

  /** False when the queue is full (100); nothing was added then. */
  add(fault: Fault, times: number): boolean {
    if (this.#pending.length >= MAX_PENDING) return false;
    this.#pending.push({ fault, left: times });
    return true;
  }

  clear(): void {
    this.#pending = [];
  }

  /** The fault of this upgrade, or null. */
  takeForUpgrade(): UpgradeFault | null {
    const entry = this.#pending.find(({ fault }) => isUpgradeFault(fault));
    if (!entry || !isUpgradeFault(entry.fault)) return null;
    this.#use(entry);
    return entry.fault;
  }

  /** Every fault that strikes this new session. */
  takeForSession(): SessionFault[] {
    return this.#pending.flatMap((entry) => {
      if (isUpgradeFault(entry.fault)) return [];
      this.#use(entry);
      return [entry.fault];
    });
  }

  #use(entry: { left: number }): void {
    entry.left -= 1;
    this.#pending = this.#pending.filter(({ left }) => left > 0);
  }
}

export type TranscriptFault = Extract<
  BehaviourFault,
  { kind: "delayTranscripts" | "failTranscripts" | "loseTranscripts" | "ghostTranscripts" }
>;

/** How one session misbehaves. */
export class Behaviour {
  #transcripts: TranscriptFault | null = null;
  #failCode: string | null = null;
  #textOnly = false;
  #lateDelta = false;

  add(fault: BehaviourFault): void {
    switch (fault.kind) {
      case "failResponse":
        this.#failCode = fault.code;
        break;
      case "textOnly":
        this.#textOnly = true;
        break;
      case "lateDelta":
        this.#lateDelta = true;
        break;
      default:
        this.#transcripts = fault;
    }
  }

  get transcripts(): TranscriptFault | null {
    return this.#transcripts;
  }

  takeFailCode(): string | null {
    const code = this.#failCode;
    this.#failCode = null;
    return code;
  }

  takeTextOnly(): boolean {
    const was = this.#textOnly;
    this.#textOnly = false;
    return was;
  }

  takeLateDelta(): boolean {
    const was = this.#lateDelta;
    this.#lateDelta = false;
    return was;
  }
}

export function isTimedFault(fault: SessionFault): fault is TimedFault {
  return "afterMs" in fault;
}
