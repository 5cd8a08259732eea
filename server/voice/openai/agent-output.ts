import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import type { AudioDelta } from "#server/voice/openai/audio-delta.ts";
import { BoundedMap } from "#server/voice/openai/bounded.ts";
import { base64Bytes } from "#server/lib/mulaw.ts";
import type { ServerEventOf } from "#server/voice/openai/server-events.ts";
import type { AnswerEnd, VoiceListener, VoiceUsage } from "#server/voice/voice.ts";

/** `unwanted`: its sound is dropped, its words and its end are still told. */
type AnswerState = "wanted" | "unwanted" | "ended";

type Item = {
  readonly answerId: string;
  deliveredBytes: number;
  /** Everything the service made was delivered. */
  isWhole: boolean;
  hasDropped: boolean;
  text: string;
  isTextFinal: boolean;
  /** Where the model already believes it was cut; `0` means the item is gone. */
  cutAtMs: number | null;
};

/** What the service must be told so that the model believes in no more than was heard. */
type Cut = { kind: "none" } | { kind: "delete" } | { kind: "truncate"; endMs: number };

const REMEMBERED_ANSWERS = 64;
const REMEMBERED_ITEMS = 256;

/** What the agent says, item by item: passes the sound on as it came, keeps count of what was delivered, drops what nobody wants. */
export class AgentOutput {
  readonly #listener: VoiceListener;
  readonly #forget: (itemId: string) => void;
  readonly #answers = new BoundedMap<AnswerState>(REMEMBERED_ANSWERS);
  readonly #items = new BoundedMap<Item>(REMEMBERED_ITEMS);

  /** `forget`: nothing of this item was ever passed on, so the model must not believe that it said it. */
  constructor(listener: VoiceListener, forget: (itemId: string) => void) {
    this.#listener = listener;
    this.#forget = forget;
  }

  /** Idempotent. */
  started(answerId: string, isExact: boolean, ref?: string): void {
    if (this.#answers.has(answerId)) return;
    this.#answers.set(answerId, "wanted");
    const about = { ...(isExact && { exactWords: true as const }), ...(ref !== undefined && { ref }) };
    this.#listener.answerStarted({ answerId, ...about });
  }

  /** From now on no sound of this answer is passed on. */
  discard(answerId: string): void {
    if (this.#answers.get(answerId) === "wanted") this.#answers.set(answerId, "unwanted");
  }

  audioDelta(event: AudioDelta): void {
    const item = this.#itemOf(event.response_id, event.item_id);
    if (this.#answers.get(item.answerId) !== "wanted") {
      item.hasDropped = true;
      return;
    }
    item.deliveredBytes += base64Bytes(event.delta);
    this.#listener.audio({
      answerId: item.answerId,
      itemId: event.item_id,
      payloadBase64: event.delta,
    });
  }

  audioDone(event: ServerEventOf<"response.output_audio.done">): void {
    const item = this.#itemOf(event.response_id, event.item_id);
    item.isWhole = !item.hasDropped;
    if (this.#answers.get(item.answerId) !== "wanted") return;
    this.#listener.audioDone({ answerId: item.answerId, itemId: event.item_id });
  }

  wordsDelta(event: ServerEventOf<"response.output_audio_transcript.delta">): void {
    const item = this.#itemOf(event.response_id, event.item_id);
    if (item.isTextFinal) return;
    item.text += event.delta;
    this.#tellWords(event.item_id, item);
  }

  wordsDone(event: ServerEventOf<"response.output_audio_transcript.done">): void {
    const item = this.#itemOf(event.response_id, event.item_id);
    if (item.isTextFinal) return;
    item.text = event.transcript;
    item.isTextFinal = true;
    this.#tellWords(event.item_id, item);
  }

  /** Idempotent: settles every item of the answer, then the answer. */
  ended(answerId: string, end: AnswerEnd, reason: string | null, usage: VoiceUsage | null): void {
    if (this.#answers.get(answerId) === "ended") return;
    this.started(answerId, false);
    this.#answers.set(answerId, "ended");
    for (const [itemId, item] of this.#items.entries()) {
      if (item.answerId !== answerId) continue;
      this.#settle(itemId, item);
    }
    this.#listener.answerEnded({ answerId, end, reason, usage });
  }

  #settle(itemId: string, item: Item): void {
    if (!item.isTextFinal && item.text !== "") {
      item.isTextFinal = true;
      this.#tellWords(itemId, item);
    }
    if (!item.hasDropped || item.deliveredBytes > 0 || item.cutAtMs !== null) return;
    item.cutAtMs = 0;
    this.#forget(itemId);
  }

  /** The consumer heard only the first `heardMs` of this item. Unknown items (earlier sessions, other speakers) are left alone. */
  cut(itemId: string, heardMs: number): Cut {
    const item = this.#items.get(itemId);
    if (!item || item.deliveredBytes === 0 || !Number.isFinite(heardMs)) return { kind: "none" };
    const deliveredMs = Math.floor(item.deliveredBytes / MULAW_BYTES_PER_MS);
    const endMs = Math.max(0, Math.min(Math.floor(heardMs), deliveredMs));
    // A cut wipes the item's transcript on the service, so an item heard to its end is never cut.
    if (item.isWhole && endMs === deliveredMs) return { kind: "none" };
    if (item.cutAtMs !== null && endMs >= item.cutAtMs) return { kind: "none" };
    item.cutAtMs = endMs;
    return endMs === 0 ? { kind: "delete" } : { kind: "truncate", endMs };
  }

  #tellWords(itemId: string, item: Item): void {
    const { answerId, text, isTextFinal } = item;
    this.#listener.agentWords({ answerId, itemId, text, final: isTextFinal });
  }

  #itemOf(answerId: string, itemId: string): Item {
    this.started(answerId, false);
    const known = this.#items.get(itemId);
    if (known) return known;
    const item: Item = {
      answerId,
      deliveredBytes: 0,
      isWhole: false,
      hasDropped: false,
      text: "",
      isTextFinal: false,
      cutAtMs: null,
    };
    this.#items.set(itemId, item);
    return item;
  }
}
