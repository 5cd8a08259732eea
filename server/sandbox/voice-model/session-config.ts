import { z } from "zod";
import { parseOrRefuse } from "#server/sandbox/voice-model/issues.ts";
import { Refusal } from "#server/sandbox/voice-model/wire.ts";

const format = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("audio/pcmu") }),
  z.strictObject({ type: z.literal("audio/pcm"), rate: z.literal(24_000).optional() }),
]);

const serverVad = z.strictObject({
  type: z.literal("server_vad"),
  threshold: z.number().min(0).max(1).optional(),
  prefix_padding_ms: z.int().min(0).max(10_000).optional(),
  silence_duration_ms: z.int().min(0).max(10_000).optional(),
  idle_timeout_ms: z.int().min(5000).max(30_000).nullish(),
  create_response: z.boolean().optional(),
  interrupt_response: z.boolean().optional(),
});

const semanticVad = z.strictObject({
  type: z.literal("semantic_vad"),
  eagerness: z.enum(["low", "medium", "high", "auto"]).optional(),
  create_response: z.boolean().optional(),
  interrupt_response: z.boolean().optional(),
});

const transcription = z.strictObject({
  model: z.string().optional(),
  language: z.string().optional(),
  languages: z.array(z.string()).optional(),
  keywords: z.array(z.string()).optional(),
  prompt: z.string().optional(),
  delay: z.enum(["minimal", "low", "medium", "high", "xhigh"]).optional(),
});

const noiseReduction = z.strictObject({
  type: z.enum(["near_field", "far_field"]),
  strength: z.number().min(0).max(1).optional(),
});

const VOICES = [
  "alloy",
  "ash",
  "ballad",
  "coral",
  "echo",
  "sage",
  "shimmer",
  "verse",
  "marin",
  "cedar",
] as const;

/** Audio out; also what a single `response.create` may override. */
export const audioOutput = z.strictObject({
  format: format.optional(),
  voice: z.enum(VOICES).optional(),
  speed: z.number().min(0.25).max(1.5).optional(),
});

const functionTool = z.strictObject({
  type: z.literal("function"),
  name: z.string().min(1).max(64),
  description: z.string().optional(),
  parameters: z.unknown().optional(),
});

export const tools = z.array(functionTool);
export const toolChoice = z.union([
  z.enum(["auto", "none", "required"]),
  z.strictObject({ type: z.literal("function"), name: z.string() }),
]);
export const outputModalities = z.array(z.enum(["audio", "text"])).length(1);
export const maxOutputTokens = z.union([z.int().min(1).max(32_000), z.literal("inf")]);
export const reasoning = z.strictObject({
  effort: z.enum(["minimal", "low", "medium", "high", "xhigh"]).optional(),
});

const sessionUpdate = z.strictObject({
  type: z.literal("realtime"),
  model: z.string().optional(),
  output_modalities: outputModalities.optional(),
  instructions: z.string().optional(),
  tools: tools.optional(),
  tool_choice: toolChoice.optional(),
  max_output_tokens: maxOutputTokens.optional(),
  tracing: z
    .union([
      z.literal("auto"),
      z.strictObject({
        workflow_name: z.string().optional(),
        group_id: z.string().optional(),
        metadata: z.unknown().optional(),
      }),
    ])
    .nullish(),
  truncation: z
    .union([
      z.enum(["auto", "disabled"]),
      z.strictObject({
        type: z.literal("retention_ratio"),
        retention_ratio: z.number().min(0).max(1),
        token_limits: z.strictObject({ post_instructions: z.int().min(0).optional() }).optional(),
      }),
    ])
    .optional(),
  prompt: z.null().optional(),
  include: z.array(z.literal("item.input_audio_transcription.logprobs")).nullish(),
  reasoning: reasoning.optional(),
  parallel_tool_calls: z.boolean().optional(),
  audio: z
    .strictObject({
      input: z
        .strictObject({
          format: format.optional(),
          transcription: transcription.nullish(),
          noise_reduction: noiseReduction.nullish(),
          turn_detection: z.discriminatedUnion("type", [serverVad, semanticVad]).nullish(),
        })
        .optional(),
      output: audioOutput.optional(),
    })
    .optional(),
});

type Update = z.infer<typeof sessionUpdate>;
type UpdateInput = NonNullable<NonNullable<Update["audio"]>["input"]>;

export type AudioFormat = { type: "audio/pcmu" } | { type: "audio/pcm"; rate: 24_000 };
type Settled<T> = { [K in keyof T]-?: Exclude<T[K], undefined> };
type ServerVad = Settled<z.infer<typeof serverVad>>;
type SemanticVad = Settled<z.infer<typeof semanticVad>>;

