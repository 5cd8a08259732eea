import type { CallHead } from "#server/calls/call-document.ts";
import type { CarrierCallRow } from "#server/calls/cost/carrier-calls.ts";
import { attemptCosts } from "#server/calls/cost/carrier-price.ts";
import { costEvent, voicePart } from "#server/calls/cost/cost-event.ts";
import { liveAttempt } from "#server/calls/state/call-state.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import type { VoiceModel, VoiceUsage } from "#server/voice/voice.ts";
import type { VoiceTotals } from "#shared/call/cost.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

/** The cost on the screen moves at most this often: each move is a journal event. */
const REPORT_MS = 10_000;

type Deps = {
  voice: Pick<VoiceModel, "price" | "priceTable" | "model">;
  clock: Clock;
  /** Ms since the answer. */
  callMs(): number;
  record(event: NewCallEvent): void;
};

/**
 * What the call has cost so far: voice tokens as the provider reports them (of cancelled and failed answers too, they are billed), the
 * carrier's minutes as an estimate. Every attempt and every session of the call counts.
 */
export class RunningCost {
  readonly #deps: Deps;
  readonly #attemptId: string;
  readonly #earlier: readonly CarrierCallRow[];
  #usage: VoiceTotals;
  #reporting: Timer | null = null;

  /** `used`: by earlier sessions and attempts of the call. */
  constructor(
    deps: Deps,
    { state, carrierCalls }: Pick<CallHead, "state" | "carrierCalls">,
    used: VoiceTotals,
  ) {
    this.#deps = deps;
    this.#usage = used;
    this.#attemptId = liveAttempt(state)?.attemptId ?? "";
    this.#earlier = carrierCalls.filter((row) => row.attemptId !== this.#attemptId);
  }

  /** Raw usage of the whole call so far. */
  get usage(): VoiceTotals {
    return this.#usage;
  }

  addAnswer(usage: VoiceUsage) {
    const sum = this.#usage;
    this.#add({
      textIn: sum.textIn + usage.textIn,
      textInCached: sum.textInCached + usage.textInCached,
      audioIn: sum.audioIn + usage.audioIn,
      audioInCached: sum.audioInCached + usage.audioInCached,
      textOut: sum.textOut + usage.textOut,
      audioOut: sum.audioOut + usage.audioOut,
    });
  }

  addTranscription(audioSeconds: number) {
    this.#add({ transcriptionSeconds: this.#usage.transcriptionSeconds + audioSeconds });
  }

  /** Reports what was not reported yet. */
  flush() {
    if (this.#reporting === null) return;
    this.#reporting.cancel();
    this.#report();
  }

  /** Nothing is reported any more. */
  stop() {
    this.#reporting?.cancel();
    this.#reporting = null;
  }

  #add(more: Partial<VoiceTotals>) {
    this.#usage = { ...this.#usage, ...more };
    this.#reporting ??= this.#deps.clock.after(REPORT_MS, () => this.#report());
  }

  #report() {
    this.#reporting = null;
    const { voice, clock, callMs, record } = this.#deps;
    const nowMs = clock.nowMs();
    const answeredAt = nowMs - callMs();
    const current = { attemptId: this.#attemptId, carrierCallId: "", answeredAt, endedAt: null };
    const attempts = attemptCosts([...this.#earlier, current], nowMs);
    record(costEvent({ attempts, voice: voicePart(voice, this.#usage), analyst: null, analystCents: 0 }));
  }
}
