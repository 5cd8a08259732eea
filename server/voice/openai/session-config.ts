import type { VoiceSessionOptions } from "#server/voice/voice.ts";
import type {
  RealtimeAudioInputTurnDetection,
  RealtimeSessionCreateRequest,
} from "openai/resources/realtime/realtime";

/** `gpt-realtime-2`, `gpt-realtime-2.1-mini` …, but not the dated `gpt-realtime-2025-08-28`. Others refuse the whole update. */
const REASONS = /^gpt-realtime-2(?:[.-]|$)/;

/** 20 audio tokens a second: a little under 50 s of speech in one answer, reasoning and tools included. */
const MAX_OUTPUT_TOKENS = 1024;
/** When the conversation outgrows this, a fifth is dropped at once: dropping item by item would lose the prompt cache each turn. */
const CONVERSATION_TOKENS = 8000;
const MAX_KEYWORDS = 50;

/** The service counts both as speech: what it hears before a voice, and the silence by which it knows the end. */
const PREFIX_MS = 300;
const SILENCE_MS = 500;
export const TURN_MARGIN_MS = PREFIX_MS + SILENCE_MS;

/** The service's own defaults differ between its documents, so every value is sent. */
function turnDetection(isFloorOpen: boolean): RealtimeAudioInputTurnDetection {
  return {
    type: "server_vad",
    threshold: 0.5,
    prefix_padding_ms: PREFIX_MS,
    silence_duration_ms: SILENCE_MS,
    create_response: isFloorOpen,
    interrupt_response: isFloorOpen,
    idle_timeout_ms: null,
  };
}

/** The one thing that changes during a call. It touches nothing that the model reads, so the cached prefix stays. */
export function floorConfig(isOpen: boolean): RealtimeSessionCreateRequest {
  return { type: "realtime", audio: { input: { turn_detection: turnDetection(isOpen) } } };
}

/**
 * The whole configuration of a session on a phone line. Instructions, tools and history never change later: that would lose the cached prefix, and with it most of the
 * saving on a call.
 */
export function sessionConfig(model: string, options: VoiceSessionOptions): RealtimeSessionCreateRequest {
  return {
    type: "realtime",
    output_modalities: ["audio"],
    instructions: options.instructions,
    ...(REASONS.test(model) ? { reasoning: { effort: "low" } } : {}),
    parallel_tool_calls: false,
    max_output_tokens: MAX_OUTPUT_TOKENS,
    tools: options.tools.map((tool) => ({ type: "function", ...tool })),
    tool_choice: "auto",
    tracing: null,
    truncation: {
      type: "retention_ratio",
      retention_ratio: 0.8,
      token_limits: { post_instructions: CONVERSATION_TOKENS },
    },
    audio: {
      input: {
        format: { type: "audio/pcmu" },
        noise_reduction: { type: "near_field" },
        transcription: {
          model: "gpt-transcribe",
          languages: [options.language],
          keywords: options.keywords.slice(0, MAX_KEYWORDS),
        },
        turn_detection: turnDetection(!options.floorClosed),
      },
      output: { format: { type: "audio/pcmu" }, voice: options.voice, speed: 1 },
    },
  };
}
