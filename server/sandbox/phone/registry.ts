import type { Leg } from "#server/sandbox/phone/leg.ts";
import type { PhoneCall } from "#server/sandbox/phone/phone-call.ts";
import { isOver } from "#server/sandbox/phone/call-state.ts";

/** An API request about one call, as its Events list shows it. */
type ApiEvent = {
  readonly method: string;
  readonly url: string;
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  readonly responseCode: number;
};

/** A call as REST and the control API see it. `call` is null for the second leg of a Dial. */
export type CallEntry = { readonly leg: Leg; readonly call: PhoneCall | null; readonly events: ApiEvent[] };

const MAX_CALLS = 5000;

/** All calls, newest last. Beyond 5000 the oldest finished ones are forgotten. */
export class Registry {
  readonly #entries = new Map<string, CallEntry>();

  add(leg: Leg, call: PhoneCall | null): CallEntry {
    const entry: CallEntry = { leg, call, events: [] };
    this.#entries.set(leg.sid, entry);
    if (this.#entries.size > MAX_CALLS) this.#forgetOldest();
    return entry;
  }

  get(sid: string): CallEntry | null {
    return this.#entries.get(sid) ?? null;
  }

  remove(sid: string): void {
    this.#entries.delete(sid);
  }

  newestFirst(): CallEntry[] {
    return [...this.#entries.values()].toReversed();
  }

  liveCount(): number {
    return this.newestFirst().filter((entry) => !isOver(entry.leg.state)).length;
  }

  #forgetOldest(): void {
    for (const [sid, entry] of this.#entries) {
      if (!isOver(entry.leg.state)) continue;
      this.#entries.delete(sid);
      return;
    }
  }
}
