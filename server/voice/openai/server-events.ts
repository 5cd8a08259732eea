import { z } from "zod";

/**
 * The server events of the Realtime protocol (GA) this adapter uses, with the fields it reads. Everything else on the wire is ignored, so a new
 * event or field of the provider cannot break a call.
 */
const id = z.string().min(1).max(200);
const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);
const tokens = z.number().nonnegative().catch(0);

const usageSchema = z.object({
  input_token_details: z
    .object({
      text_tokens: tokens,
      audio_tokens: tokens,
      cached_tokens_details: z.object({ text_tokens: tokens, audio_tokens: tokens }).nullish(),
    })
    .nullish(),
  output_token_details: z.object({ text_tokens: tokens, audio_tokens: tokens }).nullish(),
});
export type ResponseUsage = z.infer<typeof usageSchema>;

const responseSchema = z.object({
  id,
  status: z.string().nullish(),
  /** Documented as an object, met as a bare string as well. */
  status_details: z
    .union([
      z.string(),
      z.object({
        reason: z.string().nullish(),
        error: z.object({ code: z.string().nullish() }).nullish(),
      }),
    ])
    .nullish()
    .catch(null),
  /** null: an answer outside the conversation. */
  conversation_id: z.string().nullish(),
  usage: usageSchema.nullish().catch(null),
  metadata: z.record(z.string(), z.string()).nullish().catch(null),
});
export type ServerResponse = z.infer<typeof responseSchema>;

const itemSchema = z.object({
  id,
  type: z.string(),
  status: z.string().nullish(),
  name: z.string().nullish(),
  call_id: z.string().nullish(),
  arguments: z.string().nullish(),
});

const transcriptionUsage = z
  .union([
    z.object({ type: z.literal("duration"), seconds: z.number().nonnegative() }),
    z.object({
      type: z.literal("tokens"),
      input_token_details: z.object({ audio_tokens: z.number().nonnegative() }),
    }),
  ])
  .nullish()
  .catch(null);
export type TranscriptionUsage = z.infer<typeof transcriptionUsage>;

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), ...shape });
/** On the clock of audio written; only a figure for judging how long somebody spoke. */
const audioMs = z.number().nullish().catch(null);
const piece = { response_id: id, item_id: id };

const serverEventSchema = z.discriminatedUnion("type", [
  event("session.created", {
    session: z
      .object({
        expires_at: z
          .number()
          .transform((seconds) => seconds * 1000)
          .nullish()
          .catch(null),
      })
      .nullish()
      .catch(null),
  }),
  event("session.updated", {}),
  event("input_audio_buffer.speech_started", { item_id: id, audio_start_ms: audioMs }),
  event("input_audio_buffer.speech_stopped", { item_id: id, audio_end_ms: audioMs }),
  event("input_audio_buffer.committed", { item_id: id, previous_item_id: id.nullish() }),
  event("conversation.item.input_audio_transcription.delta", { item_id: id, delta: z.string() }),
  event("conversation.item.input_audio_transcription.completed", {
    item_id: id,
    transcript: z.string(),
    usage: transcriptionUsage,
  }),
  event("conversation.item.input_audio_transcription.failed", { item_id: id }),
  event("conversation.item.added", { item: z.object({ id }) }),
  event("response.created", { response: responseSchema }),
  event("response.output_item.added", { response_id: id, item: itemSchema }),
  event("response.output_item.done", { response_id: id, item: itemSchema }),
  event("response.content_part.added", { ...piece, part: z.object({ type: z.string() }) }),
  event("response.output_audio.delta", { ...piece, delta: base64 }),
  event("response.output_audio.done", piece),
  event("response.output_audio_transcript.delta", { ...piece, delta: z.string() }),
  event("response.output_audio_transcript.done", { ...piece, transcript: z.string() }),
  event("response.done", { response: responseSchema }),
  event("rate_limits.updated", {
    rate_limits: z.array(z.object({ reset_seconds: z.number().nonnegative().catch(0) })),
  }),
  event("error", {
    error: z.object({
      code: z.string().nullish(),
      param: z.string().nullish(),
      event_id: z.string().nullish(),
    }),
  }),
]);
export type ServerEvent = z.infer<typeof serverEventSchema>;
export type ServerEventOf<Type extends ServerEvent["type"]> = Extract<ServerEvent, { type: Type }>;

const USED = new Set<string>(serverEventSchema.options.map((option) => option.shape.type.value));

type Reading = { kind: "known"; event: ServerEvent } | { kind: "ignored" } | { kind: "malformed" };

/** The service's own id of an event; null when it has none. */
export function eventIdOf(raw: unknown): string | null {
  if (typeof raw !== "object" || raw === null || !("event_id" in raw)) return null;
  return typeof raw.event_id === "string" ? raw.event_id : null;
}

/** Reads one frame that was already parsed as JSON. */
export function readServerEvent(raw: unknown): Reading {
  if (typeof raw !== "object" || raw === null || !("type" in raw) || typeof raw.type !== "string") {
    return { kind: "malformed" };
  }
  if (!USED.has(raw.type)) return { kind: "ignored" };
  const parsed = serverEventSchema.safeParse(raw);
  return parsed.success ? { kind: "known", event: parsed.data } : { kind: "malformed" };
}
