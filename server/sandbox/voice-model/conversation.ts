import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import { agentAudio, audioMs, type Item, knownWords, wasCut } from "#server/sandbox/voice-model/items.ts";
import type { Line } from "#server/sandbox/voice-model/mind/progress.ts";
import { Refusal } from "#server/sandbox/voice-model/wire.ts";

/** Where a client wants a new item: after this id, at the front, or at the end. */
type Place = { afterId: string } | "front" | "end";

/** The items of one session in order. Every refusal about items is made here. */
export class Conversation {
  readonly id: string;
  readonly #items: Item[] = [];
  /** Counts changes to what was already said; the prefix before the first changed item stays cacheable. */
  readonly #revisions = new Map<string, number>();

  constructor(id: string) {
    this.id = id;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  get lastId(): string | null {
    return this.#items.at(-1)?.id ?? null;
  }

  /** Lets go of everything, audio included: the session is over. */
  forget(): void {
    this.#items.length = 0;
    this.#revisions.clear();
  }

  /** How often this item was changed after it was added. */
  revision(id: string): number {
    return this.#revisions.get(id) ?? 0;
  }

  previousOf(id: string): string | null {
    const index = this.#items.findIndex((item) => item.id === id);
    return this.#items[index - 1]?.id ?? null;
  }

  find(id: string): Item | undefined {
    return this.#items.find((item) => item.id === id);
  }

  /** Adds at the end: what the model and the caller say. */
  append(item: Item): void {
    this.#items.push(item);
  }

  /** @throws Refusal when the id is taken, the place is unknown or the tool call is unknown */
  insert(item: Item, place: Place): void {
    if (this.find(item.id)) {
      throw new Refusal(
        "item_create_duplicate_item_id",
        `Error adding item: an item with id '${item.id}' already exists.`,
      );
    }
    if (item.kind === "result" && !this.#items.some((i) => i.kind === "call" && i.callId === item.callId)) {
      throw new Refusal("invalid_tool_call_id", `Tool call ID '${item.callId}' not found in conversation.`);
    }
    this.#items.splice(this.#indexFor(place), 0, item);
  }

  #indexFor(place: Place): number {
    if (place === "end") return this.#items.length;
    if (place === "front") return 0;
    const index = this.#items.findIndex((item) => item.id === place.afterId);
    if (index < 0) {
      throw new Refusal(
        "item_create_invalid_previous_item_id",
        `Error adding item: the previous item with id '${place.afterId}' does not exist.`,
        "previous_item_id",
      );
    }
    return index + 1;
  }

  #known(id: string, verb: "delete" | "retrieve" | "truncate", doing: string): Item {
    const item = this.find(id);
    if (item) return item;
    throw new Refusal(
      `item_${verb}_invalid_item_id`,
      `Error ${doing} item: the item with id '${id}' does not exist.`,
    );
  }

  /** @throws Refusal */
  retrieve(id: string): Item {
    return this.#known(id, "retrieve", "retrieving");
  }

  /** @throws Refusal */
  delete(id: string): void {
    const item = this.#known(id, "delete", "deleting");
    this.#items.splice(this.#items.indexOf(item), 1);
  }

  /**
   * Takes back the end of the model's own audio and with it the whole transcript of that item.
   * @throws Refusal when there is no such audio or it is shorter than `endMs`
   */
  truncate(id: string, contentIndex: number, endMs: number): void {
    const item = this.#known(id, "truncate", "truncating");
    const audio = agentAudio(item);
    if (!audio || contentIndex !== 0) {
      throw new Refusal(
        "invalid_value",
        "Only the audio of model output messages can be truncated.",
        contentIndex ? "content_index" : "item_id",
      );
    }
    if (endMs < 0) throw new Refusal("invalid_value", "Invalid value for 'audio_end_ms'.", "audio_end_ms");
    if (endMs > audioMs(audio)) {
      throw new Refusal(
        "invalid_value",
        `Audio content of ${audioMs(audio)}ms is already shorter than ${endMs}ms`,
      );
    }
    audio.audio = audio.audio.slice(0, endMs * MULAW_BYTES_PER_MS);
    audio.cutAtMs = endMs;
    audio.transcript = null;
    this.#revisions.set(id, this.revision(id) + 1);
  }
}

function lineOf(item: Item, callNames: ReadonlyMap<string, string>): Line {
  switch (item.kind) {
    case "call":
      return {
        by: "tool",
        name: item.name,
        arguments: item.arguments,
        complete: item.status === "completed",
      };
    case "result":
      return { by: "result", name: callNames.get(item.callId) ?? "", output: item.output };
    case "message": {
      const text = knownWords(item);
      if (item.role === "assistant") return { by: "agent", text, cut: wasCut(item) };
      const isSilence = item.parts.some((part) => part.type === "input_audio" && part.isSilence);
      if (isSilence) return { by: "note", text: "The caller is silent." };
      return item.role === "user" ? { by: "caller", text } : { by: "note", text };
    }
  }
}

/** The conversation as the mind knows it. */
export function linesOf(items: readonly Item[]): Line[] {
  const callNames = new Map(
    items.flatMap((item) => (item.kind === "call" ? [[item.callId, item.name] as const] : [])),
  );
  return items.map((item) => lineOf(item, callNames));
}
