import { safeCode } from "#server/voice/openai/faults.ts";
import type { ResponseUsage, ServerResponse } from "#server/voice/openai/server-events.ts";
import type { AnswerEnd, VoiceUsage } from "#server/voice/voice.ts";

/** The code or reason the service gave for an answer that did not complete. */
export function reasonOf(response: ServerResponse): string | null {
  const details = response.status_details;
  if (!details) return null;
  return safeCode(typeof details === "string" ? details : (details.error?.code ?? details.reason));
}

export function endOf(response: ServerResponse): AnswerEnd {
  switch (response.status) {
    case "completed":
    case "incomplete":
      return response.status;
    case "cancelled":
      return reasonOf(response) === "turn_detected" ? "interrupted" : "cancelled";
    default:
      return "failed";
  }
}

/** Tokens by class; null when the service did not count. Cached tokens are part of the input. */
export function usageOf(usage: ResponseUsage | null | undefined): VoiceUsage | null {
  if (!usage) return null;
  const cached = usage.input_token_details?.cached_tokens_details;
  return {
    textIn: usage.input_token_details?.text_tokens ?? 0,
    textInCached: cached?.text_tokens ?? 0,
    audioIn: usage.input_token_details?.audio_tokens ?? 0,
    audioInCached: cached?.audio_tokens ?? 0,
    textOut: usage.output_token_details?.text_tokens ?? 0,
    audioOut: usage.output_token_details?.audio_tokens ?? 0,
  };
}
