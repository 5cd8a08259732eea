import {
  attemptIdSchema,
  businessIdSchema,
  callIdSchema,
  leadIdSchema,
  segmentIdSchema,
  steerIdSchema,
} from "#shared/ids.ts";
import { costSchema } from "#shared/call/cost.ts";
import { finalStatusSchema } from "#shared/call/status.ts";
import { z } from "zod";

/**
 * The journal of a call: numbered, append-only events (DESIGN §2.2 and the list in §4). `seq` counts 1, 2, 3 … without holes, `at`
 * is the server's wall clock. Extend this list; never rename a type or change the meaning of a field.
 */
const at = z.iso.datetime({ offset: true });
/** Milliseconds from the answer of the call, across streams. */
const callMs = z.number().int().nonnegative();

/** Who did something: a person by account id and name, or the product itself. */
export const actorSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("person"),
    accountId: z.string(),
    name: z.string(),
    role: z.enum(["consumer", "business", "supervisor"]),
  }),
  z.object({ kind: z.literal("system") }),
]);
export type Actor = z.infer<typeof actorSchema>;

const speakerSchema = z.enum(["agent", "consumer", "person"]);
export type Speaker = z.infer<typeof speakerSchema>;

export const segmentSchema = z.object({
  segmentId: segmentIdSchema,
  speaker: speakerSchema,
  /** Everything that was meant to be said. */
  text: z.string(),
  /** What the other side really heard; present exactly when the segment was interrupted. */
  heardText: z.string().optional(),
  startMs: callMs,
  endMs: callMs,
  interrupted: z.literal(true).optional(),
  /** Place among the items of the conversation; decides between two that began in the same instant. */
  order: z.number().int().nonnegative().optional(),
});
export type Segment = z.infer<typeof segmentSchema>;

const answerSchema = z.object({ topic: z.string(), answer: z.string() });
export const outcomeSchema = z.enum([
  "objective_met",
  "callback_requested",
  "not_interested",
  "wrong_number",
  "opted_out",
  "voicemail",
  "no_conversation",
]);
export type Outcome = z.infer<typeof outcomeSchema>;

export const analysisSchema = z.object({
  summary: z.string(),
  outcome: outcomeSchema,
  sentiment: z.enum(["positive", "neutral", "negative"]),
  nextStep: z.string(),
  answers: z.array(answerSchema),
  /** Segment ids that show the outcome. */
  evidence: z.array(z.string()),
});
export type Analysis = z.infer<typeof analysisSchema>;

export const appointmentSchema = z.object({
  appointmentId: z.string(),
  startsAt: at,
  endsAt: at,
  /** The zone in which the time was agreed with the person. */
  timeZone: z.string(),
});
export type Appointment = z.infer<typeof appointmentSchema>;

export const attemptEndSchema = z.enum([
  "completed",
  "busy",
  "no_answer",
  "failed",
  "cancelled",
  "voicemail",
  "refused",
]);
export type AttemptEnd = z.infer<typeof attemptEndSchema>;

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ seq: z.number().int().positive(), at, type: z.literal(type), ...shape });

