import type { Timer } from "#server/lib/clock.ts";
import type { CallerAudio } from "#server/sandbox/voice-model/items.ts";
import type { SessionCore } from "#server/sandbox/voice-model/session-core.ts";
import { UNKNOWN_WORDS } from "#server/sandbox/voice-model/session-record.ts";
import { textTokens } from "#server/sandbox/voice-model/usage.ts";
import { obfuscation } from "#server/sandbox/voice-model/wire.ts";

/** Long enough that the transcript usually comes while the answer is already being spoken. */
const DELAY_MS = 400;
const CALLER_MS_PER_TOKEN = 100;

/** Writes down what the caller said, beside and later than the model that hears it. */
export class Transcriber {
  readonly #core: SessionCore;
  readonly #timers = new Set<Timer>();

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** Starts on one committed turn; nothing happens when the session wants no transcripts. */
  transcribe(itemId: string, part: CallerAudio): void {
    const settings = this.#core.config().audio.input.transcription;
    const fault = this.#core.behaviour.transcripts;
    if (!settings || fault?.kind === "loseTranscripts") return;
    const delayMs = fault?.kind === "delayTranscripts" ? fault.delayMs : DELAY_MS;
    const timer = this.#core.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      if (fault?.kind === "failTranscripts") this.#fail(itemId);
      else
        this.#complete(
          itemId,
          part,
          fault?.kind === "ghostTranscripts" ? fault.text : null,
          settings.model ?? "",
        );
    });
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #fail(itemId: string): void {
    const message = `Input transcription failed for item '${itemId}'.`;
    const error = { type: "server_error", code: null, message, param: null };
    const type = "conversation.item.input_audio_transcription.failed";
    this.#core.emit({ type, item_id: itemId, content_index: 0, error });
  }

  #complete(itemId: string, part: CallerAudio, ghost: string | null, model: string): void {
    const words = typeof part.words === "string" ? part.words : part.words.text;
    const transcript = ghost ?? (part.isSilence ? "" : words || UNKNOWN_WORDS);
    part.transcript = transcript;
    for (const delta of transcript.match(/\S+\s*/g) ?? []) {
      const type = "conversation.item.input_audio_transcription.delta";
      this.#core.emit({ type, item_id: itemId, content_index: 0, delta, obfuscation: obfuscation(delta) });
    }
    const type = "conversation.item.input_audio_transcription.completed";
    this.#core.emit({
      type,
      item_id: itemId,
      content_index: 0,
      transcript,
      usage: usageOf(model, part.ms, transcript),
    });
  }
}

/** The newer transcription models are paid by the second, the `gpt-4o` ones by the token. */
function usageOf(model: string, ms: number, transcript: string) {
  if (!model.startsWith("gpt-4o")) return { type: "duration", seconds: ms / 1000 };
  const audio_tokens = Math.ceil(ms / CALLER_MS_PER_TOKEN);
  const output_tokens = textTokens(transcript);
  return {
    type: "tokens",
    input_tokens: audio_tokens,
    input_token_details: { text_tokens: 0, audio_tokens },
    output_tokens,
    total_tokens: audio_tokens + output_tokens,
  };
}
