import type { Clock, Timer } from "#server/lib/clock.ts";
import type { VoiceModel, VoiceUsage } from "#server/voice/voice.ts";
import { estimateCarrierCents } from "#server/calls/cost.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

/** The cost on the screen moves at most this often: each move is a journal event. */
const REPORT_MS = 10_000;

/** What the call has cost so far: voice tokens as the provider reports them, the carrier's minutes as an estimate. */
export class RunningCost {
  readonly #voice: VoiceModel;
  readonly #clock: Clock;
  readonly #record: (event: NewCallEvent) => void;
  readonly #startedAtMs: number;
  #voiceCents = 0;
  #reporting: Timer | null = null;

  constructor(voice: VoiceModel, clock: Clock, record: (event: NewCallEvent) => void) {
    this.#voice = voice;
    this.#clock = clock;
    this.#record = record;
    this.#startedAtMs = clock.monotonicMs();
  }

  addAnswer(usage: VoiceUsage) {
    this.#add(this.#voice.costCents(usage));
  }

  addTranscription(audioSeconds: number) {
    this.#add(this.#voice.transcriptionCents(audioSeconds));
  }

  /** Reports what was not reported yet. */
  flush() {
    if (this.#reporting === null) return;
    this.#reporting.cancel();
    this.#report();
  }

  #add(cents: number) {
    this.#voiceCents += cents;
    this.#reporting ??= this.#clock.after(REPORT_MS, () => this.#report());
  }

  #report() {
    this.#reporting = null;
    const carrierCents = estimateCarrierCents(this.#clock.monotonicMs() - this.#startedAtMs);
    const voiceCents = this.#voiceCents;
    this.#record({
      type: "cost.updated",
      carrierCents,
      voiceCents,
      analystCents: 0,
      totalCents: carrierCents + voiceCents,
      estimated: true,
    });
  }
}
