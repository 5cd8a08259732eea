import type { MachineReport, StatusReport, TransferEnd } from "#server/telephony/telephony.ts";
import { callSidSchema, carrierStatusSchema } from "#server/telephony/twilio/carrier-status.ts";
import * as z from "zod";

/**
 * The form bodies of Twilio's webhooks. A signature joins names and values without separators, so the holder of one signed request can cut
 * it anew ("CallStatusc=ompleted"). Two rules make every such cut a refusal instead of a different message: required keys must be there, and
 * no unknown key may be a known key with a piece of its value. Unknown keys are otherwise ignored: Twilio adds some at any time.
 */
const KNOWN_KEYS = [
  "AccountSid",
  "AnsweredBy",
  "CallDuration",
  "CallSid",
  "CallStatus",
  "DialCallStatus",
  "SequenceNumber",
  "StreamError",
  "StreamEvent",
];

/** Twilio's own longer names go on with a capital ("CallStatus" and a made-up "CallStatusText"); a value never starts with one. */
function isRecut(key: string): boolean {
  return KNOWN_KEYS.some((known) => key.startsWith(known) && /^[^A-Z]/.test(key.slice(known.length)));
}

const formSchema = z
  .record(z.string(), z.string())
  .refine((form) => !Object.keys(form).some(isRecut), "A key was cut anew.");

const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
  .optional();

const STREAM_EVENTS = {
  "stream-started": "started",
  "stream-stopped": "stopped",
  "stream-error": "error",
} as const;

const MACHINES = {
  human: "human",
  fax: "fax",
  unknown: "unknown",
  machine_start: "machine",
  machine_end_beep: "machine",
  machine_end_silence: "machine",
  machine_end_other: "machine",
} as const satisfies Record<string, MachineReport["answeredBy"]>;

const TRANSFER_ENDS = {
  completed: "talked",
  answered: "talked",
  busy: "busy",
  "no-answer": "no_answer",
  failed: "failed",
  canceled: "cancelled",
} as const satisfies Record<string, TransferEnd>;

/** One reader per webhook; each takes the parsed form body and throws a ZodError when it is not what Twilio sends. */
export function createFormReaders(accountSid: string) {
  const base = { AccountSid: z.literal(accountSid), CallSid: callSidSchema };
  const read = <Shape extends z.ZodType>(shape: Shape) => {
    return (body: unknown): z.output<Shape> => shape.parse(formSchema.parse(body));
  };
  return {
    call: read(z.object(base).transform((form) => ({ carrierCallId: form.CallSid }))),
    status: read(
      z
        .object({
          ...base,
          CallStatus: carrierStatusSchema,
          SequenceNumber: wholeNumber,
          CallDuration: wholeNumber,
        })
        .transform((form): StatusReport => ({
          carrierCallId: form.CallSid,
          status: form.CallStatus,
          sequence: form.SequenceNumber ?? null,
          durationSeconds: form.CallDuration ?? null,
        })),
    ),
    machine: read(
      z.object({ ...base, AnsweredBy: z.enum(keysOf(MACHINES)) }).transform((form): MachineReport => ({
        carrierCallId: form.CallSid,
        answeredBy: MACHINES[form.AnsweredBy],
        greetingEnded: form.AnsweredBy.startsWith("machine_end_"),
      })),
    ),
    stream: read(
      z
        .object({
          ...base,
          StreamEvent: z.enum(keysOf(STREAM_EVENTS)),
          StreamError: z.string().max(200).optional(),
        })
        .transform((form) => ({
          event: STREAM_EVENTS[form.StreamEvent],
          code: /\d{5}/.exec(form.StreamError ?? "")?.[0] ?? null,
        })),
    ),
    transfer: read(
      z.object({ ...base, DialCallStatus: z.enum(keysOf(TRANSFER_ENDS)) }).transform((form) => ({
        carrierCallId: form.CallSid,
        how: TRANSFER_ENDS[form.DialCallStatus],
      })),
    ),
  };
}

function keysOf<Key extends string>(table: Record<Key, unknown>): Key[] {
  return Object.keys(table) as Key[];
}
