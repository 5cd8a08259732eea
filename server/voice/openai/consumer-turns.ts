import type { Clock, Timer } from "#server/lib/clock.ts";
import { BoundedMap } from "#server/voice/openai/bounded.ts";
import type { ServerEventOf, TranscriptionUsage } from "#server/voice/openai/server-events.ts";
import { TURN_MARGIN_MS } from "#server/voice/openai/session-config.ts";
import type { VoiceListener } from "#server/voice/voice.ts";

type Words = {
  text: string;
  isFinal: boolean;
  deadline: Timer | null;
  startMs: number | null;
  /** Shorter than any word: whatever is recognised in it was not said. */
  isNoise: boolean;
};

const REMEMBERED_TURNS = 200;
const SHORTEST_WORD_MS = 200;
/** Recognition comes late, rarely never. A turn must not stay open for ever. */
const TRANSCRIPT_WAIT_MS = 20_000;
/** The service counts one token for 100 ms of the consumer's audio. */
const AUDIO_TOKENS_PER_SECOND = 10;

function audioSecondsOf(usage: TranscriptionUsage): number | null {
  if (!usage) return null;
  if (usage.type === "duration") return usage.seconds;
  return usage.input_token_details.audio_tokens / AUDIO_TOKENS_PER_SECOND;
}

/** The consumer's words: they arrive after the turn, in pieces, out of order, twice, or never; they leave `final` once per turn. */
export class ConsumerTurns {
  readonly #clock: Clock;
  readonly #listener: VoiceListener;
  readonly #turns = new BoundedMap<Words>(REMEMBERED_TURNS);

  constructor(clock: Clock, listener: VoiceListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  speechStarted({ item_id, audio_start_ms }: ServerEventOf<"input_audio_buffer.speech_started">): void {
    // At the very beginning there is no room for the margin, so nothing can be said about the length.
    this.#wordsOf(item_id).startMs = audio_start_ms || null;
    this.#listener.speechStarted({ itemId: item_id });
  }

  speechStopped({ item_id, audio_end_ms }: ServerEventOf<"input_audio_buffer.speech_stopped">): void {
    const words = this.#wordsOf(item_id);
    if (words.startMs !== null && typeof audio_end_ms === "number") {
      words.isNoise = audio_end_ms - words.startMs - TURN_MARGIN_MS < SHORTEST_WORD_MS;
    }
    this.#listener.speechStopped({ itemId: item_id, isNoise: words.isNoise });
  }

  committed(event: ServerEventOf<"input_audio_buffer.committed">): void {
    const words = this.#wordsOf(event.item_id);
    if (!words.isFinal && !words.deadline) {
      words.deadline = this.#clock.after(TRANSCRIPT_WAIT_MS, () =>
        this.#finish(event.item_id, words.text, null),
      );
    }
    this.#listener.turnCommitted({
      itemId: event.item_id,
      previousItemId: event.previous_item_id ?? null,
    });
  }

  delta(event: ServerEventOf<"conversation.item.input_audio_transcription.delta">): void {
    const words = this.#wordsOf(event.item_id);
    if (words.isFinal || words.isNoise) return;
    words.text += event.delta;
    this.#listener.consumerWords({
      itemId: event.item_id,
      text: words.text,
      final: false,
      audioSeconds: null,
    });
  }

  completed(event: ServerEventOf<"conversation.item.input_audio_transcription.completed">): void {
    this.#finish(event.item_id, event.transcript.trim(), audioSecondsOf(event.usage));
  }

  failed(event: ServerEventOf<"conversation.item.input_audio_transcription.failed">): void {
    this.#finish(event.item_id, "", null);
  }

  stop(): void {
    for (const [, words] of this.#turns.entries()) words.deadline?.cancel();
  }

  #wordsOf(itemId: string): Words {
    const known = this.#turns.get(itemId);
    if (known) return known;
    const words: Words = { text: "", isFinal: false, deadline: null, startMs: null, isNoise: false };
    this.#turns.set(itemId, words);
    return words;
  }

  #finish(itemId: string, text: string, audioSeconds: number | null): void {
    const words = this.#wordsOf(itemId);
    if (words.isFinal) return;
    words.isFinal = true;
    words.deadline?.cancel();
    this.#listener.consumerWords({ itemId, text: words.isNoise ? "" : text, final: true, audioSeconds });
  }
}
