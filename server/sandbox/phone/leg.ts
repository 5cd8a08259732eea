import type { Timer } from "#server/lib/clock.ts";
import { Callbacks } from "#server/sandbox/phone/callbacks.ts";
import { CallLog } from "#server/sandbox/phone/call-log.ts";
import type { StatusEvent } from "#server/sandbox/phone/call-params.ts";
import {
  type CallState,
  durationSeconds,
  isOver,
  isUnanswered,
  sipCode,
  type Unanswered,
} from "#server/sandbox/phone/call-state.ts";
import type { CalleePlan } from "#server/sandbox/phone/callee.ts";
import { Line } from "#server/sandbox/phone/line.ts";
import type { Services } from "#server/sandbox/phone/services.ts";
import { newSid, rfc2822 } from "#server/sandbox/phone/sids.ts";
import type { Link } from "#server/sandbox/phone/twiml-verbs.ts";

export type LegOptions = {
  readonly to: string;
  readonly from: string;
  readonly direction: "outbound-api" | "outbound-dial";
  readonly parentSid: string | null;
  readonly timeoutMs: number;
};

export type LegEvents = {
  answered(line: Line, plan: AnswerPlan): void;
  /** Returns what the terminal callback says besides. */
  ended(): Readonly<Record<string, string>>;
};

type AnswerPlan = Pick<Extract<CalleePlan, { kind: "answers" }>, "verdict" | "pickUp">;

const SIP = { busy: 486, declined: 603, unreachable: 404, cancelled: 487 } as const;
/** Place names of the numbers: unknown ones are empty, not absent. */
const PLACES = ["City", "State", "Zip", "Country"].flatMap((part) =>
  ["From", "To", "Caller", "Called"].map((who) => `${who}${part}`),
);

/** One phone that is dialled: its state, its ringing, its status callbacks, its line while it talks. */
export class Leg {
  readonly sid = newSid("CA");
  readonly options: LegOptions;
  readonly log: CallLog;
  readonly callbacks: Callbacks;
  readonly createdAtMs: number;
  readonly #services: Services;
  readonly #events: LegEvents;
  #report: { link: Link | null; events: ReadonlySet<StatusEvent> } = { link: null, events: new Set() };
  #state: CallState = { phase: "queued" };
  #line: Line | null = null;
  #timers: Timer[] = [];
  #rings = 0;
  /** Status callbacks fired so far. */
  #sequence = 0;
  readonly #history: { readonly atMs: number; readonly state: CallState }[] = [];

  constructor(services: Services, options: LegOptions, events: LegEvents) {
    this.options = options;
    this.#services = services;
    this.#events = events;
    this.createdAtMs = services.clock.nowMs();
    this.#history.push({ atMs: this.createdAtMs, state: this.#state });
    this.log = new CallLog(() => services.clock.nowMs());
    this.callbacks = new Callbacks({ ...services, log: this.log, to: options.to });
    this.log.add("created");
  }

  get state(): CallState {
    return this.#state;
  }

  /** Times the phone began to ring: 0 or 1. */
  get rings(): number {
    return this.#rings;
  }

  /** What the state was at that time, and since when; the first state for any earlier time. */
  stateAt(atMs: number): { readonly atMs: number; readonly state: CallState } {
    const first = { atMs: this.createdAtMs, state: { phase: "queued" } } as const;
    return this.#history.findLast((entry) => entry.atMs <= atMs) ?? first;
  }

  /** Null before the answer; stays after the end, for the record. */
  get line(): Line | null {
    return this.#line;
  }

  reportTo(link: Link | null, events: ReadonlySet<StatusEvent>): void {
    this.#report = { link, events };
  }

  /** The fields that every webhook of this call carries. */
  fields(extra: Readonly<Record<string, string>> = {}): URLSearchParams {
    const { to, from, direction, parentSid } = this.options;
    return new URLSearchParams({
      CallSid: this.sid,
      AccountSid: this.#services.accountSid,
      From: from,
      To: to,
      Caller: from,
      Called: to,
      CallStatus: this.#state.phase,
      ApiVersion: "2010-04-01",
      Direction: direction,
      ...Object.fromEntries(PLACES.map((name) => [name, ""])),
      ...(parentSid === null ? {} : { ParentCallSid: parentSid }),
      ...extra,
    });
  }

