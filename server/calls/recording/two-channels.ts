import type { Clock } from "#server/lib/clock.ts";
import { base64Bytes, MULAW_BYTES_PER_MS, MULAW_SILENCE } from "#server/lib/mulaw.ts";

/** A frame of the consumer that comes later than this is placed where the recording stands, not where it belongs. */
const LATE_MS = 1000;
/** What is handed out at once: bounds the buffers of a flush. */
const MAX_TAKE_MS = 4000;
export const CHANNELS = 2;

/** One second: what comes in a row goes into one buffer, so that neither the texts of the wires nor a thing for each frame are kept. */
const BUFFER_BYTES = 1000 * MULAW_BYTES_PER_MS;

/** Audio at its place on the time line; `at` and `bytes` count samples, which are bytes in µ-law. Behind `bytes` its buffer is free. */
type Sound = { at: number; bytes: number; data: Buffer };
/** How much of an utterance of the agent was heard, in its own bytes. */
type Item = { sent: number; heard: number };
/** A piece of an utterance: `from` is its place in the utterance. */
type Piece = Sound & { item: Item; from: number };

const heardOf = ({ item, from, bytes }: Piece) => Math.max(0, Math.min(bytes, item.heard - from));

/**
 * Both sides of one stream on one time line [CL120]: the first channel is the consumer as received, the second the agent as heard. An utterance
 * lies where the phone could play it: when it was sent, or behind what was still to be played. Only what playback marks prove is handed out, so
 * what is cut off later was never written. On the audio path it only fills buffers; mixing happens in `take`.
 */
