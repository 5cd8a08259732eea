import {
  actorSchema,
  analysisSchema,
  appointmentSchema,
  attemptEndSchema,
  outcomeSchema,
  segmentSchema,
} from "#shared/call/events.ts";
import { costSchema } from "#shared/call/cost.ts";
import { callStatusSchema } from "#shared/call/status.ts";
import { z } from "zod";

/**
 * What a screen, an API client or a test sees of a call: the fold of its journal, the same shape everywhere. Instants are
 * ISO 8601, `…Ms` count from the answer.
 */
const instant = z.string();

const attemptViewSchema = z.object({
  attemptId: z.string(),
  attemptNumber: z.number(),
  dialedAt: instant,
  ringingAt: instant.nullable(),
  answeredAt: instant.nullable(),
  endedAt: instant.nullable(),
  ended: attemptEndSchema.nullable(),
  reason: z.string().nullable(),
  answeredBy: z.string().nullable(),
  /** What an answering machine was told; null when nothing. */
  message: z.string().nullable(),
});
export type AttemptView = z.infer<typeof attemptViewSchema>;

const toolViewSchema = z.object({
  toolCallId: z.string(),
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  atMs: z.number(),
  /** Null while it runs. */
  result: z.object({ ok: z.boolean(), text: z.string(), durationMs: z.number() }).nullable(),
});
export type ToolView = z.infer<typeof toolViewSchema>;

const steerViewSchema = z.object({
  steerId: z.string(),
  /** `whisper`: an instruction; `exact`: words to say to the letter. */
  kind: z.enum(["whisper", "exact"]),
  text: z.string(),
  by: actorSchema,
  at: instant,
  /** When it was heard that the agent did it; null: not yet, or never. */
  usedAtMs: z.number().nullable(),
});
export type SteerView = z.infer<typeof steerViewSchema>;

export const callViewSchema = z.object({
  callId: z.string(),
  /** The view is folded up to and including this event. */
  seq: z.number(),
  status: callStatusSchema,
  businessId: z.string(),
  businessName: z.string(),
  leadId: z.string(),
  consumerName: z.string(),
  /** Masked. */
  consumerPhone: z.string(),
  objective: z.string(),
  /** Two words that the agent says first; null in calls of before. */
  codeWords: z.string().nullable(),
  /** The number of ours that the person's phone shows, E.164; null before the first dial. */
  fromNumber: z.string().nullable(),
  requestedBy: actorSchema.nullable(),
  requestedAt: instant.nullable(),
  /** The instant it waits for; null when it waits for its turn or waits no more. */
  scheduledFor: instant.nullable(),
  scheduledWhy: z.string().nullable(),
  attempts: z.array(attemptViewSchema),
  answeredAt: instant.nullable(),
  endedAt: instant.nullable(),
  /** Media is flowing now; false while a lost stream is being replaced. */
  connected: z.boolean(),
  /** The fixed opening was heard to its end. */
  openingHeard: z.boolean(),
  holder: z.enum(["agent", "person"]),
  /** Account of the person who holds the call; null: the agent does. */
  holderId: z.string().nullable(),
  /** Name of the person who holds the call. */
  holderName: z.string().nullable(),
  transcript: z.array(segmentSchema),
  tools: z.array(toolViewSchema),
  /** Tool calls of the model that were refused unread, at least so many. */
  toolsRefused: z.number(),
  /** One entry per answered turn, oldest first. */
  turnLatenciesMs: z.array(z.number()),
  interruptions: z.number(),
  cost: costSchema.nullable(),
  /** Null: this call was not recorded. `stopped`: by their wish, and deleted. `expired`: deleted after 90 days. */
  recording: z
    .object({
      state: z.enum(["on", "stopped", "failed", "ready", "expired"]),
      /** Once it is ready. */
      durationMs: z.number().nullable(),
    })
    .nullable(),
  /** What the analyst found. Its own summary, whatever the consumer made of it; empty once they deleted it. */
  analysis: analysisSchema.nullable(),
  /** What screens show: the analyst's summary, or the consumer's correction of it. Null: none was made, or they deleted it. */
  summary: z.string().nullable(),
  summaryBy: z.enum(["analyst", "consumer"]).nullable(),
  outcome: outcomeSchema.nullable(),
  /** Why it ended, a short code; null while it lives. */
  endReason: z.string().nullable(),
  optedOut: z.boolean(),
  /** What was agreed on the phone. */
  appointment: appointmentSchema.nullable(),
  followUp: z.object({ followUpCallId: z.string(), scheduledFor: instant }).nullable(),
  /** What staff told the agent, oldest first; nothing of it is shown to consumers. */
  steers: z.array(steerViewSchema),
  flags: z.array(z.object({ reason: z.string(), at: instant, by: actorSchema })),
  notes: z.array(z.object({ noteId: z.string(), text: z.string(), at: instant, by: actorSchema })),
});
export type CallView = z.infer<typeof callViewSchema>;

export const EMPTY_CALL_VIEW: CallView = {
  callId: "",
  seq: 0,
  status: "queued",
  businessId: "",
  businessName: "",
  leadId: "",
  consumerName: "",
  consumerPhone: "",
  objective: "",
  codeWords: null,
  fromNumber: null,
  requestedBy: null,
  requestedAt: null,
  scheduledFor: null,
  scheduledWhy: null,
  attempts: [],
  answeredAt: null,
  endedAt: null,
  connected: false,
  openingHeard: false,
  holder: "agent",
  holderId: null,
  holderName: null,
  transcript: [],
  tools: [],
  toolsRefused: 0,
  turnLatenciesMs: [],
  interruptions: 0,
  cost: null,
  recording: null,
  analysis: null,
  summary: null,
  summaryBy: null,
  outcome: null,
  endReason: null,
  optedOut: false,
  appointment: null,
  followUp: null,
  steers: [],
  flags: [],
  notes: [],
};
