import { z } from "zod";

const fault = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("error"),
    status: z.union([z.literal(401), z.literal(500), z.literal(529)]),
  }),
  z.strictObject({ kind: z.literal("rateLimit"), retryAfterSeconds: z.number().min(0).max(3600).default(1) }),
  /** Never answers. */
  z.strictObject({ kind: z.literal("hang") }),
  /** Cuts the connection. */
  z.strictObject({ kind: z.literal("reset") }),
  /** 200 with stop reason `refusal` and no content. */
  z.strictObject({ kind: z.literal("refusal") }),
  /** 200 with the answer cut off in the middle, stop reason `max_tokens`. */
  z.strictObject({ kind: z.literal("maxTokens") }),
  /** A stream that ends with an error event after its first text; without `stream` a 500. */
  z.strictObject({ kind: z.literal("midStreamError") }),
]);

/** This fault for the next `times` requests. */
export const faultOrder = z.strictObject({
  fault,
  times: z.int().min(1).max(1000).default(1),
  /** Only requests that hold this text somewhere. */
  about: z.string().min(1).max(500).optional(),
});

type FaultOrder = z.infer<typeof faultOrder>;
type Pending = { fault: AnalystFault; left: number; about: string | null };

export type AnalystFault = z.infer<typeof fault>;

const MAX_PENDING = 100;

/** Faults in the order they were asked for; each request takes the first that is meant for it. */
export class FaultQueue {
  #pending: Pending[] = [];

  get pending(): readonly Pending[] {
    return this.#pending;
  }

  /** False when the queue is full (100). */
  add({ fault: added, times, about }: FaultOrder): boolean {
    if (this.#pending.length >= MAX_PENDING) return false;
    this.#pending.push({ fault: added, left: times, about: about ?? null });
    return true;
  }

  clear(): void {
    this.#pending = [];
  }

  /** The fault of this request, or null. */
  take(request: unknown): AnalystFault | null {
    if (this.#pending.length === 0) return null;
    const text = JSON.stringify(request);
    const first = this.#pending.find(({ about }) => about === null || text.includes(about));
    if (!first) return null;
    first.left -= 1;
    this.#pending = this.#pending.filter(({ left }) => left > 0);
    return first.fault;
  }
}
