import type { Advance } from "#server/calls/advance.ts";
import { type CallHead, placesOf } from "#server/calls/call-document.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { DialHold } from "#server/calls/dialing/dial-hold.ts";
import type { DialSwitch } from "#server/calls/dialing/dial-switch.ts";
import { fromNumberOf } from "#server/calls/dialing/from-number.ts";
import type { Spending } from "#server/calls/dialing/spending.ts";
import { Lines } from "#server/calls/dialing/lines.ts";
import { WaitingLine } from "#server/calls/dialing/waiting-line.ts";
import type { Attempt, CallInput } from "#server/calls/state/call-state.ts";
import type { Consents } from "#server/compliance/consents.ts";
import type { Limits } from "#server/database/limits.ts";
import { type DialFacts, type DialVerdict, mayDial, receiptOf } from "#server/compliance/may-dial.ts";
import type { QuietHours } from "#server/compliance/quiet-hours.ts";
import type { Suppressions } from "#server/compliance/suppressions.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import type { Telephony } from "#server/telephony/telephony.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { Connection } from "mongoose";

/** The queue looks at least this often: a nudge may come from another server and not reach us. */
const LOOK_MS = 1000;
const DAY_MS = 24 * 3_600_000;
/** One person is dialled serially: the next call to them looks again after this. */
const PERSON_BUSY_MS = 20_000;
const MAX_ATTEMPTS_PER_PERSON_AND_DAY = 3;

export type DialQueueDeps = {
  connection: Connection;
  advance: Advance;
  queries: CallQueries;
  hold: DialHold;
  dialSwitch: Pick<DialSwitch, "paused">;
  limits: Limits;
  spending: Pick<Spending, "reserve" | "settle">;
  suppressions: Suppressions;
  consents: Pick<Consents, "consentFor">;
  clock: Clock;
  logger: Logger;
  quietHours: QuietHours;
  callsPerSecond: number;
  maxLiveCalls: number;
  telephony: Pick<Telephony, "fromNumbers">;
  depthChanged(depth: number): void;
};

/**
 * Takes due calls, one business after the other and each one's in their order, at the pace and within the lines of the whole installation, asks the gate once more, and claims them. Several
 * servers do the same: a claim is one conditional update, the loser goes on with the next call.
 */
export class DialQueue {
  readonly #deps: DialQueueDeps;
  readonly #line: WaitingLine;
  readonly #lines: Lines;
  #depthDueMs = 0;
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  #again = false;

  constructor(deps: DialQueueDeps) {
    this.#deps = deps;
    this.#line = new WaitingLine(deps);
    this.#lines = new Lines(deps);
  }

  start() {
    this.#timer = this.#deps.clock.every(LOOK_MS, () => this.nudge());
    this.nudge();
  }

  /** Claims nothing more; resolves when the claim under way is through. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    await this.#running;
  }

  nudge() {
    if (this.#timer === null) return;
    this.#again = true;
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
    });
  }

  async #drain(): Promise<void> {
    while (this.#again && this.#timer !== null) {
      this.#again = false;
      try {
        if (await this.#takeOne()) this.#again = true;
        await this.#tellDepth();
      } catch (error) {
        this.#deps.logger.error(errorFields(error), "the dial queue failed; it looks again in a second");
      }
    }
  }

  /** True when there may be more to take at once. */
  async #takeOne(): Promise<boolean> {
    const call = await this.#line.next();
    if (call === null) return false;
    const line = await this.#lines.take();
    if (line === null) return false;
    return this.#take(call).finally(() => this.#lines.free(line));
  }

  async #take(call: CallHead): Promise<boolean> {
    const { hold, dialSwitch, limits, callsPerSecond } = this.#deps;
    // As late as can be: a refusal of the carrier may have come while the line was read.
    if (hold.reason !== null || (await dialSwitch.paused()) !== null) return false;
    const pace = { who: "installation", action: "dial" };
    const place = await limits.take({ ...pace, max: callsPerSecond, windowMs: 1000 });
    if (!place.ok) return false;
    const dialled = await this.#claim(call);
    if (dialled) this.#line.served(call.businessId);
    else await limits.giveBack({ ...pace, hitId: place.hitId });
    return true;
  }

  /** For the operator's gauge; once per look, because counting reads the whole line. */
  async #tellDepth(): Promise<void> {
    const { clock, queries, depthChanged } = this.#deps;
    if (clock.monotonicMs() < this.#depthDueMs) return;
    this.#depthDueMs = clock.monotonicMs() + LOOK_MS;
    depthChanged(await queries.countQueued());
  }

  async #claim(call: CallHead): Promise<boolean> {
    const facts = await this.#factsOf(call);
    const verdict = mayDial(facts);
    if (verdict.kind !== "allow") {
      await this.#apply(call, refusalOf(verdict));
      return false;
    }
    const { limits, clock, spending } = this.#deps;
    const attempts = { who: call.personKey, action: "attempt" };
    const place = await limits.take({ ...attempts, max: MAX_ATTEMPTS_PER_PERSON_AND_DAY, windowMs: DAY_MS });
    if (!place.ok) {
      const until = clock.nowMs() + place.retryAfterSeconds * 1000;
      await this.#apply(call, { kind: "postponed", until, why: "attempt_limit" });
      return false;
    }
    const attempt = this.#newAttempt(call, place.hitId);
    const until = await spending.reserve(call.businessId, attempt.attemptId);
    if (until !== null) {
      await limits.giveBack({ ...attempts, hitId: place.hitId });
      await this.#apply(call, { kind: "postponed", until, why: "spend_cap" });
      return false;
    }
    const claimed = await this.#apply(call, {
      kind: "claimed",
      attempt,
      receipt: receiptOf(verdict, facts),
    });
    if (claimed !== "stepped") {
      await limits.giveBack({ ...attempts, hitId: place.hitId });
      await spending.settle(call.businessId, attempt.attemptId, 0);
    }
    if (claimed === "personBusy") {
      const until = clock.nowMs() + PERSON_BUSY_MS;
      await this.#apply(call, { kind: "postponed", until, why: "person_busy" });
    }
    return claimed === "stepped";
  }

  #newAttempt(call: CallHead, placeId: string): Attempt {
    const number = (call.state.phase === "queued" ? call.state.attemptsMade : 0) + 1;
    const from = fromNumberOf(call.businessId, this.#deps.telephony.fromNumbers);
    return { attemptId: newId("att"), number, from, placeId };
  }

  /** What the gate of the law is asked with, at the last moment before dialling. */
  async #factsOf(call: CallHead): Promise<DialFacts> {
    const { clock, quietHours, suppressions, consents } = this.#deps;
    const [suppressed, consent] = await Promise.all([
      suppressions.isSuppressed(call.personKey),
      consents.consentFor(call.leadId, call.businessId, call._id),
    ]);
    return {
      nowMs: clock.nowMs(),
      places: placesOf(call.briefing),
      quietHours,
      suppressed,
      aiConsent: consent.aiCalls,
      // Counted by the sliding log, which also takes the place.
      attemptsLast24h: 0,
      maxAttemptsPer24h: MAX_ATTEMPTS_PER_PERSON_AND_DAY,
    };
  }

  async #apply(call: CallHead, input: CallInput) {
    return (await this.#deps.advance(call._id, input)).kind;
  }
}

function refusalOf(verdict: Exclude<DialVerdict, { kind: "allow" }>): CallInput {
  if (verdict.kind === "deny") return { kind: "refusedByRule", reason: verdict.rule };
  return { kind: "postponed", until: verdict.at.getTime(), why: "quiet_hours" };
}
