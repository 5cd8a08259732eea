import type { ToolName } from "#server/calls/live/agent-tools.ts";

/** Tool calls one call may make in all. */
const TOOL_BUDGET = 30;
/** Effects outside the talk: so many in any minute. A talk that offers, books, changes its mind and asks for a person stays below. */
const ACTS_PER_MINUTE = 5;
const MINUTE_MS = 60_000;
/** So many unusable calls in a row end tool use for the call. */
const MAX_UNUSABLE = 5;
/** The ways out stay open when everything else is spent; each of them so many times. */
const WAYS_OUT_EACH = 10;

const WAYS_OUT: ReadonlySet<string> = new Set<ToolName>(["mark_do_not_call", "stop_recording", "end_call"]);
/** They change something that outlasts the call, or ask somebody to act. */
const ACTS: ReadonlySet<string> = new Set<ToolName>(["book_slot", "call_later", "request_person"]);

export const isAct = (name: string): boolean => ACTS.has(name);

/** What a model may spend on tools in one call [CL82]. Counts only; whoever asks tells what time it is. */
export class ToolBudget {
  #spent = 0;
  readonly #waysOut = new Map<string, number>();
  #acts: number[] = [];
  #unusable = 0;

  /** What was made of it before this server took the call over. */
  adopt({ spent, isOver }: { spent: number; isOver: boolean }) {
    this.#spent += spent;
    if (isOver) this.#unusable = MAX_UNUSABLE;
  }

  /** Takes one call. False: it may not even be read. */
  take(name: string): boolean {
    if (WAYS_OUT.has(name)) {
      const used = this.#waysOut.get(name) ?? 0;
      this.#waysOut.set(name, used + 1);
      return used < WAYS_OUT_EACH;
    }
    if (this.isOver || this.#spent >= TOOL_BUDGET) return false;
    this.#spent += 1;
    return true;
  }

  /** Tool use has ended: the model wrote nothing but unusable calls. */
  get isOver(): boolean {
    return this.#unusable >= MAX_UNUSABLE;
  }

  /** Whether the call that was taken could be read. */
  wasUsable(usable: boolean) {
    if (!this.isOver) this.#unusable = usable ? 0 : this.#unusable + 1;
  }

  /** Takes a place in the minute. False: too many acts in too short a time. */
  takeAct(name: string, nowMs: number): boolean {
    if (!isAct(name)) return true;
    this.#acts = this.#acts.filter((atMs) => atMs > nowMs - MINUTE_MS);
    if (this.#acts.length >= ACTS_PER_MINUTE) return false;
    this.#acts.push(nowMs);
    return true;
  }
}
