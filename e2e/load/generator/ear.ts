/** One stretch of an utterance in the phone's buffer. */
type Stretch = { part: number; fromMs: number; ms: number; playsAtMs: number };

const KEPT_STRETCHES = 400;

const FRAME_MS = 20;

/** How much of a stretch has sounded: the network plays whole frames, so that one that has begun is played to its end. */
const soundedMs = ({ ms, playsAtMs }: Stretch, nowMs: number) =>
  Math.max(0, Math.min(ms, Math.ceil((nowMs - playsAtMs) / FRAME_MS) * FRAME_MS));

/** What a phone really plays: everything in the order it came, at the pace of time, until it is cleared. All times are of one monotonic clock. */
export class Ear {
  readonly #marks: { name: string; dueAtMs: number }[] = [];
  #stretches: Stretch[] = [];
  #endsAtMs = 0;

  /** The buffer is played to here. */
  get endsAtMs(): number {
    return this.#endsAtMs;
  }

  /** Some audio of the part, which begins `fromMs` into it, has come. */
  take(part: number, fromMs: number, ms: number, nowMs: number): void {
    const playsAtMs = Math.max(nowMs, this.#endsAtMs);
    this.#endsAtMs = playsAtMs + ms;
    const last = this.#stretches.at(-1);
    if (last?.part === part && last.playsAtMs + last.ms === playsAtMs && last.fromMs + last.ms === fromMs) {
      last.ms += ms;
      return;
    }
    this.#stretches.push({ part, fromMs, ms, playsAtMs });
    if (this.#stretches.length > KEPT_STRETCHES) this.#stretches.shift();
  }

  /** `partMs`: the beginning of a 20 ms frame that is there already, and not taken yet. */
  mark(name: string, partMs: number, nowMs: number): void {
    this.#marks.push({ name, dueAtMs: Math.max(nowMs, this.#endsAtMs) + partMs });
  }

  /** Marks whose audio was played, oldest first; each once. */
  playedMarks(nowMs: number): string[] {
    const names: string[] = [];
    while ((this.#marks[0]?.dueAtMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      const mark = this.#marks.shift();
      if (mark !== undefined) names.push(mark.name);
    }
    return names;
  }

  /** How much of the part was played, ms. */
  heardMs(part: number, nowMs: number): number {
    let heard = 0;
    for (const stretch of this.#stretches) {
      if (stretch.part !== part) continue;
      const played = soundedMs(stretch, nowMs);
      if (played > 0) heard = stretch.fromMs + played;
    }
    return heard;
  }

  /** Throws away what is not played yet; every mark that waits comes back. */
  clear(nowMs: number): string[] {
    this.#stretches = this.#stretches
      .filter(({ playsAtMs }) => playsAtMs < nowMs)
      .map((stretch) => ({ ...stretch, ms: soundedMs(stretch, nowMs) }));
    this.#endsAtMs = Math.min(this.#endsAtMs, nowMs);
    return this.#marks.splice(0).map(({ name }) => name);
  }
}
