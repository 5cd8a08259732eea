import type { CallStore } from "#server/calls/call-store.ts";
import type { Steer } from "#server/calls/live/steers.ts";
import type { CallEvent, CallEventOf } from "#shared/call/events.ts";

type Deps = {
  callId: string;
  store: Pick<CallStore, "events">;
  give(steer: Steer): void;
  /** A person has taken the call over, or the agent has it again. */
  holderChanged(event: CallEventOf<"holder.changed">): void;
  /** Work that nobody waits for; what fails is tried again with the next look. */
  background(work: Promise<unknown>): void;
};

/**
 * What other people put into the journal of a live call for its owner to do. The journal is the only way: whoever writes and whichever server has the
 * call, each order is read in its place and given once [CL341]. A look is cheap and may be asked for at any time and twice.
 */
export class Orders {
  readonly #deps: Deps;
  /** Everything up to here was given; null: nothing is read yet, because the call is not ours. */
  #seq: number | null = null;
  #isReading = false;
  #again = false;
  #stopped = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The call is ours, and what its journal says up to `seq` is known. */
  begin(seq: number) {
    this.#seq = seq;
    this.look();
  }

  stop() {
    this.#stopped = true;
  }

  /** `upTo`: the newest order there is known to be; left out: perhaps there is one. */
  look(upTo = Infinity) {
    if (this.#seq === null || this.#stopped || upTo <= this.#seq) return;
    if (this.#isReading) return void (this.#again = true);
    this.#isReading = true;
    const reading = this.#read(this.#seq).finally(() => {
      this.#isReading = false;
      if (this.#again) {
        this.#again = false;
        this.look();
      }
    });
    this.#deps.background(reading);
  }

  async #read(after: number): Promise<void> {
    const { store, callId, give, holderChanged } = this.#deps;
    const journal = await store.events(callId, after);
    for (const event of journal?.events ?? []) {
      if (this.#stopped || event.seq <= (this.#seq ?? 0)) continue;
      this.#seq = event.seq;
      if (event.type === "holder.changed") holderChanged(event);
      const steer = steerOf(event);
      if (steer !== null) give(steer);
    }
  }
}

function steerOf(event: CallEvent): Steer | null {
  switch (event.type) {
    case "steer.whispered":
      return { steerId: event.steerId, kind: "whisper", text: event.text };
    case "steer.said":
      return { steerId: event.steerId, kind: "exact", text: event.text };
    default:
      return null;
  }
}
