/** How long into the opening a consumer's word counts as an interjection; before that it is the "hello" of the answer. */
const HELLO_MS = 1500;
const MAX_TRIES = 3;

/** The fixed opening of one call: said once, word for word, and heard to its end before anything else may happen [CL41]. */
export class Opening {
  readonly words: string;
  #tries = 1;
  #itemId: string | null = null;
  #startedMs: number | null = null;
  #heard = false;
  #spokenInto = false;

  constructor(words: string) {
    this.words = words;
  }

  get heard(): boolean {
    return this.#heard;
  }

  /** The consumer said something while the opening played. */
  get spokenInto(): boolean {
    return this.#spokenInto;
  }

  /** The first thing the agent says is the opening: nothing else may be said before it was heard. */
  itemStarted(itemId: string, callMs: number) {
    if (this.#heard || this.#itemId === itemId) return;
    this.#itemId = itemId;
    this.#startedMs = callMs;
  }

  consumerSpoke(callMs: number) {
    if (this.#startedMs !== null && callMs - this.#startedMs > HELLO_MS) this.#spokenInto = true;
  }

  /** True exactly once: when the opening was heard to its end. */
  itemHeard(itemId: string): boolean {
    if (this.#heard || itemId !== this.#itemId) return false;
    this.#heard = true;
    return true;
  }

  /** The answer that should have carried the opening came to nothing. */
  failed(end: string): boolean {
    return !this.#heard && this.#itemId === null && end !== "completed";
  }

  mayRepeat(): boolean {
    this.#tries += 1;
    return this.#tries <= MAX_TRIES;
  }
}
