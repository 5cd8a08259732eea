import type { SpokenItem } from "#server/calls/live/audio-bridge.ts";
import { CHANNELS, TwoChannels } from "#server/calls/recording/two-channels.ts";
import type { SoundDesk, SoundFeed, WantedSound } from "#server/calls/sound/sound-desk.ts";
import { soundLevel } from "#server/calls/sound/sound-level.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { MULAW_BYTES_PER_MS, MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";

/** How often levels are told. */
const TICK_MS = 100;
/** Pieces of sound are at least this long: shorter ones cost the server many times as much. */
const PIECE_BYTES = 200 * MULAW_BYTES_PER_MS;

type Deps = {
  callId: string;
  desk: Pick<SoundDesk, "attach" | "detach">;
  feed: SoundFeed;
  clock: Clock;
  /** What is on its way to the ear now, and how much of it was heard. */
  speaking(): readonly SpokenItem[];
};

/** What is heard now: both sides on one time line, and what of it was not handed out yet. */
type Ears = { channels: TwoChannels; timer: Timer; agent: Buffer; consumer: Buffer };

const NONE = Buffer.alloc(0);

/**
 * The sound of one live call for those who listen [CL350–CL353]: the consumer as received, the agent as heard. Without a listener and without a watcher there
 * is nothing here: no buffer, no timer, and the audio path passes by.
 */
export class ListeningPost {
  readonly #deps: Deps;
  #wanted: WantedSound = { audio: false, levels: false };
  #ears: Ears | null = null;
  #frameNumber = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The stream is here. */
  join() {
    this.#deps.desk.attach(this.#deps.callId, this);
  }

  /** The stream is gone. */
  end() {
    this.#deps.desk.detach(this.#deps.callId, this);
    this.want({ audio: false, levels: false });
  }

  want(wanted: WantedSound) {
    this.#wanted = wanted;
    if (wanted.audio || wanted.levels) this.#ears ??= this.#open();
    else this.#close();
  }

  // ——— the audio path ———

  consumer(payloadBase64: string, timestampMs: number) {
    this.#ears?.channels.consumer(payloadBase64, timestampMs);
  }

  played(itemId: string, payloadBase64: string) {
    this.#ears?.channels.agent(itemId, payloadBase64);
  }

  heard({ itemId, heardMs }: SpokenItem) {
    this.#ears?.channels.heard(itemId, heardMs);
  }

  /** Heard to its end, or cut there. */
  itemOver({ itemId, heardMs }: SpokenItem) {
    this.#ears?.channels.ended(itemId, heardMs);
  }

  // ——— off it ———

  #open(): Ears {
    const { clock, speaking } = this.#deps;
    const channels = new TwoChannels(clock);
    for (const { itemId, heardMs, sound } of speaking()) channels.joinMidway(itemId, heardMs, sound);
    return { channels, timer: clock.every(TICK_MS, () => this.#tick()), agent: NONE, consumer: NONE };
  }

  #close() {
    this.#ears?.timer.cancel();
    this.#ears = null;
  }

  #tick() {
    const ears = this.#ears;
    const { feed, callId } = this.#deps;
    const mixed = ears?.channels.take() ?? null;
    if (ears === null || mixed === null) return;
    const consumer = channelOf(mixed, 0);
    const agent = channelOf(mixed, 1);
    if (this.#wanted.levels) feed.levels(callId, soundLevel(agent), soundLevel(consumer));
    if (!this.#wanted.audio) return;
    ears.agent = Buffer.concat([ears.agent, agent]);
    ears.consumer = Buffer.concat([ears.consumer, consumer]);
    if (ears.agent.length >= PIECE_BYTES) this.#handOut(ears);
  }

  /** Whole frames; what is left over begins the next piece. */
  #handOut(ears: Ears) {
    const frames = Math.floor(ears.agent.length / MULAW_FRAME_BYTES);
    const bytes = frames * MULAW_FRAME_BYTES;
    const sides = { agent: ears.agent.subarray(0, bytes), consumer: ears.consumer.subarray(0, bytes) };
    this.#deps.feed.audio(this.#deps.callId, this.#frameNumber, sides);
    this.#frameNumber += frames;
    ears.agent = ears.agent.subarray(bytes);
    ears.consumer = ears.consumer.subarray(bytes);
  }
}

function channelOf(mixed: Buffer, channel: number): Buffer {
  const samples = Buffer.allocUnsafe(mixed.length / CHANNELS);
  for (let index = 0; index < samples.length; index++)
    samples[index] = mixed[index * CHANNELS + channel] ?? 0;
  return samples;
}
