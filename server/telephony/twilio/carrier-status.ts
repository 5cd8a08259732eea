import type { CarrierCall, CarrierStatus } from "#server/telephony/telephony.ts";
import * as z from "zod";

/** Twilio's names of a call's state (REST and callbacks; `initiated` only in callbacks) in the port's words. */
const STATUSES = {
  queued: "queued",
  initiated: "initiated",
  ringing: "ringing",
  "in-progress": "in_progress",
  completed: "completed",
  busy: "busy",
  "no-answer": "no_answer",
  failed: "failed",
  canceled: "cancelled",
} as const satisfies Record<string, CarrierStatus>;

const ENDED: ReadonlySet<CarrierStatus> = new Set(["completed", "busy", "no_answer", "failed", "cancelled"]);

export function hasEnded(status: CarrierStatus): boolean {
  return ENDED.has(status);
}

export const callSidSchema = z.string().regex(/^CA[0-9a-fA-F]{32}$/);

const TWILIO_STATUSES = [
  "queued",
  "initiated",
  "ringing",
  "in-progress",
  "completed",
  "busy",
  "no-answer",
  "failed",
  "canceled",
] as const satisfies (keyof typeof STATUSES)[];

export const carrierStatusSchema = z.enum(TWILIO_STATUSES).transform((status) => STATUSES[status]);

const seconds = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
  .nullish()
  .catch(null);

/** Twilio's Call resource as the SDK hands it over, as far as we read it. Odd figures become null; an odd id or status is no call. */
const callSchema = z.object({
  sid: callSidSchema,
  status: carrierStatusSchema,
  duration: seconds,
  price: z
    .string()
    .regex(/^-?\d+(\.\d+)?$/)
    .nullish()
    .catch(null),
  priceUnit: z.string().nullish().catch("?"),
});

/** @throws ZodError when Twilio's reply is not a call. */
export function readCarrierCall(resource: unknown): CarrierCall {
  const call = callSchema.parse(resource);
  return {
    carrierCallId: call.sid,
    status: call.status,
    durationSeconds: call.duration ?? null,
    priceCents: priceCents(call.price ?? null, call.priceUnit ?? "USD"),
  };
}

/** Twilio writes costs as negative dollars ("-0.01400"); parts of a cent are kept. Other currencies are not converted: null. */
function priceCents(price: string | null, unit: string): number | null {
  if (price === null || unit.toUpperCase() !== "USD") return null;
  return Math.round(Math.abs(Number(price)) * 1_000_000) / 10_000;
}
