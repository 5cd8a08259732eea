import type { DialReceipt } from "#server/compliance/may-dial.ts";
import type { CallInput, CallState, StreamToken } from "#server/calls/state/call-state.ts";
import type { CarrierStatus } from "#server/telephony/telephony.ts";
import { type Step, step, type StepRules } from "#server/calls/state/step.ts";
import { carrierCallsAfter, type CarrierCallRow } from "#server/calls/cost/carrier-calls.ts";
import { type CallEvent, isLateFact, type NewCallEvent } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";

export const NOW = Date.parse("2026-11-24T15:00:00Z");
const RULES: Omit<StepRules, "nowMs" | "optedOut"> = {
  maxAttempts: 3,
  retryBackoffMs: 60_000,
  timeLimitMs: 900_000,
  legalFrom: (atMs) => atMs,
};
/** What the gate found when it let an attempt ring. */
const RECEIPT: DialReceipt = {
  rule: "withinHours",
  at: new Date(NOW),
  facts: {
    places: [{ timeZone: "America/New_York", state: "NY" }],
    quietHours: { startHour: 20, endHour: 9 },
    suppressed: false,
    aiConsent: true,
    attemptsLast24h: 0,
    maxAttemptsPer24h: 3,
  },
};
export const BY = { kind: "person", accountId: "acc_1", name: "Sam", role: "supervisor" } as const;
export const CARRIER = "CA1";

/** A call with its journal, moved by `step` as the store moves it. */
export class StepJournal {
  state: CallState = { phase: "queued", attemptsMade: 0 };
  nowMs = NOW;
  rules: Partial<StepRules> = {};
  epoch = 0;
  attempts = 0;
  dials: string[] = [];
  carrierCalls: CarrierCallRow[] = [];
  readonly events: CallEvent[] = [];

  constructor() {
    this.#add([
      {
        type: "call.requested",
        callId: "call_00000001",
        businessId: "biz_00000001",
        businessName: "Acme",
        leadId: "lead_00000001",
        consumerName: "Maria",
        consumerPhone: "•••• 0123",
        objective: "Agree on a visit",
        requestedBy: BY,
      },
      { type: "call.queued" },
    ]);
  }

  feed(input: CallInput): Step | null {
    const optedOut = this.events.some(({ type }) => type === "optOut.recorded");
    const next = step(this.state, input, { ...RULES, ...this.rules, nowMs: this.nowMs, optedOut });
    if (next === null) return null;
    const moved = { before: this.state, input, after: next.state, nowMs: this.nowMs };
    this.carrierCalls = carrierCallsAfter(this.carrierCalls, moved);
    this.state = next.state;
    if (input.kind === "streamOpened") this.epoch = input.epoch;
    this.#add(next.events);
    for (const effect of next.effects) if (effect.kind === "dial") this.dials.push(effect.attempt.attemptId);
    return next;
  }

  /** What became known after the end, as the store writes it. */
  late(event: NewCallEvent) {
    if (this.state.phase === "ended" && isLateFact(event)) this.#add([event]);
  }

  /** What a live call records of itself. */
  record(event: NewCallEvent) {
    this.#add([event]);
  }

  claim(): string {
    this.attempts += 1;
    const attemptId = `att_0000000${this.attempts}`;
    const number = this.state.phase === "queued" ? this.state.attemptsMade + 1 : 1;
    const attempt = { attemptId, number, from: "+16505550100", placeId: "p" };
    this.feed({ kind: "claimed", attempt, receipt: RECEIPT });
    return attemptId;
  }

  get view() {
    return foldCall(this.events);
  }

  #add(fresh: NewCallEvent[]) {
    for (const one of fresh) {
      const at = new Date(this.nowMs).toISOString();
      this.events.push({ ...one, seq: this.events.length + 1, at });
    }
  }
}

export const report = (attemptId: string, status: CarrierStatus): CallInput => ({
  kind: "carrierReported",
  attemptId,
  carrierCallId: CARRIER,
  status,
});

/** A token that outlives every test. */
export const token = (value: string): StreamToken => ({ value, expiresAt: NOW + 10 * 24 * 3_600_000 });
