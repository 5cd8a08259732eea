import { createHash } from "node:crypto";

/** How many characters follow the prefix; real ids have these lengths. */
const SUFFIX_LENGTH = { event: 21, sess: 21, conv: 21, resp: 21, item: 21, call: 16 } as const;

/** Ids that look like the real ones and follow from a seed, so one run of a session can be repeated. */
export class Ids {
  readonly #seed: string;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** A new id, e.g. `item_Ab3…`. */
  next(prefix: keyof typeof SUFFIX_LENGTH): string {
    this.#count += 1;
    const digest = createHash("sha256").update(`${this.#seed}:${this.#count}`).digest("base64");
    return `${prefix}_${digest.replace(/[^A-Za-z0-9]/g, "x").slice(0, SUFFIX_LENGTH[prefix])}`;
  }
}
