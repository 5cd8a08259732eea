import type { Timer } from "#server/lib/clock.ts";
import type { AudioCheck } from "#server/sandbox/speech/frame-ledger.ts";
import { InputAudio, type Turn } from "#server/sandbox/voice-model/input-audio.ts";
import { type CallerAudio, type MessageItem, wireItem } from "#server/sandbox/voice-model/items.ts";
import type { Responses } from "#server/sandbox/voice-model/responses.ts";
import type { SessionConfig } from "#server/sandbox/voice-model/session-config.ts";
import type { SessionCore } from "#server/sandbox/voice-model/session-core.ts";
import { Transcriber } from "#server/sandbox/voice-model/transcriber.ts";
import type { VadEvent, VadSettings } from "#server/sandbox/voice-model/vad.ts";
import { Refusal } from "#server/sandbox/voice-model/wire.ts";

const MAX_APPEND_BYTES = 15 * 1024 * 1024;
/** How long the meaning-based detection waits at most, by eagerness; halved, as nobody here trails off. */
const SEMANTIC_SILENCE_MS = { low: 4000, medium: 2000, auto: 2000, high: 1000 } as const;

function vadSettings(detection: SessionConfig["audio"]["input"]["turn_detection"]): VadSettings | null {
  if (!detection) return null;
  if (detection.type === "semantic_vad") {
    return { threshold: 0.5, prefixPaddingMs: 300, silenceMs: SEMANTIC_SILENCE_MS[detection.eagerness] };
  }
  return {
    threshold: detection.threshold,
    prefixPaddingMs: detection.prefix_padding_ms,
    silenceMs: detection.silence_duration_ms,
  };
}

/** The caller's side of a session: audio written, turns found in it, transcripts, the idle timeout. */
export class Turns {
  readonly #core: SessionCore;
  readonly #responses: Responses;
  readonly #input = new InputAudio();
  readonly #transcriber: Transcriber;
  #speaking: { itemId: string; startMs: number } | null = null;
  #idle: Timer | null = null;

  constructor(core: SessionCore, responses: Responses) {
    this.#core = core;
    this.#responses = responses;
    this.#transcriber = new Transcriber(core);
    responses.onDone = (audioMs) => this.#armIdle(audioMs);
  }

  get #detection() {
    return this.#core.config().audio.input.turn_detection;
  }

  check(ended: boolean): AudioCheck {
    return this.#input.check(ended);
  }

  stop(): void {
    this.#idle?.cancel();
    this.#transcriber.stop();
    this.#input.clear();
  }

  /** Takes over a changed configuration. */
  configured(): void {
    this.#input.setFormat(this.#core.config().audio.input.format);
    if (!this.#detection) this.#speaking = null;
  }

  /** `input_audio_buffer.append`, unanswered. @throws Refusal */
  append(audio: unknown): void {
    if (typeof audio !== "string") {
      const code = audio === undefined ? "missing_required_parameter" : "invalid_type";
      throw new Refusal(code, "The 'audio' of an append must be base64 text.", "audio");
    }
    const bytes = Buffer.from(audio, "base64");
    if (bytes.length > MAX_APPEND_BYTES) {
      throw new Refusal("invalid_value", "One append may carry at most 15 MiB of audio.", "audio");
    }
    this.#input.append(bytes, vadSettings(this.#detection), (event) => this.#heard(event));
  }

  #heard(event: VadEvent): void {
    if (event.kind === "started") this.#started(event.startMs);
    else this.#stopped(event.endMs);
  }

  #started(startMs: number): void {
    this.#idle?.cancel();
    const itemId = this.#core.ids.next("item");
    this.#speaking = { itemId, startMs };
    this.#core.emit({ type: "input_audio_buffer.speech_started", audio_start_ms: startMs, item_id: itemId });
    if (this.#detection?.interrupt_response) this.#responses.interrupt();
  }

  #stopped(endMs: number): void {
    const speaking = this.#speaking;
    if (!speaking) return;
    this.#speaking = null;
    this.#responses.settle();
    this.#core.emit({
      type: "input_audio_buffer.speech_stopped",
      audio_end_ms: endMs,
      item_id: speaking.itemId,
    });
    this.#commit(speaking.itemId, this.#input.takeTurn(speaking.startMs), false);
    if (this.#detection?.create_response) this.#responses.answer();
  }

  /** `input_audio_buffer.commit`. @throws Refusal */
  commit(): void {
    const turn = this.#input.commit(this.#detection !== null);
    const itemId = this.#speaking?.itemId ?? this.#core.ids.next("item");
    this.#speaking = null;
    this.#commit(itemId, turn, false);
  }

  /** `input_audio_buffer.clear`. */
  clear(): void {
    this.#input.clear();
    this.#speaking = null;
    this.#core.emit({ type: "input_audio_buffer.cleared" });
  }

  #commit(itemId: string, turn: Turn, isSilence: boolean): void {
    const { conversation, emit, record } = this.#core;
    const previous_item_id = conversation.lastId;
    const part: CallerAudio = { type: "input_audio", ...turn, isSilence, transcript: null };
    const item: MessageItem = {
      kind: "message",
      id: itemId,
      role: "user",
      status: "completed",
      parts: [part],
      fromClient: false,
    };
    emit({ type: "input_audio_buffer.committed", previous_item_id, item_id: itemId });
    conversation.append(item);
    emit({ type: "conversation.item.added", previous_item_id, item: wireItem(item) });
    emit({ type: "conversation.item.done", previous_item_id, item: wireItem(item) });
    if (!isSilence) record.heard(itemId, turn.words);
    this.#transcriber.transcribe(itemId, part);
  }

  /** Counts from the end of playback, which nobody here can know: taken as real time from `response.done`. */
  #armIdle(audioMs: number): void {
    this.#idle?.cancel();
    const detection = this.#detection;
    if (detection?.type !== "server_vad" || detection.idle_timeout_ms === null) return;
    const idleMs = detection.idle_timeout_ms;
    this.#idle = this.#core.clock.after(idleMs + audioMs, () => this.#timedOut(idleMs));
  }

  #timedOut(idleMs: number): void {
    if (this.#speaking || this.#responses.isActive) return;
    const endMs = this.#input.writtenMs;
    const itemId = this.#core.ids.next("item");
    const startMs = Math.max(0, endMs - idleMs);
    this.#core.emit({
      type: "input_audio_buffer.timeout_triggered",
      audio_start_ms: startMs,
      audio_end_ms: endMs,
      item_id: itemId,
    });
    this.#commit(itemId, this.#input.takeTurn(startMs), true);
    this.#responses.answer();
  }
}