export const callEventSchema = z.discriminatedUnion("type", [
  /** Always seq 1: the call was asked for and stored. Nothing is dialled yet. */
  event("call.requested", {
    callId: callIdSchema,
    businessId: businessIdSchema,
    businessName: z.string(),
    leadId: leadIdSchema,
    consumerName: z.string(),
    /** Masked for display, like "•••• 0123". The number itself is sealed in the call document. */
    consumerPhone: z.string(),
    objective: z.string(),
    requestedBy: actorSchema,
    /** Two words that the agent says first: whoever sees them here knows whose call it is. Calls of before have none. */
    codeWords: z.string().optional(),
  }),
  /** Waits for an instant: a booked time, the next legal hour, or the next attempt. */
  event("call.scheduled", {
    scheduledFor: at,
    why: z.enum(["booked", "quiet_hours", "retry", "person_busy", "attempt_limit", "spend_cap"]),
  }),
  /** Waits for its turn; due now. */
  event("call.queued", {}),
  event("call.cancelRequested", { by: actorSchema }),
  event("attempt.dialing", {
    attemptId: attemptIdSchema,
    attemptNumber: z.number().int().positive(),
    /** Ours, E.164: what the phone of the person shows. */
    fromNumber: z.string().optional(),
  }),
  event("attempt.ringing", { attemptId: attemptIdSchema }),
  event("attempt.answered", { attemptId: attemptIdSchema }),
  event("attempt.machineDetected", {
    attemptId: attemptIdSchema,
    answeredBy: z.string(),
    /** The words that are left on the machine; absent when the phone is put down. */
    message: z.string().optional(),
  }),
  event("attempt.ended", {
    attemptId: attemptIdSchema,
    ended: attemptEndSchema,
    /** A sentence for a person, e.g. why the carrier refused. */
    reason: z.string().optional(),
  }),
  event("stream.opened", { attemptId: attemptIdSchema, epoch: z.number().int(), atMs: callMs }),
  event("stream.lost", { attemptId: attemptIdSchema, epoch: z.number().int(), atMs: callMs }),
  event("call.resumed", { attemptId: attemptIdSchema, epoch: z.number().int(), atMs: callMs }),
  /** The fixed opening was played to its end, proven by its playback mark. */
  event("opening.heard", { atMs: callMs }),
  event("transcript.segment", segmentSchema.shape),
  /** From the end of the consumer's words to the first audio of the answer. */
  event("turn.measured", { latencyMs: z.number().nonnegative(), atMs: callMs }),
  event("tool.called", {
    toolCallId: z.string(),
    name: z.string(),
    arguments: z.record(z.string(), z.unknown()),
    atMs: callMs,
  }),
  event("tool.returned", {
    toolCallId: z.string(),
    ok: z.boolean(),
    result: z.string(),
    durationMs: z.number().nonnegative(),
  }),
  /** The model called tools that were not even read: budget spent, tool use over, or the call. `count` is all of them so far; each doubling is told. */
  event("tool.refused", { count: z.number().int().positive(), atMs: callMs }),
  /** The person has an appointment with the business; a later one in the same call takes the place of the earlier. */
  event("appointment.booked", appointmentSchema.shape),
  /** The person asked to be called another time; that is a call of its own. */
  event("call.followUpRequested", { followUpCallId: callIdSchema, scheduledFor: at }),
  /** An instruction to the agent, which the consumer does not hear. */
  event("steer.whispered", { by: actorSchema, text: z.string(), steerId: steerIdSchema }),
  /** Words that the agent is to say next, to the letter. */
  event("steer.said", { by: actorSchema, text: z.string(), steerId: steerIdSchema }),
  /** The answer made under the whisper was heard to its end, or the exact words were. */
  event("steer.used", { steerId: steerIdSchema, atMs: callMs }),
  /** Who speaks for the business from now on. */
  event("holder.changed", {
    holder: z.enum(["agent", "person"]),
    by: actorSchema,
    /** What the agent is to do with the call it is given back; hidden from consumers. */
    instruction: z.string().optional(),
  }),
  event("call.transferring", { by: actorSchema, transferNumberId: z.string() }),
  event("optOut.recorded", { how: z.enum(["spoken", "key", "account", "supervisor"]) }),
  event("note.added", { by: actorSchema, noteId: z.string(), text: z.string() }),
  event("flag.raised", { by: actorSchema, reason: z.string() }),
  event("cost.updated", costSchema.shape),
  /** From here on, after the notice was heard; what was said before is not in it. */
  event("recording.started", { atMs: callMs }),
  /** By their wish: stopped and deleted. `failed`: the disk refused; the call goes on unrecorded. */
  event("recording.stopped", { why: z.enum(["spoken", "key", "failed"]), atMs: callMs }),
  event("recording.ready", { durationMs: z.number().nonnegative() }),
  /** Its time was over, and it was deleted. */
  event("recording.expired", {}),
  event("analysis.completed", analysisSchema.shape),
  /** The consumer's own words take the place of the summary. */
  event("summary.corrected", { by: actorSchema, text: z.string() }),
  /** The consumer wants no summary kept: its words, and those of corrections, are blanked in earlier events too. */
  event("summary.deleted", { by: actorSchema }),
  /** Exactly once; after it only facts that became known late may follow (`isLateFact`). */
  event("call.ended", {
    status: finalStatusSchema,
    outcome: outcomeSchema.optional(),
    /** A short code such as `cancelled_after_answer`. */
    reason: z.string(),
  }),
  /** What a consumer sees in place of steering, notes, flags and costs. */
  event("hidden", {}),
]);

export type CallEvent = z.infer<typeof callEventSchema>;
type CallEventType = CallEvent["type"];
export type CallEventOf<Type extends CallEventType> = Extract<CallEvent, { type: Type }>;

/** An event before it was numbered and dated by the journal. */
export type NewCallEvent = CallEvent extends infer Each
  ? Each extends CallEvent
    ? Omit<Each, "seq" | "at">
    : never
  : never;

/**
 * What may still come to a call that is over: the carrier's own price, the recording on its disk, what the consumer makes of the
 * summary, and what staff note about it [CL2].
 */
export const isLateFact = (event: NewCallEvent): boolean =>
  event.type === "recording.ready" ||
  event.type === "recording.expired" ||
  event.type === "summary.corrected" ||
  event.type === "summary.deleted" ||
  event.type === "note.added" ||
  event.type === "flag.raised" ||
  (event.type === "cost.updated" && !event.estimated);

export const draftSchema = z.object({
  callId: callIdSchema,
  segmentId: segmentIdSchema,
  speaker: speakerSchema,
  text: z.string(),
});
/** An utterance still being spoken. Never an event: the finished segment replaces it by `segmentId`. */
export type Draft = z.infer<typeof draftSchema>;

const HIDDEN_FROM_CONSUMERS: ReadonlySet<CallEventType> = new Set([
  "steer.whispered",
  "steer.said",
  "steer.used",
  "note.added",
  "flag.raised",
  "cost.updated",
]);

/** The event as this audience may see it; `seq` and `at` stay, so that nobody's list has a hole. */
export function eventFor(audience: "consumer" | "staff", one: CallEvent): CallEvent {
  if (audience === "staff") return one;
  if (one.type === "holder.changed") {
    const { instruction: _instruction, ...shown } = one;
    return shown;
  }
  if (!HIDDEN_FROM_CONSUMERS.has(one.type)) return one;
  return { seq: one.seq, at: one.at, type: "hidden" };
}
