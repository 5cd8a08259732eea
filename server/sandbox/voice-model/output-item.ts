import { crc32 } from "node:zlib";
import type { Clock } from "#server/lib/clock.ts";
import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import { decodeMulaw } from "#shared/mulaw.ts";
import type { Conversation } from "#server/sandbox/voice-model/conversation.ts";
import {
  type AgentAudio,
  type CallItem,
  type Item,
  type ItemStatus,
  type MessageItem,
  wireItem,
} from "#server/sandbox/voice-model/items.ts";
import type { AudioFormat } from "#server/sandbox/voice-model/session-config.ts";
import { type Emit, obfuscation } from "#server/sandbox/voice-model/wire.ts";

/** Speaks a text: µ-law with the text hidden inside. */
export type Speak = (text: string, utteranceId: number) => Promise<Uint8Array>;

export type Output = {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly speak: Speak;
  readonly responseId: string;
  /** Null for an answer beside the conversation: no conversation events, nothing remembered. */
  readonly conversation: Conversation | null;
  readonly format: AudioFormat;
  /** False once the response has ended; whoever writes stops then. */
  readonly isLive: () => boolean;
};

/** Audio is generated this many times faster than it plays. */
const SPEED = 5;
const MIN_DELTA_MS = 50;
const DELTA_SPREAD_MS = 350;
const DELTA_STEP_MS = 10;
/** The transcript is this far ahead of the audio. */
const TRANSCRIPT_LEAD_MS = 500;
const ARGUMENT_CHARACTERS = 14;
const ARGUMENT_PAUSE_MS = 10;
const WORD_PAUSE_MS = 15;

/** Cuts a length into uneven pieces of 50 to 400 ms, always the same for the same seed. */
function deltaLengths(totalMs: number, seed: number): number[] {
  const lengths: number[] = [];
  let random = seed;
  for (let left = totalMs; left > 0;) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    const spread = ((random >>> 16) % (DELTA_SPREAD_MS / DELTA_STEP_MS + 1)) * DELTA_STEP_MS;
    const length = Math.min(left, MIN_DELTA_MS + spread);
    lengths.push(length);
    left -= length;
  }
  return lengths;
}

/** 8 kHz to the 24 kHz PCM of `audio/pcm`: each sample three times, little endian. */
function asPcm(mulaw: Uint8Array): Buffer {
  const samples = decodeMulaw(mulaw);
  const pcm = Buffer.alloc(samples.length * 6);
  for (const [index, sample] of samples.entries()) {
    for (let copy = 0; copy < 3; copy++) pcm.writeInt16LE(sample, index * 6 + copy * 2);
  }
  return pcm;
}

function wireAudio(mulaw: Uint8Array, format: AudioFormat): string {
  return (format.type === "audio/pcmu" ? Buffer.from(mulaw) : asPcm(mulaw)).toString("base64");
}

/** Writes one output item as events: opens it, streams its content, closes it once. */
abstract class ItemWriter<T extends Item = Item> {
  readonly item: T;
  protected readonly output: Output;
  readonly #index: number;

  constructor(output: Output, item: T, index: number) {
    this.output = output;
    this.item = item;
    this.#index = index;
  }

  /** Streams the content; returns early when the response has ended. */
  abstract write(): Promise<void>;
  protected abstract closeContent(): void;
  protected abstract setStatus(status: ItemStatus): void;

