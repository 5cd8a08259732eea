import { createHash } from "node:crypto";

/** Numbers that follow from a seed: the same words give the same numbers, on every machine and in every order. */
export class Seeded {
  readonly #words: string;
  #count = 0;

  constructor(...words: (string | number)[]) {
    this.#words = words.join("/");
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    this.#count += 1;
    const digest = createHash("sha256").update(`${this.#words}#${this.#count}`).digest();
    return from + (digest.readUInt32BE(0) % (to - from + 1));
  }

  shuffled<Value>(list: readonly Value[]): Value[] {
    const rest = [...list];
    const out: Value[] = [];
    while (rest.length > 0) out.push(...rest.splice(this.between(0, rest.length - 1), 1));
    return out;
  }
}