/** The effective configuration, exactly as `session.created` and `session.updated` show it. */
export type SessionConfig = {
  type: "realtime";
  object: "realtime.session";
  id: string;
  model: string;
  output_modalities: ("audio" | "text")[];
  instructions: string;
  tools: z.infer<typeof tools>;
  tool_choice: z.infer<typeof toolChoice>;
  max_output_tokens: number | "inf";
  tracing: Update["tracing"] | null;
  truncation: NonNullable<Update["truncation"]>;
  prompt: null;
  expires_at: number;
  audio: {
    input: {
      format: AudioFormat;
      transcription: z.infer<typeof transcription> | null;
      noise_reduction: z.infer<typeof noiseReduction> | null;
      turn_detection: ServerVad | SemanticVad | null;
    };
    output: { format: AudioFormat; voice: string; speed: number };
  };
  include: string[] | null;
  reasoning?: z.infer<typeof reasoning>;
  parallel_tool_calls?: boolean;
};

const SERVER_VAD: ServerVad = {
  type: "server_vad",
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 200,
  idle_timeout_ms: null,
  create_response: true,
  interrupt_response: true,
};
const SEMANTIC_VAD: SemanticVad = {
  type: "semantic_vad",
  eagerness: "auto",
  create_response: true,
  interrupt_response: true,
};

/** What a new session starts with. `expiresAtMs` is a wall-clock time. */
export function defaultConfig(id: string, model: string, expiresAtMs: number): SessionConfig {
  return {
    type: "realtime",
    object: "realtime.session",
    id,
    model,
    output_modalities: ["audio"],
    instructions: "You are a friendly assistant on a voice line. Keep answers short.",
    tools: [],
    tool_choice: "auto",
    max_output_tokens: "inf",
    tracing: null,
    truncation: "auto",
    prompt: null,
    expires_at: Math.floor(expiresAtMs / 1000),
    audio: {
      input: {
        format: { type: "audio/pcm", rate: 24_000 },
        transcription: null,
        noise_reduction: null,
        turn_detection: SERVER_VAD,
      },
      output: { format: { type: "audio/pcm", rate: 24_000 }, voice: "alloy", speed: 1 },
    },
    include: null,
  };
}

/** `rate` is part of the effective PCM format even when the client leaves it out. */
export function fullFormat(sent: z.infer<typeof format>): AudioFormat {
  return sent.type === "audio/pcm" ? { type: "audio/pcm", rate: 24_000 } : sent;
}

/** `{...base, ...patch}` without the keys that were left out. */
function merged<T extends object>(base: T, patch: { [K in keyof T]?: T[K] | undefined }): T {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  return { ...base, ...Object.fromEntries(given) };
}

function mergeTurnDetection(current: ServerVad | SemanticVad | null, sent: UpdateInput["turn_detection"]) {
  if (sent === undefined) return current;
  if (sent === null) return null;
  if (sent.type === "semantic_vad") {
    return merged(current?.type === "semantic_vad" ? current : SEMANTIC_VAD, sent);
  }
  return merged(current?.type === "server_vad" ? current : SERVER_VAD, sent);
}

function mergeAudio(current: SessionConfig["audio"], sent: Update["audio"]): SessionConfig["audio"] {
  const { input, output } = sent ?? {};
  return {
    input: {
      format: input?.format ? fullFormat(input.format) : current.input.format,
      transcription: input?.transcription === undefined ? current.input.transcription : input.transcription,
      noise_reduction:
        input?.noise_reduction === undefined ? current.input.noise_reduction : input.noise_reduction,
      turn_detection: mergeTurnDetection(current.input.turn_detection, input?.turn_detection),
    },
    output: {
      format: output?.format ? fullFormat(output.format) : current.output.format,
      voice: output?.voice ?? current.output.voice,
      speed: output?.speed ?? current.output.speed,
    },
  };
}

function checkLocks(current: SessionConfig, sent: Update, hasSpoken: boolean): void {
  const voice = sent.audio?.output?.voice;
  if (hasSpoken && voice && voice !== current.audio.output.voice) {
    throw new Refusal(
      "cannot_update_voice",
      "Cannot update a conversation's voice if assistant audio is present.",
    );
  }
  if (sent.model !== undefined && sent.model !== current.model) {
    throw new Refusal("invalid_value", "The model of a session cannot be changed.", "session.model");
  }
  if (sent.reasoning && !current.model.includes("-2")) {
    throw new Refusal(
      "invalid_value",
      "This model does not support 'session.reasoning'.",
      "session.reasoning",
    );
  }
  if (sent.tracing !== undefined && current.tracing !== null) {
    throw new Refusal("invalid_value", "Tracing cannot be changed once it is on.", "session.tracing");
  }
}

/**
 * The configuration after a `session.update`. All or nothing: one unknown or wrong field and nothing changes.
 * @param hasSpoken whether the session already made audio (the voice is fixed from then on)
 * @throws Refusal
 */
export function updatedConfig(current: SessionConfig, raw: unknown, hasSpoken: boolean): SessionConfig {
  const { session: sent } = parseOrRefuse(z.object({ session: sessionUpdate }), { session: raw });
  checkLocks(current, sent, hasSpoken);
  const { audio, model: _model, prompt: _prompt, ...plain } = sent;
  return { ...merged<SessionConfig>(current, plain), audio: mergeAudio(current.audio, audio) };
}
