import type { Clock, Timer } from "#server/lib/clock.ts";
import type { VoiceModel, VoiceUsage } from "#server/voice/voice.ts";
import { estimateCarrierCents } from "#server/calls/cost.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

/** The cost on the screen moves at most this often: each move is a journal event. */
const REPORT_MS = 10_000;

type Deps = {
  voice: Pick<VoiceModel, "costCents" | "transcriptionCents">;
  clock: Clock;
  callMs(): number;
  record(event: NewCallEvent): void;
};

/** What the call has cost so far: voice tokens as the provider reports them, the carrier's minutes as an estimate. */
export class RunningCost {
  readonly #deps: Deps;
  #voiceCents: number;
  #reporting: Timer | null = null;

  /** `voiceCents`: what earlier sessions of the call have cost. */
  constructor(deps: Deps, voiceCents: number) {
    this.#deps = deps;
    this.#voiceCents = voiceCents;
  }

  addAnswer(usage: VoiceUsage) {
    this.#add(this.#deps.voice.costCents(usage));
  }

  addTranscription(audioSeconds: number) {
    this.#add(this.#deps.voice.transcriptionCents(audioSeconds));
  }

  /** Reports what was not reported yet. */
  flush() {
    if (this.#reporting === null) return;
    this.#reporting.cancel();
    this.#report();
  }

  #add(cents: number) {
    this.#voiceCents += cents;
    this.#reporting ??= this.#deps.clock.after(REPORT_MS, () => this.#report());
  }

  #report() {
    this.#reporting = null;
    const carrierCents = estimateCarrierCents(this.#deps.callMs());
    const voiceCents = this.#voiceCents;
    this.#deps.record({
      type: "cost.updated",
      carrierCents,
      voiceCents,
      analystCents: 0,
      totalCents: carrierCents + voiceCents,
      estimated: true,
    });
  }
}
