const BUCKETS_PER_MS = 20;
const LONGEST_MS = 2000;

/** Many durations in little memory, to 0.05 ms; longer ones than 2 s count as 2 s. Negative ones are kept by their size. */
class Durations {
  readonly #buckets = new Uint32Array(LONGEST_MS * BUCKETS_PER_MS + 1);
  #count = 0;

  add(ms: number): void {
    const bucket = Math.min(this.#buckets.length - 1, Math.round(Math.abs(ms) * BUCKETS_PER_MS));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count += 1;
  }

  get count(): number {
    return this.#count;
  }

  /** Null when there is none. */
  percentile(percent: number): number | null {
    if (this.#count === 0) return null;
    const wanted = Math.ceil((this.#count * percent) / 100);
    let seen = 0;
    for (let bucket = 0; bucket < this.#buckets.length; bucket++) {
      seen += this.#buckets[bucket] ?? 0;
      if (seen >= wanted) return bucket / BUCKETS_PER_MS;
    }
    return LONGEST_MS;
  }

  clear(): void {
    this.#buckets.fill(0);
    this.#count = 0;
  }
}

/** What is measured while the window is open; frames are counted over whole calls. */
export class Measures {
  readonly inbound = new Durations();
  readonly outbound = new Durations();
  readonly clear = new Durations();
  readonly truncation = new Durations();
  /** Truncations beyond what was generated, or of unknown items. */
  refused = 0;
  interruptions = 0;
  /** `clear` never came. */
  deaf = 0;

  begin(): void {
    for (const one of [this.inbound, this.outbound, this.clear, this.truncation]) one.clear();
    Object.assign(this, { refused: 0, interruptions: 0, deaf: 0 });
  }

  figures() {
    const { inbound, outbound, clear, truncation } = this;
    return {
      inboundP50Ms: inbound.percentile(50),
      inboundP99Ms: inbound.percentile(99),
      outboundP50Ms: outbound.percentile(50),
      outboundP99Ms: outbound.percentile(99),
      clearP50Ms: clear.percentile(50),
      clearP99Ms: clear.percentile(99),
      truncationP50Ms: truncation.percentile(50),
      truncationP99Ms: truncation.percentile(99),
      truncations: truncation.count,
      refused: this.refused,
      interruptions: this.interruptions,
      deaf: this.deaf,
    };
  }
}
