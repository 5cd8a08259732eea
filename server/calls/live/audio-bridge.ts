import { PlaybackClock } from "#server/calls/live/playback-clock.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { base64Bytes, mulawMs } from "#server/lib/mulaw.ts";
import type { MediaStream } from "#server/telephony/telephony.ts";

/**
 * 480 bytes of µ-law: 60 ms, three frames of the phone network, and exactly 640 base64 characters, so that audio is cut without decoding it. Each
 * piece has a mark: pieces of twice the length cost no less CPU, and a cut was then off by up to 40 ms instead of 20 (e2e/load/README.md).
 */
const PIECE_CHARS = 640;
/** The sound of an item is kept until it was heard, to find the words of a cut; a minute of it, the rest is then placed by its length. */
const MAX_KEPT_CHARS = 640_000;
/** A mark that does not come back in the audio's own length plus this much is asked for again, once. */
const MARK_GRACE_MS = 2000;

/** One utterance of the agent on its way to the ear. Times are ms of its own audio. */
export type SpokenItem = {
  itemId: string;
  answerId: string;
  ordinal: number;
  sentMs: number;
  /** Proven by playback marks. */
  heardMs: number;
  /** The voice model has delivered all of it. */
  complete: boolean;
  /** Its audio as it came, µ-law in base64, at most `MAX_KEPT_CHARS`. */
  sound: string[];
  keptChars: number;
};

export type BridgeEvents = {
  /** More of the item was heard; called about 16 times a second while the agent speaks. */
  heard(item: SpokenItem): void;
  /** All of it was heard. */
  itemHeard(item: SpokenItem): void;
  /** What was sent should have been heard long ago, and no mark says so: it must be given up. */
  unproven(): void;
};

/**
 * The agent's audio on its way to the phone. It never waits: no database, no journal, no promise (DESIGN §2.5). What counts as heard comes
 * from the marks that the carrier sends back, never from what was sent (§2.6); marks carry a generation, because after `clear` the
 * carrier returns all outstanding marks as if they had been played.
 */
export class AudioBridge {
  readonly #clock: Clock;
  readonly #events: BridgeEvents;
  readonly #playback: PlaybackClock;
  #stream: MediaStream | null = null;
  #generation = 1;
  #items: SpokenItem[] = [];
  #ordinals = 0;
  #patience: Timer | null = null;
  #patientUntilMs = 0;
  #askedAgain = false;

  constructor(clock: Clock, events: BridgeEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#playback = new PlaybackClock(clock, (name) => this.#stream?.sendMark(name));
  }

  join(stream: MediaStream) {
    this.#stream = stream;
    this.#playback.probe();
  }

  /** Everything that was sent was heard. */
  get idle(): boolean {
    return this.#items.length === 0;
  }

  /** What is on its way to the ear. */
  get items(): readonly SpokenItem[] {
    return this.#items;
  }

  /** Audio that was sent and not heard yet, ms. */
  get unheardMs(): number {
    return this.#items.reduce((sum, item) => sum + item.sentMs - item.heardMs, 0);
  }

