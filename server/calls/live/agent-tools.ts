import { DAY_PATTERN, DAY_WORDS, WHEN_PATTERN } from "#server/calls/live/local-time.ts";
import type { VoiceTool } from "#server/voice/voice.ts";
import { z } from "zod";

/**
 * The agent's tools: few and typed, because the model is as untrusted as the person it listens to (DESIGN §2.9). None takes a phone number, an
 * address or anything else that reaches beyond this call: what does not belong to the arguments is dropped before anybody reads it.
 */
const END_REASONS = [
  "objective_met",
  "declined",
  "callee_busy",
  "wrong_number",
  "opted_out",
  "voicemail",
] as const;

const sentence = (max: number) => z.string().trim().min(1).max(max);

const tool = <Name extends string, Arguments extends z.ZodObject>(
  name: Name,
  description: string,
  shape: Arguments,
) => ({
  spec: { name, description, parameters: z.toJSONSchema(shape, { io: "input" }) },
  request: z.object({ name: z.literal(name), arguments: shape }),
});

const confirmPerson = tool(
  "confirm_person",
  "The person said that they are the one who asked for this call. Give their words. You then get their name and need.",
  z.object({ words: sentence(300) }),
);
const recordAnswer = tool(
  "record_answer",
  "Note one answer of the person that matters for the objective, right after they gave it.",
  z.object({ topic: sentence(80), answer: sentence(300) }),
);
const offerSlots = tool(
  "offer_slots",
  "Free times for an appointment with the business. Offer one or two of them in your own words.",
  z.object({
    day: z
      .string()
      .refine((day) => DAY_PATTERN.test(day))
      .optional()
      .describe(`From this day on: one of ${DAY_WORDS.join(", ")}, or a date like 2026-11-30.`),
  }),
);
const bookSlot = tool(
  "book_slot",
  "Book a time that you offered and the person clearly agreed to. Say that it is booked only after this succeeded.",
  z.object({ slotId: sentence(40).describe("An id from offer_slots.") }),
);
const callLater = tool(
  "call_later",
  "The person wants to be called another time. Ask for day and time first; say that it is planned only after this succeeded.",
  z.object({
    when: z
      .string()
      .refine((when) => WHEN_PATTERN.test(when))
      .describe(
        `On the person's clock: a day (${DAY_WORDS.join(", ")}, or a date like 2026-11-30) and a time like "thursday 15:00", or "in 30 minutes", "in 2 hours".`,
      ),
  }),
);
const requestPerson = tool(
  "request_person",
  "The person wants to talk to a human, or you cannot help them. A colleague is told at once.",
  z.object({ reason: sentence(160) }),
);
const markDoNotCall = tool(
  "mark_do_not_call",
  "The person does not want to be called again. Takes effect at once and everywhere.",
  // The wish counts, however badly it was noted.
  z.object({ reason: z.string().max(300).optional().catch(undefined) }),
);
const stopRecording = tool(
  "stop_recording",
  "The person does not want to be recorded. Takes effect at once and deletes what was recorded; also tells you when nothing is recorded.",
  z.object({}),
);
const endCall = tool(
  "end_call",
  "Hang up after your goodbye was heard. Say goodbye in the same turn, before it.",
  z.object({ reason: z.enum(END_REASONS).catch("objective_met") }),
);
const waitForUser = tool(
  "wait_for_user",
  "Noise, hold music, silence or talk that is not meant for you: say nothing and wait.",
  z.object({}),
);

const TOOLS = [
  confirmPerson,
  recordAnswer,
  offerSlots,
  bookSlot,
  callLater,
  requestPerson,
  markDoNotCall,
  stopRecording,
  endCall,
  waitForUser,
];

export const AGENT_TOOLS: VoiceTool[] = TOOLS.map(({ spec }) => spec);

const requestSchema = z.discriminatedUnion("name", [
  confirmPerson.request,
  recordAnswer.request,
  offerSlots.request,
  bookSlot.request,
  callLater.request,
  requestPerson.request,
  markDoNotCall.request,
  stopRecording.request,
  endCall.request,
  waitForUser.request,
]);

export type ToolRequest = z.infer<typeof requestSchema>;
export type ToolName = ToolRequest["name"];

/** A model may write anything; longer arguments are refused unread. */
const MAX_ARGUMENT_BYTES = 8192;

/** The parsed request, or a sentence for the model that says what was wrong. */
export function parseToolCall(name: string, argumentsJson: string): ToolRequest | { problem: string } {
  const request = parsed(name, argumentsJson);
  if (!("problem" in request)) return request;
  // What the person refuses is honoured however it was written down.
  return name === "mark_do_not_call" || name === "stop_recording" ? { name, arguments: {} } : request;
}

function parsed(name: string, argumentsJson: string): ToolRequest | { problem: string } {
  if (!AGENT_TOOLS.some((known) => known.name === name)) return { problem: "There is no such tool." };
  if (Buffer.byteLength(argumentsJson) > MAX_ARGUMENT_BYTES)
    return { problem: "The arguments are too long." };
  const given = parseJson(argumentsJson);
  if (given === undefined) return { problem: "The arguments are not valid JSON." };
  const request = requestSchema.safeParse({ name, arguments: given });
  if (request.success) return request.data;
  const fields = request.error.issues
    .map(({ path }) => path.slice(1).join("."))
    .filter((path) => path !== "");
  return { problem: `These arguments are missing or wrong: ${[...new Set(fields)].join(", ") || "all"}.` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text);
  } catch {
    return undefined; // The caller tells the model.
  }
}
