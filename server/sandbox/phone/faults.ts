import { z } from "zod";

const REST_FAULTS = [
  /** The connection is torn before anything happens. */
  "drop-before",
  /** Processed, then the connection is torn instead of a reply. */
  "drop-reply",
  /** Processed, the reply is cut in the middle of its body. */
  "cut-reply",
  /** Processed, the reply is no JSON. */
  "bad-json",
  /** 503 without doing anything. */
  "error-before",
  /** Processed, then 503. */
  "error-after",
  /** 429 / 20429, not processed. */
  "too-many",
  /** Waits `delayMs`, then processes. */
  "delay-before",
  /** Processes, then waits `delayMs` with the reply. */
  "delay-reply",
] as const;

/** `reorder` holds a callback back until the next one of its call was sent. */
const CALLBACK_FAULTS = ["lose", "duplicate", "reorder", "delay"] as const;

/** What is reported of a call besides its status. */
const OTHER_EVENT = /^(?:amd$|stream-|recording-)/;

const times = z.number().int().positive().max(10_000).default(1);
const delayMs = z.number().int().min(0).max(60_000).default(1000);

/** Only what concerns the calls (or text messages) to this number; left out: everybody's. */
const to = z
  .string()
  .regex(/^\+\d{7,15}$/)
  .optional();

/** What goes wrong with the next `times` requests of one kind. */
export const faultSchema = z.discriminatedUnion("target", [
  z.strictObject({
    target: z.enum(["create", "update", "fetch", "list", "message", "media"]),
    fault: z.enum(REST_FAULTS),
    times,
    delayMs,
    to,
  }),
  z.strictObject({
    target: z.literal("callback"),
    fault: z.enum(CALLBACK_FAULTS),
    times,
    delayMs,
    to,
    /**
     * Only callbacks that report this: a call status (initiated, ringing, in-progress, completed, …), `amd`,
     * `stream-started`, `recording-completed`, …; left out: any call status.
     */
    status: z.string().optional(),
  }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type RestTarget = Exclude<Fault["target"], "callback">;
export type RestFault = Extract<Fault, { target: RestTarget }>;
export type CallbackFault = Extract<Fault, { target: "callback" }>;

function isAbout(fault: Fault, to: string | null): boolean {
  return fault.to === undefined || fault.to === to;
}

/** Faults waiting for their request, first come first served; each is used up after `times`. */
export class FaultPanel {
  #waiting: Fault[] = [];

  add(faults: readonly Fault[]): void {
    this.#waiting.push(...faults.map((fault) => ({ ...fault })));
  }

  clear(): void {
    this.#waiting = [];
  }

  list(): readonly Fault[] {
    return this.#waiting;
  }

  /** @param to whom the request is about, as far as it says */
  takeRest(target: RestTarget, to: string | null): RestFault | null {
    return this.#take((fault): fault is RestFault => fault.target === target && isAbout(fault, to));
  }

  takeCallback(event: string, to: string): CallbackFault | null {
    const hits = (fault: Fault): fault is CallbackFault =>
      fault.target === "callback" &&
      isAbout(fault, to) &&
      (fault.status === undefined ? !OTHER_EVENT.test(event) : fault.status === event);
    return this.#take(hits);
  }

  #take<T extends Fault>(hits: (fault: Fault) => fault is T): T | null {
    const found = this.#waiting.find(hits);
    if (!found) return null;
    found.times--;
    this.#waiting = this.#waiting.filter((fault) => fault.times > 0);
    return found;
  }
}