export class TwoChannels {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #items = new Map<string, Item>();
  #consumer: Sound[] = [];
  #agent: Piece[] = [];
  /** Where the next sample of each side would lie. */
  #consumerEnd = 0;
  #agentEnd = 0;
  /** From the stream's own time stamps to this time line; known with the first frame. */
  #offset: number | null = null;
  /** Samples of the time line that were handed out. */
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  /** Ms between what was handed out and now: how much is held in memory. */
  get heldMs(): number {
    return (this.#now() - this.#taken) / MULAW_BYTES_PER_MS;
  }

  consumer(payloadBase64: string, timestampMs: number) {
    const stamp = timestampMs * MULAW_BYTES_PER_MS;
    this.#offset ??= this.#now() - stamp;
    const at = Math.max(this.#consumerEnd, this.#taken, this.#offset + stamp);
    const bytes = base64Bytes(payloadBase64);
    const last = this.#consumer.at(-1);
    if (last === undefined || !added(last, at, payloadBase64))
      this.#consumer.push(soundOf(at, bytes, payloadBase64));
    this.#consumerEnd = at + bytes;
  }

  /** Audio of the agent goes to the phone. */
  agent(itemId: string, payloadBase64: string) {
    const item = this.#items.get(itemId) ?? { sent: 0, heard: 0 };
    this.#items.set(itemId, item);
    const bytes = base64Bytes(payloadBase64);
    const at = Math.max(this.#agentEnd, this.#now());
    const last = this.#agent.at(-1);
    if (last?.item !== item || !added(last, at, payloadBase64))
      this.#agent.push({ ...soundOf(at, bytes, payloadBase64), item, from: item.sent });
    item.sent += bytes;
    this.#agentEnd = at + bytes;
  }

  /** An utterance that is being played already, `heardMs` of it heard: what is still to be heard begins now. `sound` is all of it so far. */
  joinMidway(itemId: string, heardMs: number, sound: readonly string[]) {
    let before = Math.round(heardMs * MULAW_BYTES_PER_MS);
    this.#items.set(itemId, { sent: before, heard: before });
    for (const payload of sound) {
      const bytes = base64Bytes(payload);
      const skipped = Math.min(bytes, before);
      before -= skipped;
      const rest =
        skipped === 0 ? payload : Buffer.from(payload, "base64").subarray(skipped).toString("base64");
      if (rest !== "") this.agent(itemId, rest);
    }
  }

  /** Marks prove that so much of the item was heard. */
  heard(itemId: string, heardMs: number) {
    const item = this.#items.get(itemId);
    if (item !== undefined) item.heard = Math.max(item.heard, Math.round(heardMs * MULAW_BYTES_PER_MS));
  }

  /** Nothing more of the item will be played: it was heard to its end, or cut there. */
  ended(itemId: string, heardMs: number) {
    this.heard(itemId, heardMs);
    const item = this.#items.get(itemId);
    this.#items.delete(itemId);
    if (item === undefined || item.heard >= item.sent) return;
    this.#agent = this.#agent.flatMap((piece) => (piece.item === item ? cutToHeard(piece) : piece));
    this.#agentEnd = this.#agent.reduce((end, { at, bytes }) => Math.max(end, at + bytes), this.#taken);
  }

  /** The next part of the time line that is certain, both channels interleaved; null when there is none now. */
  take(): Buffer | null {
    const unproven = this.#agent.find((piece) => heardOf(piece) < piece.bytes);
    const proven = unproven === undefined ? Infinity : unproven.at + heardOf(unproven);
    const now = this.#now();
    return this.#takeTo(
      Math.min(proven, now, Math.max(this.#consumerEnd, now - LATE_MS * MULAW_BYTES_PER_MS)),
    );
  }

  /** The same at the end of the stream: what was not proven was not heard. Call until it is null. */
  takeRest(): Buffer | null {
    this.#agent = this.#agent.flatMap(cutToHeard);
    const agentEnd = this.#agent.reduce((end, { at, bytes }) => Math.max(end, at + bytes), 0);
    return this.#takeTo(Math.max(this.#consumerEnd, agentEnd));
  }

  #takeTo(horizon: number): Buffer | null {
    const from = this.#taken;
    const samples = Math.min(horizon - from, MAX_TAKE_MS * MULAW_BYTES_PER_MS);
    if (samples <= 0) return null;
    this.#taken = from + samples;
    const mixed = Buffer.alloc(samples * CHANNELS, MULAW_SILENCE);
    this.#consumer = mixInto(mixed, 0, this.#consumer, from);
    this.#agent = mixInto(mixed, 1, this.#agent, from);
    return mixed;
  }

  #now(): number {
    return Math.floor((this.#clock.monotonicMs() - this.#startMs) * MULAW_BYTES_PER_MS);
  }
}

function soundOf(at: number, bytes: number, payloadBase64: string): Sound {
  const data = Buffer.allocUnsafe(Math.max(BUFFER_BYTES, bytes));
  data.write(payloadBase64, "base64");
  return { at, bytes, data };
}

/** Puts audio behind a sound if that is its place and there is room for it; false when not. */
function added(sound: Sound, at: number, payloadBase64: string): boolean {
  const bytes = base64Bytes(payloadBase64);
  if (sound.at + sound.bytes !== at || sound.data.length - sound.bytes < bytes) return false;
  sound.data.write(payloadBase64, sound.bytes, "base64");
  sound.bytes += bytes;
  return true;
}

/** The part of a piece that was heard, if any. */
function cutToHeard(piece: Piece): Piece[] {
  const bytes = heardOf(piece);
  if (bytes === piece.bytes) return [piece];
  return bytes === 0 ? [] : [{ ...piece, bytes, data: piece.data.subarray(0, bytes) }];
}

/** Writes what lies in the span of `mixed`, which begins at `from`; returns what lies behind it. */
function mixInto<Each extends Sound>(
  mixed: Buffer,
  channel: number,
  sounds: readonly Each[],
  from: number,
): Each[] {
  const to = from + mixed.length / CHANNELS;
  return sounds.flatMap((sound) => {
    if (sound.at >= to) return [sound];
    const { data } = sound;
    const here = Math.min(sound.bytes, to - sound.at);
    for (let index = 0; index < here; index++) {
      mixed[(sound.at - from + index) * CHANNELS + channel] = data[index] ?? MULAW_SILENCE;
    }
    return here === sound.bytes ? [] : [restOf(sound, here)];
  });
}

function restOf<Each extends Sound>(sound: Each, done: number): Each {
  const moved = "from" in sound && typeof sound.from === "number" ? { from: sound.from + done } : {};
  return {
    ...sound,
    ...moved,
    at: sound.at + done,
    bytes: sound.bytes - done,
    data: sound.data.subarray(done),
  };
}