  play(piece: { answerId: string; itemId: string; payloadBase64: string }): SpokenItem {
    const { payloadBase64 } = piece;
    if (this.#items.length > 0 && this.unheardMs === 0) this.#playback.resumes(this.#sentMs());
    const item = this.#itemOf(piece);
    if (item.keptChars + payloadBase64.length <= MAX_KEPT_CHARS) item.sound.push(payloadBase64);
    item.keptChars += payloadBase64.length;
    for (let from = 0; from < payloadBase64.length; from += PIECE_CHARS) {
      const payload = payloadBase64.slice(from, from + PIECE_CHARS);
      item.sentMs += mulawMs(base64Bytes(payload));
      this.#stream?.sendAudio(payload);
      this.#stream?.sendMark(`${this.#generation}.${item.ordinal}.${item.sentMs}`);
    }
    this.#askedAgain = false;
    this.#awaitMarks();
    return item;
  }

  /** The voice model has delivered all audio of the item. */
  completed(itemId: string) {
    const item = this.#items.find((one) => one.itemId === itemId);
    if (item === undefined) return;
    item.complete = true;
    this.#settle(item);
  }

  markPlayed(name: string) {
    if (this.#playback.probed(name)) return;
    const [generation, ordinal, ms] = name.split(".").map(Number);
    if (generation !== this.#generation || ms === undefined) return;
    const item = this.#items.find((one) => one.ordinal === ordinal);
    if (item === undefined) return;
    this.#playback.heard(this.#startOf(item) + ms);
    item.heardMs = Math.max(item.heardMs, ms);
    this.#awaitMarks();
    this.#events.heard(item);
    this.#settle(item);
  }

  /**
   * Silences the agent now. Returns what was cut, each with the ms that were really heard: what marks prove, plus what has played since
   * (`PlaybackClock`); items behind it were not heard at all.
   */
  interrupt(): SpokenItem[] {
    const items = this.#items;
    if (items.length === 0) return [];
    const positionMs = this.#playback.positionMs(this.#nextMarkMs());
    const cut = items.map((item) => {
      const played = Math.floor(positionMs - this.#startOf(item));
      return { ...item, heardMs: Math.max(item.heardMs, Math.min(played, item.sentMs)) };
    });
    this.#items = [];
    this.#generation += 1;
    this.#patience?.cancel();
    this.#patience = null;
    this.#stream?.clear();
    this.#playback.ended();
    return cut;
  }

  /** No more waiting for marks. */
  stop() {
    this.#patience?.cancel();
    this.#patience = null;
  }

  #itemOf({ itemId, answerId }: { itemId: string; answerId: string }): SpokenItem {
    const known = this.#items.find((one) => one.itemId === itemId);
    if (known !== undefined) return known;
    if (this.#items.length === 0) this.#playback.begins();
    this.#ordinals += 1;
    const item = {
      itemId,
      answerId,
      ordinal: this.#ordinals,
      sentMs: 0,
      heardMs: 0,
      complete: false,
      sound: [],
      keptChars: 0,
    };
    this.#items.push(item);
    return item;
  }

  /** Where the item begins on the playback clock: what was sent before it since playing began. */
  #startOf(item: SpokenItem): number {
    let ms = this.#playback.settledMs;
    for (const one of this.#items) {
      if (one === item) break;
      ms += one.sentMs;
    }
    return ms;
  }

  /** All that was sent since playing began. */
  #sentMs(): number {
    return this.#items.reduce((sum, item) => sum + item.sentMs, this.#playback.settledMs);
  }

  /** Where the next mark, the one that did not come back yet, stands on the playback clock. */
  #nextMarkMs(): number {
    const item = this.#items.find((one) => one.heardMs < one.sentMs);
    if (item === undefined) return Infinity;
    return this.#startOf(item) + Math.min(item.sentMs, item.heardMs + mulawMs((PIECE_CHARS / 4) * 3));
  }

  #settle(item: SpokenItem) {
    if (!item.complete || item.heardMs < item.sentMs) return;
    this.#playback.settledMs = this.#startOf(item) + item.sentMs;
    this.#items = this.#items.filter((one) => one !== item);
    if (this.#items.length === 0) {
      this.stop();
      this.#playback.ended();
      this.#playback.probe();
    }
    this.#events.itemHeard(item);
  }

  /** No wait for a mark is endless: the timer runs on only as long as the audio itself plus a grace. */
  #awaitMarks() {
    this.#patientUntilMs = this.#clock.monotonicMs() + this.unheardMs + MARK_GRACE_MS;
    this.#patience ??= this.#clock.after(this.unheardMs + MARK_GRACE_MS, () => this.#lostPatience());
  }

  #lostPatience() {
    this.#patience = null;
    const leftMs = this.#patientUntilMs - this.#clock.monotonicMs();
    if (leftMs > 0) {
      this.#patience = this.#clock.after(leftMs, () => this.#lostPatience());
      return;
    }
    const last = this.#items.at(-1);
    // Everything was heard, and the voice model owes the rest of the item: no mark is awaited.
    if (last === undefined || this.unheardMs === 0) return;
    if (this.#askedAgain) return this.#events.unproven();
    // A mark behind nothing comes back at once, so a lost one is made good.
    this.#askedAgain = true;
    this.#stream?.sendMark(`${this.#generation}.${last.ordinal}.${last.sentMs}`);
    this.#patientUntilMs = this.#clock.monotonicMs() + MARK_GRACE_MS;
    this.#patience = this.#clock.after(MARK_GRACE_MS, () => this.#lostPatience());
  }
}
