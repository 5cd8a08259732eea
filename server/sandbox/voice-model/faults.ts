import { z } from "zod";

const afterMs = z.int().min(0).max(3_600_000).default(0);
const forMs = z.int().min(1).max(600_000);
const pauseMs = z.int().min(0).max(60_000);

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
  z.strictObject({ kind: z.literal("stall"), afterMs, forMs }),
  /** Every frame comes `delayMs` later, and up to `jitterMs` more; their order stays. */
  z.strictObject({ kind: z.literal("delay"), afterMs, delayMs: pauseMs, jitterMs: pauseMs.default(0) }),
  /** Nothing is read from the client for a while: its frames wait in its own buffers. */
  z.strictObject({ kind: z.literal("stopReading"), afterMs, forMs }),
  /** Each of the next so many events is sent twice, with the same id. */
  z.strictObject({ kind: z.literal("repeatEvents"), afterMs, events: z.int().min(1).max(10_000) }),
  /** Sends this text as a frame, whatever it is: not JSON, or an event nobody knows. */
  z.strictObject({ kind: z.literal("rawFrame"), afterMs, text: z.string().max(10_000) }),
]);

const transcriptFault = z.discriminatedUnion("kind", [
  /** What becomes of the transcripts of a whole session. */
  z.strictObject({ kind: z.literal("delayTranscripts"), delayMs: z.int().min(0).max(600_000) }),
  z.strictObject({ kind: z.literal("failTranscripts") }),
  z.strictObject({ kind: z.literal("loseTranscripts") }),
  z.strictObject({ kind: z.literal("ghostTranscripts"), text: z.string().max(500) }),
]);

/** How many of the session's next responses are hit. */
const responses = z.int().min(1).max(1000).default(1);

const responseFault = z.discriminatedUnion("kind", [
  /** Fails with this code; with a rate limit's code the caller hears nothing at all. */
  z.strictObject({ kind: z.literal("failResponse"), code: z.string().min(1).max(100), responses }),
  /** Goes no further, once `created` or in the middle of its `audio`, and has no end unless it is cancelled. */
  z.strictObject({
    kind: z.literal("stuckResponse"),
    at: z.enum(["created", "audio"]).default("created"),
    /** False: neither a cancel nor a barge-in ends it. */
    canBeCancelled: z.boolean().default(true),
    responses,
  }),
  /** Ends incomplete in the middle of its audio, for what it says. */
  z.strictObject({ kind: z.literal("filterResponse"), responses }),
  /** Comes as text although audio was asked for. */
  z.strictObject({ kind: z.literal("textOnly"), responses }),
  /** All its closing events come together, right before `response.done`. */
  z.strictObject({ kind: z.literal("holdDones"), responses }),
  /** After its `response.done` one more audio delta comes. */
  z.strictObject({ kind: z.literal("lateDelta"), responses }),
]);

/** The session's hour is this long; known before the session begins, so only for sessions to come. */
const limitFault = z.strictObject({ kind: z.literal("limit"), limitMs: z.int().min(1000).max(3_600_000) });

const behaviourFault = z.union([transcriptFault, responseFault]);

/** One fault for the next `times` upgrades or sessions, or for one live session. */
export const faultOrder = z.strictObject({
  fault: z.union([upgradeFault, limitFault, timedFault, behaviourFault]),
  times: z.int().min(1).max(1000).default(1),
  /** Only connections whose `OpenAI-Safety-Identifier` is this. */
  person: z.string().optional(),
  sessionId: z.string().optional(),
});

export type UpgradeFault = z.infer<typeof upgradeFault>;
export type TimedFault = z.infer<typeof timedFault>;
export type BehaviourFault = z.infer<typeof behaviourFault>;
export type SessionFault = TimedFault | BehaviourFault;
type LimitFault = z.infer<typeof limitFault>;
type Fault = z.infer<typeof faultOrder>["fault"];

/** Whether a fault can strike a session that is under way. */
export function isSessionFault(fault: Fault): fault is SessionFault {
  return !isUpgradeFault(fault) && fault.kind !== "limit";
}

export function isTimedFault(fault: SessionFault): fault is TimedFault {
  return "afterMs" in fault;
}

function isUpgradeFault(fault: Fault): fault is UpgradeFault {
  return fault.kind === "refuseUpgrade" || fault.kind === "hangUpgrade";
}

type Pending = { fault: Fault; person: string | null; left: number };

const MAX_PENDING = 500;

/** Faults waiting for the next connections. */
export class FaultQueue {
  #pending: Pending[] = [];

  get pending(): readonly Pending[] {
    return this.#pending;
  }

  /** `person` null: whoever comes next. False when the queue is full (500); nothing was added then. */
  add(fault: Fault, times: number, person: string | null): boolean {
    if (this.#pending.length >= MAX_PENDING) return false;
    this.#pending.push({ fault, person, left: times });
    return true;
  }

  clear(): void {
    this.#pending = [];
  }

  /** The fault of this upgrade, or null. */
  takeForUpgrade(person: string | null): UpgradeFault | null {
    for (const entry of this.#waitingFor(person)) {
      if (!isUpgradeFault(entry.fault)) continue;
      this.#use(entry);
      return entry.fault;
    }
    return null;
  }

  /** Every fault that strikes this new session. */
  takeForSession(person: string | null): (SessionFault | LimitFault)[] {
    return this.#waitingFor(person).flatMap((entry) => {
      if (isUpgradeFault(entry.fault)) return [];
      this.#use(entry);
      return [entry.fault];
    });
  }

  #waitingFor(person: string | null): Pending[] {
    return this.#pending.filter((entry) => entry.person === null || entry.person === person);
  }

  #use(entry: Pending): void {
    entry.left -= 1;
    this.#pending = this.#pending.filter(({ left }) => left > 0);
  }
}
