import type { CallHead } from "#server/calls/call-document.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import { attemptCosts, type CarrierBill } from "#server/calls/cost/carrier-price.ts";
import { costEvent, voicePart } from "#server/calls/cost/cost-event.ts";
import type { Alarms } from "#server/jobs/alarms.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Telephony } from "#server/telephony/telephony.ts";
import type { VoiceModel } from "#server/voice/voice.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import type { CallView } from "#shared/call/view.ts";

const MINUTE_MS = 60_000;
/** The carrier rates a call some time after its end and tells nobody (twilio.md §7); after the last try the estimate stays one. */
const ASK_AFTER_MS = [1, 5, 30, 120, 1440].map((minutes) => minutes * MINUTE_MS);

/** When the carrier is first asked what a call cost: once it is over, if anybody picked up. */
export function firstSettlement(
  { state, carrierCalls, settleDueAt }: Pick<CallHead, "state" | "carrierCalls" | "settleDueAt">,
  nowMs: number,
): Date | null {
  const owes = state.phase === "ended" && carrierCalls.some((row) => row.answeredAt !== null);
  return owes ? (settleDueAt ?? new Date(nowMs + (ASK_AFTER_MS[0] ?? 0))) : null;
}

type Deps = {
  store: Pick<CallStore, "head" | "recordLate">;
  telephony: Pick<Telephony, "fetch">;
  voice: Pick<VoiceModel, "price" | "priceTable" | "model">;
  alarms: Pick<Alarms, "set">;
  clock: Clock;
};

/**
 * Replaces the estimate by what the carrier charged, after the end of the call [CL110]. What is then settled is the connection of every
 * answered attempt; media stream and machine detection are not part of the carrier's price of a call and stay at list price, with the carrier's own
 * duration. Voice and analyst tokens were exact before.
 */
export class Settlement {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The call is over: the carrier will be asked. */
  async begin({ _id, settleDueAt }: CallHead): Promise<void> {
    if (settleDueAt !== null) await this.#deps.alarms.set("call.settleCost", _id, settleDueAt);
  }

  /** Asks the carrier, if it is time; safe to call at any moment and twice. */
  async settle(callId: string): Promise<void> {
    const { store, alarms, clock } = this.#deps;
    const call = await store.head(callId);
    if (call === null || call.settleDueAt === null || call.settleDueAt.getTime() > clock.nowMs()) return;
    const bills = await this.#bills(call);
    const next = bills === null ? nextTry(call, clock.nowMs()) : null;
    const written = await store.recordLate(callId, (now, view) => {
      if (now.settleDueAt?.getTime() !== call.settleDueAt?.getTime()) return null;
      const change = { settleDueAt: next, settleTries: call.settleTries + 1 };
      return { change, events: bills === null ? [] : [this.#settled(now, view, bills)] };
    });
    if (written && next !== null) await alarms.set("call.settleCost", callId, next);
  }

  /** What the carrier charged for each answered call; null while one of them is not known. */
  async #bills(call: CallHead): Promise<Map<string, CarrierBill> | null> {
    const bills = new Map<string, CarrierBill>();
    for (const { carrierCallId, answeredAt } of call.carrierCalls) {
      if (answeredAt === null) continue;
      const fetched = await this.#deps.telephony.fetch(carrierCallId);
      if (fetched.kind !== "found" || fetched.call.priceCents === null) return null;
      const { priceCents, durationSeconds } = fetched.call;
      bills.set(carrierCallId, { connectionCents: priceCents, durationSeconds });
    }
    return bills;
  }

  #settled(call: CallHead, view: CallView, bills: ReadonlyMap<string, CarrierBill>): NewCallEvent {
    const { voice, clock } = this.#deps;
    const before = view.cost?.detail;
    return costEvent({
      attempts: attemptCosts(call.carrierCalls, clock.nowMs(), bills),
      voice: before?.voice ?? voicePart(voice, call.usage),
      analyst: before?.analyst ?? null,
      analystCents: view.cost?.analystCents ?? 0,
    });
  }
}

function nextTry({ settleTries }: CallHead, nowMs: number): Date | null {
  const waitMs = ASK_AFTER_MS[settleTries + 1];
  return waitMs === undefined ? null : new Date(nowMs + waitMs);
}
