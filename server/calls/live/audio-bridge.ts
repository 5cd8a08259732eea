import type { Clock } from "#server/lib/clock.ts";
import { base64Bytes, mulawMs } from "#server/lib/mulaw.ts";
import type { MediaStream } from "#server/telephony/telephony.ts";

/** 600 bytes of µ-law: 75 ms, and exactly 800 base64 characters, so that audio is cut without decoding it. */
const PIECE_CHARS = 800;

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
  firstSentAtMs: number;
};

export type BridgeEvents = {
  /** More of the item was heard; called about 13 times a second while the agent speaks. */
  heard(item: SpokenItem): void;
  /** All of it was heard. */
  itemHeard(item: SpokenItem): void;
};

/**
 * The agent's audio on its way to the phone. It never waits: no database, no journal, no promise (DESIGN §2.5). What counts as heard comes
 * from the marks that the carrier sends back, never from what was sent (§2.6); marks carry a generation, because after `clear` the
 * carrier returns all outstanding marks as if they had been played.
 */
export class AudioBridge {
  readonly #clock: Clock;
  readonly #events: BridgeEvents;
  #stream: MediaStream | null = null;
  #generation = 1;
  #items: SpokenItem[] = [];
  #ordinals = 0;
  #lastMarkAtMs = 0;

  constructor(clock: Clock, events: BridgeEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  join(stream: MediaStream) {
    this.#stream = stream;
  }

  /** Everything that was sent was heard. */
  get idle(): boolean {
    return this.#items.length === 0;
  }

  /** Audio that was sent and not heard yet, ms. */
  get unheardMs(): number {
    return this.#items.reduce((sum, item) => sum + item.sentMs - item.heardMs, 0);
  }

  play(piece: { answerId: string; itemId: string; payloadBase64: string }): SpokenItem {
    const item = this.#itemOf(piece);
    for (let from = 0; from < piece.payloadBase64.length; from += PIECE_CHARS) {
      const payload = piece.payloadBase64.slice(from, from + PIECE_CHARS);
      item.sentMs += mulawMs(base64Bytes(payload));
      this.#stream?.sendAudio(payload);
      this.#stream?.sendMark(`${this.#generation}.${item.ordinal}.${item.sentMs}`);
    }
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
    const [generation, ordinal, ms] = name.split(".").map(Number);
    if (generation !== this.#generation || ms === undefined) return;
    const item = this.#items.find((one) => one.ordinal === ordinal);
    if (item === undefined) return;
    item.heardMs = Math.max(item.heardMs, ms);
    this.#lastMarkAtMs = this.#clock.monotonicMs();
    this.#events.heard(item);
    this.#settle(item);
  }

  /**
   * Silences the agent now. Returns what was cut, each with the ms that were really heard: the last mark plus the time since, never beyond
   * the next mark; items behind the first were not heard at all.
   */
  interrupt(): SpokenItem[] {
    const now = this.#clock.monotonicMs();
    const cut = this.#items.map((item, index) => {
      const since = index === 0 ? now - Math.max(this.#lastMarkAtMs, item.firstSentAtMs) : 0;
      const toNextMark = Math.min(item.sentMs - item.heardMs, mulawMs((PIECE_CHARS / 4) * 3));
      return { ...item, heardMs: Math.floor(item.heardMs + Math.max(0, Math.min(since, toNextMark))) };
    });
    this.#items = [];
    this.#generation += 1;
    if (cut.length > 0) this.#stream?.clear();
    return cut;
  }

  #itemOf({ itemId, answerId }: { itemId: string; answerId: string }): SpokenItem {
    const known = this.#items.find((one) => one.itemId === itemId);
    if (known !== undefined) return known;
    this.#ordinals += 1;
    const firstSentAtMs = this.#clock.monotonicMs();
    const item = {
      itemId,
      answerId,
      ordinal: this.#ordinals,
      sentMs: 0,
      heardMs: 0,
      complete: false,
      firstSentAtMs,
    };
    this.#items.push(item);
    return item;
  }

  #settle(item: SpokenItem) {
    if (!item.complete || item.heardMs < item.sentMs) return;
    this.#items = this.#items.filter((one) => one !== item);
    this.#events.itemHeard(item);
  }
}