  protected get address() {
    return { response_id: this.output.responseId, item_id: this.item.id, output_index: this.#index };
  }

  open(): void {
    const { emit, responseId, conversation } = this.output;
    const item = wireItem(this.item);
    emit({ type: "response.output_item.added", response_id: responseId, output_index: this.#index, item });
    if (!conversation) return;
    const previous_item_id = conversation.lastId;
    conversation.append(this.item);
    emit({ type: "conversation.item.added", previous_item_id, item });
  }

  close(status: ItemStatus): void {
    const { emit, responseId, conversation } = this.output;
    this.setStatus(status);
    this.closeContent();
    const item = wireItem(this.item);
    if (conversation) {
      emit({ type: "conversation.item.done", previous_item_id: conversation.previousOf(this.item.id), item });
    }
    emit({ type: "response.output_item.done", response_id: responseId, output_index: this.#index, item });
  }
}

type MessageHead = { id: string; phase: MessageItem["phase"] | null };

function message(head: MessageHead): MessageItem {
  const phase = head.phase ? { phase: head.phase } : {};
  return {
    kind: "message",
    id: head.id,
    role: "assistant",
    status: "in_progress",
    ...phase,
    parts: [],
    fromClient: false,
  };
}

/** A spoken message: transcript words run ahead of uneven audio deltas. */
export class SpokenWriter extends ItemWriter<MessageItem> {
  readonly #text: string;
  readonly #maxMs: number;
  readonly #part: AgentAudio;
  #said = "";
  #wasShortened = false;

  /** `maxMs`: what `max_output_tokens` leaves for audio. */
  constructor(output: Output, head: MessageHead, index: number, text: string, maxMs: number) {
    super(output, message(head), index);
    this.#text = text;
    this.#maxMs = maxMs;
    this.#part = {
      type: "output_audio",
      audio: new Uint8Array(0),
      transcript: "",
      spoken: text,
      cutAtMs: null,
    };
  }

  /** Whether `max_output_tokens` ended the message. */
  get wasShortened(): boolean {
    return this.#wasShortened;
  }

  /** What was said, whatever a truncation did to the transcript since. */
  get said(): string {
    return this.#said.trim();
  }

  async write(): Promise<void> {
    const { emit, speak, clock, format, isLive } = this.output;
    const address = { ...this.address, content_index: 0 };
    emit({ type: "response.content_part.added", ...address, part: { type: "audio", transcript: "" } });
    this.item.parts.push(this.#part);
    const seed = crc32(this.item.id);
    const clip = await speak(this.#text, seed);
    const totalMs = Math.min(clip.length / MULAW_BYTES_PER_MS, this.#maxMs);
    this.#wasShortened = totalMs * MULAW_BYTES_PER_MS < clip.length;
    const words = this.#text.match(/\S+\s*/g) ?? [];
    let sentMs = 0;
    for (const length of deltaLengths(totalMs, seed)) {
      if (!isLive()) return;
      const lead = (sentMs + length + TRANSCRIPT_LEAD_MS) / (clip.length / MULAW_BYTES_PER_MS);
      while (words.length > 0 && this.#said.length <= lead * this.#text.length)
        this.#sayWord(words.shift() ?? "");
      const from = sentMs * MULAW_BYTES_PER_MS;
      sentMs += length;
      const bytes = clip.subarray(from, sentMs * MULAW_BYTES_PER_MS);
      if (this.#part.cutAtMs === null) this.#part.audio = clip.subarray(0, from + bytes.length);
      emit({ type: "response.output_audio.delta", ...address, delta: wireAudio(bytes, format) });
      await clock.sleep(length / SPEED);
    }
  }

  #sayWord(word: string): void {
    this.#said += word;
    if (this.#part.transcript !== null) this.#part.transcript = this.#said.trimEnd();
    const address = { ...this.address, content_index: 0 };
    const type = "response.output_audio_transcript.delta";
    this.output.emit({ type, ...address, delta: word, obfuscation: obfuscation(word) });
  }

  protected setStatus(status: ItemStatus): void {
    this.item.status = status;
  }

  protected closeContent(): void {
    if (this.item.parts.length === 0) return;
    const address = { ...this.address, content_index: 0 };
    const transcript = this.said;
    this.output.emit({ type: "response.output_audio.done", ...address });
    this.output.emit({ type: "response.output_audio_transcript.done", ...address, transcript });
    this.output.emit({ type: "response.content_part.done", ...address, part: { type: "audio", transcript } });
  }
}

/** A written message, for `output_modalities: ["text"]`. */
export class TextWriter extends ItemWriter<MessageItem> {
  readonly #text: string;
  readonly #part: { type: "output_text"; text: string } = { type: "output_text", text: "" };

  constructor(output: Output, head: MessageHead, index: number, text: string) {
    super(output, message(head), index);
    this.#text = text;
  }

  async write(): Promise<void> {
    const address = { ...this.address, content_index: 0 };
    this.output.emit({ type: "response.content_part.added", ...address, part: { type: "text", text: "" } });
    this.item.parts.push(this.#part);
    for (const delta of this.#text.match(/\S+\s*/g) ?? []) {
      if (!this.output.isLive()) return;
      this.#part.text += delta;
      this.output.emit({
        type: "response.output_text.delta",
        ...address,
        delta,
        obfuscation: obfuscation(delta),
      });
      await this.output.clock.sleep(WORD_PAUSE_MS);
    }
  }

  protected setStatus(status: ItemStatus): void {
    this.item.status = status;
  }

  protected closeContent(): void {
    if (this.item.parts.length === 0) return;
    const address = { ...this.address, content_index: 0 };
    const { text } = this.#part;
    this.output.emit({ type: "response.output_text.done", ...address, text });
    this.output.emit({ type: "response.content_part.done", ...address, part: { type: "text", text } });
  }
}

/** A tool call whose arguments arrive in pieces. */
export class CallWriter extends ItemWriter<CallItem> {
  readonly #arguments: string;

  constructor(
    output: Output,
    head: { id: string; callId: string; name: string },
    index: number,
    args: string,
  ) {
    super(output, { kind: "call", status: "in_progress", arguments: "", fromClient: false, ...head }, index);
    this.#arguments = args;
  }

  async write(): Promise<void> {
    const { callId } = this.item;
    for (let at = 0; at < this.#arguments.length; at += ARGUMENT_CHARACTERS) {
      if (!this.output.isLive()) return;
      const delta = this.#arguments.slice(at, at + ARGUMENT_CHARACTERS);
      this.item.arguments += delta;
      const type = "response.function_call_arguments.delta";
      this.output.emit({ type, ...this.address, call_id: callId, delta, obfuscation: obfuscation(delta) });
      await this.output.clock.sleep(ARGUMENT_PAUSE_MS);
    }
  }

  protected setStatus(status: ItemStatus): void {
    this.item.status = status;
  }

  protected closeContent(): void {
    const { callId, name, arguments: args } = this.item;
    const type = "response.function_call_arguments.done";
    this.output.emit({ type, ...this.address, call_id: callId, name, arguments: args });
  }
}
