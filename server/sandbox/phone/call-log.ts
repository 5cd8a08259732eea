/** One line of what happened to a call. Ids, codes and counts; never words or numbers of people. */
export type LogEntry = { readonly atMs: number; readonly type: string; readonly [detail: string]: unknown };

const MAX_ENTRIES = 2000;

/** The history of one call, for assertions; the newest entries beyond 2000 are counted, not kept. */
export class CallLog {
  readonly #entries: LogEntry[] = [];
  readonly #nowMs: () => number;
  #dropped = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(type: string, detail: Readonly<Record<string, unknown>> = {}): void {
    if (this.#entries.length < MAX_ENTRIES) this.#entries.push({ atMs: this.#nowMs(), type, ...detail });
    else this.#dropped++;
  }

  read(): { entries: readonly LogEntry[]; dropped: number } {
    return { entries: this.#entries, dropped: this.#dropped };
  }
}
