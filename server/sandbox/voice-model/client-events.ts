import { z } from "zod";
import { parseOrRefuse } from "#server/sandbox/voice-model/issues.ts";
import type { Item, MessageItem } from "#server/sandbox/voice-model/items.ts";
import {
  audioOutput,
  maxOutputTokens,
  outputModalities,
  reasoning,
  toolChoice,
  tools,
} from "#server/sandbox/voice-model/session-config.ts";
import { Refusal } from "#server/sandbox/voice-model/wire.ts";
import { wordsIn } from "#server/sandbox/voice-model/words.ts";
import { mulawMs } from "#server/lib/mulaw.ts";

const eventId = { event_id: z.string().max(512).optional() };
const itemHead = {
  id: z.string().min(1).max(64).optional(),
  object: z.literal("realtime.item").optional(),
  status: z.enum(["completed", "incomplete", "in_progress"]).optional(),
};
const inputText = z.strictObject({ type: z.literal("input_text"), text: z.string() });
const outputText = z.strictObject({ type: z.literal("output_text"), text: z.string() });
const inputAudio = z.strictObject({
  type: z.literal("input_audio"),
  audio: z.string(),
  transcript: z.string().nullish(),
});
const inputImage = z.strictObject({
  type: z.literal("input_image"),
  image_url: z.string().optional(),
  detail: z.enum(["auto", "low", "high"]).optional(),
});
const message = { type: z.literal("message"), ...itemHead };

const item = z.discriminatedUnion("type", [
  z.discriminatedUnion("role", [
    z.strictObject({ ...message, role: z.literal("system"), content: z.array(inputText).min(1) }),
    z.strictObject({
      ...message,
      role: z.literal("user"),
      content: z.array(z.discriminatedUnion("type", [inputText, inputAudio, inputImage])).min(1),
    }),
    z.strictObject({ ...message, role: z.literal("assistant"), content: z.array(outputText).min(1) }),
  ]),
  z.strictObject({
    type: z.literal("function_call"),
    ...itemHead,
    name: z.string(),
    call_id: z.string(),
    arguments: z.string(),
  }),
  z.strictObject({
    type: z.literal("function_call_output"),
    ...itemHead,
    call_id: z.string(),
    output: z.string(),
  }),
]);

const assistantAudio = z.object({
  type: z.literal("message"),
  role: z.literal("assistant"),
  content: z.array(z.object({ type: z.string(), text: z.unknown().optional() })),
});

const responseParams = z.strictObject({
  conversation: z.enum(["auto", "none"]).optional(),
  instructions: z.string().optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  output_modalities: outputModalities.optional(),
  max_output_tokens: maxOutputTokens.optional(),
  tools: tools.optional(),
  tool_choice: toolChoice.optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning: reasoning.optional(),
  prompt: z.null().optional(),
  input: z.array(z.looseObject({ type: z.string() })).optional(),
  audio: z.strictObject({ output: audioOutput.omit({ speed: true }).optional() }).optional(),
});

export type ResponseParams = z.infer<typeof responseParams>;

/** Client events other than `input_audio_buffer.append`, which comes 50 times a second and is read by hand. */
const clientEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("session.update"), ...eventId, session: z.unknown() }),
  z.strictObject({ type: z.literal("input_audio_buffer.commit"), ...eventId }),
  z.strictObject({ type: z.literal("input_audio_buffer.clear"), ...eventId }),
  z.strictObject({
    type: z.literal("conversation.item.create"),
    ...eventId,
    item: z.unknown(),
    previous_item_id: z.string().nullish(),
  }),
  z.strictObject({ type: z.literal("conversation.item.retrieve"), ...eventId, item_id: z.string() }),
  z.strictObject({ type: z.literal("conversation.item.delete"), ...eventId, item_id: z.string() }),
  z.strictObject({
    type: z.literal("conversation.item.truncate"),
    ...eventId,
    item_id: z.string(),
    content_index: z.int(),
    audio_end_ms: z.int(),
  }),
  z.strictObject({ type: z.literal("response.create"), ...eventId, response: responseParams.optional() }),
  z.strictObject({ type: z.literal("response.cancel"), ...eventId, response_id: z.string().optional() }),
]);

export type ClientEvent = z.infer<typeof clientEvent>;

const TYPES: ReadonlySet<string> = new Set(clientEvent.options.map((option) => option.shape.type.value));

/** @throws Refusal for an unknown type, an unknown field or a wrong value */
export function parseClientEvent(raw: { type: string }): ClientEvent {
  if (!TYPES.has(raw.type)) {
    const supported = [...TYPES, "input_audio_buffer.append"].map((type) => `'${type}'`).join(", ");
    throw new Refusal(
      "invalid_value",
      `Invalid value: '${raw.type}'. Supported values are: ${supported}.`,
      "type",
    );
  }
  return parseOrRefuse(clientEvent, raw);
}

type SentItem = z.infer<typeof item>;
type SentContent = Extract<SentItem, { type: "message" }>["content"][number];

function partOf(content: SentContent): MessageItem["parts"][number] {
  switch (content.type) {
    case "input_text":
    case "output_text":
      return { ...content };
    case "input_image":
      return { type: "input_image", image_url: content.image_url };
    case "input_audio": {
      const audio = Buffer.from(content.audio, "base64");
      const words = wordsIn(audio);
      const transcript = content.transcript ?? null;
      return { type: "input_audio", audio, ms: mulawMs(audio.length), words, isSilence: false, transcript };
    }
  }
}

/**
 * An item a client wrote, with `freshId` unless it brought its own.
 * @throws Refusal; also for an assistant's audio, which nobody but the model can make
 */
export function itemFromClient(raw: unknown, freshId: string): Item {
  const spoken = assistantAudio.safeParse(raw);
  const withoutText =
    spoken.data?.content.findIndex((part) => part.type === "output_audio" && part.text === undefined) ?? -1;
  if (withoutText >= 0) {
    const param = `item.content[${withoutText}].text`;
    throw new Refusal("missing_required_parameter", `Missing required parameter: '${param}'.`, param);
  }
  const { item: sent } = parseOrRefuse(z.object({ item }), { item: raw });
  const head = { id: sent.id ?? freshId, fromClient: true as const };
  switch (sent.type) {
    case "message":
      return {
        ...head,
        kind: "message",
        role: sent.role,
        status: sent.status ?? "completed",
        parts: sent.content.map(partOf),
      };
    case "function_call":
      return {
        ...head,
        kind: "call",
        status: sent.status ?? "completed",
        name: sent.name,
        callId: sent.call_id,
        arguments: sent.arguments,
      };
    case "function_call_output":
      return { ...head, kind: "result", status: "completed", callId: sent.call_id, output: sent.output };
  }
}