  /** Dials now. What happens then is the callee's plan. */
  dial(): void {
    if (this.#state.phase !== "queued") return;
    this.#move({ phase: "initiated" });
    this.#notify("initiated");
    const plan = this.#services.directory.planFor(this.options.to);
    this.#after(this.#services.settings.current.dialMs, () => this.#reach(plan));
  }

  /** Ends an unanswered call; a call that left the queue reports it, one that did not is silent. */
  cancel(): void {
    if (!isUnanswered(this.#state)) return;
    const silent = this.#state.phase === "queued";
    this.#endUnanswered("canceled", SIP.cancelled, { silent });
  }

  /** Ends the call, whatever it is doing. */
  hangUp(by: string): void {
    if (this.#state.phase !== "in-progress") return this.cancel();
    this.log.add("hungup", { by });
    const { answeredAtMs } = this.#state;
    this.#end({ phase: "completed", answeredAtMs, endedAtMs: this.#services.clock.nowMs() });
  }

  #reach(plan: CalleePlan): void {
    const { settings, clock } = this.#services;
    if (plan.kind === "busy") return this.#endUnanswered("busy", SIP.busy);
    if (plan.kind === "unreachable") return this.#endUnanswered("failed", SIP.unreachable);
    this.#rings++;
    this.#move({ phase: "ringing", rangAtMs: clock.nowMs() });
    if (!settings.current.skipRinging) this.#notify("ringing");
    this.#after(settings.current.ringTimeoutMs ?? this.options.timeoutMs, () =>
      this.#endUnanswered("no-answer", SIP.cancelled),
    );
    if (plan.kind === "no-answer") return;
    if (plan.kind === "rings-at") return this.#ringAt(plan);
    this.#after(settings.current.ringMs ?? plan.afterRingMs, () => {
      if (plan.kind === "answers") this.#answer(plan);
      else this.#endUnanswered("busy", SIP.declined);
    });
  }

  #ringAt(plan: Extract<CalleePlan, { kind: "rings-at" }>): void {
    const stop = plan.ring({
      from: this.options.from,
      answer: (pickUp) => {
        this.#answer({ verdict: "human", pickUp });
        return (key) => this.#line?.press(key);
      },
      decline: () => this.#endUnanswered("busy", SIP.declined),
    });
    this.#timers.push({ cancel: stop });
  }

  #answer(plan: AnswerPlan): void {
    this.#clearTimers();
    const line = new Line(this.#services.frames, plan.pickUp(), {
      personHungUp: () => this.hangUp("callee"),
      fault: (error) => {
        this.log.add("callee.fault", { reason: error instanceof Error ? error.message : "unknown" });
        this.hangUp("fault");
      },
    });
    this.#line = line;
    this.#move({ phase: "in-progress", answeredAtMs: this.#services.clock.nowMs() });
    this.#notify("answered");
    this.#events.answered(line, plan);
  }

  #endUnanswered(phase: Unanswered, code: number, { silent = false } = {}): void {
    this.#end({ phase, endedAtMs: this.#services.clock.nowMs(), sipCode: code }, silent);
  }

  #end(state: Extract<CallState, { endedAtMs: number }>, silent = false): void {
    if (isOver(this.#state)) return;
    this.#clearTimers();
    this.#move(state);
    const about = this.#events.ended();
    this.#line?.end();
    if (silent) return;
    const seconds = durationSeconds(state);
    this.#notify("completed", {
      CallDuration: String(seconds),
      SipResponseCode: String(sipCode(state)),
      ...(state.phase === "completed" ? { Duration: String(Math.ceil(seconds / 60)) } : {}),
      ...about,
    });
  }

  #notify(event: StatusEvent, extra: Readonly<Record<string, string>> = {}): void {
    const { link, events } = this.#report;
    if (!link || !events.has(event)) return;
    const fields = this.fields(extra);
    fields.set("Timestamp", rfc2822(this.#services.clock.nowMs()));
    fields.set("CallbackSource", "call-progress-events");
    fields.set("SequenceNumber", String(this.#sequence++));
    this.callbacks.send(link, fields, this.#state.phase);
  }

  #move(state: CallState): void {
    this.#state = state;
    this.#history.push({ atMs: this.#services.clock.nowMs(), state });
    this.log.add(`status.${state.phase}`, isOver(state) ? { sipCode: sipCode(state) } : {});
  }

  #after(delayMs: number, task: () => void): void {
    this.#timers.push(this.#services.clock.after(delayMs, task));
  }

  #clearTimers(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }
}
