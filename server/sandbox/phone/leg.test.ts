import fc from "fast-check";
import { expect, test } from "vitest";
import type { StatusEvent } from "#server/sandbox/phone/call-params.ts";
import { isOver } from "#server/sandbox/phone/call-state.ts";
import type { CalleePlan } from "#server/sandbox/phone/callee.ts";
import { FaultPanel } from "#server/sandbox/phone/faults.ts";
import { FrameClock } from "#server/sandbox/phone/frame-clock.ts";
import { Leg } from "#server/sandbox/phone/leg.ts";
import { Recordings } from "#server/sandbox/phone/recordings.ts";
import type { Services } from "#server/sandbox/phone/services.ts";
import { SettingsBook } from "#server/sandbox/phone/settings.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { QuietPerson } from "#server/sandbox/phone/testing/quiet-person.ts";

const EVERY: ReadonlySet<StatusEvent> = new Set(["initiated", "ringing", "answered", "completed"]);
const answers = (person: QuietPerson): CalleePlan => ({
  kind: "answers",
  afterRingMs: 2000,
  verdict: "human",
  pickUp: () => person,
});

function stage(plan: CalleePlan, { events = EVERY, skipRinging = false } = {}) {
  const clock = new ManualClock();
  const callbacks: Record<string, string>[] = [];
  const services: Services = {
    clock,
    accountSid: `AC${"0".repeat(32)}`,
    authToken: "t",
    webhooks: {
      send(_link, fields) {
        callbacks.push(Object.fromEntries(fields));
        return Promise.resolve({
          kind: "replied",
          tries: 1,
          reply: { status: 200, contentType: null, body: "" },
        });
      },
    },
    faults: new FaultPanel(),
    settings: new SettingsBook({ dialMs: 100, skipRinging }),
    frames: new FrameClock(clock),
    directory: { planFor: () => plan },
    recordings: new Recordings(() => services),
  };
  const leg = new Leg(
    services,
    {
      to: "+14155550123",
      from: "+14155550100",
      direction: "outbound-api",
      parentSid: null,
      timeoutMs: 10_000,
    },
    { answered: () => undefined, ended: () => ({}) },
  );
  leg.reportTo({ url: "http://h.test/status", method: "POST" }, events);
  return { clock, leg, callbacks, statuses: () => callbacks.map((fields) => fields["CallStatus"]) };
}

test.each([
  ["busy", { kind: "busy" }, ["initiated", "busy"], "486"],
  ["unreachable", { kind: "unreachable" }, ["initiated", "failed"], "404"],
  ["no answer", { kind: "no-answer" }, ["initiated", "ringing", "no-answer"], "487"],
  ["declined", { kind: "declines", afterRingMs: 500 }, ["initiated", "ringing", "busy"], "603"],
] as const)("[SB22] %s", (_, plan, expected, sip) => {
  const { leg, clock, callbacks, statuses } = stage(plan);
  leg.dial();
  clock.advance(60_000);
  expect(statuses()).toEqual(expected);
  expect(callbacks.at(-1)).toMatchObject({ SipResponseCode: sip, CallDuration: "0" });
  expect(callbacks.at(-1)).not.toHaveProperty("Duration");
  expect(clock.pending).toBe(0);
});

test("[SB22] an answered call reports its duration in seconds and in minutes", () => {
  const person = new QuietPerson();
  const { leg, clock, callbacks, statuses } = stage(answers(person));
  leg.dial();
  clock.advance(2100 + 61_000);
  person.leaving = true;
  clock.advance(20);
  expect(statuses()).toEqual(["initiated", "ringing", "in-progress", "completed"]);
  expect(callbacks.at(-1)).toMatchObject({ CallDuration: "62", Duration: "2", SipResponseCode: "200" });
  expect(callbacks.map((fields) => fields["SequenceNumber"])).toEqual(["0", "1", "2", "3"]);
  expect(callbacks[0]).not.toHaveProperty("CallDuration");
  expect(clock.pending).toBe(0);
});

test("[SB23] only subscribed events are reported, and a call cancelled in the queue reports nothing", () => {
  const ringing = stage({ kind: "no-answer" }, { events: new Set(["completed"]) });
  ringing.leg.dial();
  ringing.clock.advance(1000);
  ringing.leg.cancel();
  expect(ringing.callbacks).toMatchObject([
    { CallStatus: "canceled", SequenceNumber: "0", SipResponseCode: "487" },
  ]);
  const queued = stage({ kind: "no-answer" });
  queued.leg.cancel();
  queued.leg.dial();
  queued.clock.advance(60_000);
  expect(queued.leg.state.phase).toBe("canceled");
  expect(queued.callbacks).toEqual([]);
});

test("[SB22] a network that skips ringing still rings", () => {
  const { leg, clock, statuses } = stage(answers(new QuietPerson()), { skipRinging: true });
  leg.dial();
  clock.advance(5000);
  expect(statuses()).toEqual(["initiated", "in-progress"]);
  expect(leg.rings).toBe(1);
});

test("[SB24] whatever happens: one end, at most one ring, and no status goes back", () => {
  const plan = fc.constantFrom<CalleePlan["kind"]>("answers", "busy", "no-answer", "declines", "unreachable");
  const command = fc.oneof(
    fc.nat(3000).map((ms) => ({ do: "wait", ms }) as const),
    fc.constantFrom({ do: "dial" } as const, { do: "cancel" }, { do: "hang-up" }, { do: "callee-leaves" }),
  );
  const ranks = ["initiated", "ringing", "in-progress"];
  fc.assert(
    fc.property(plan, fc.array(command, { maxLength: 12 }), (kind, commands) => {
      const person = new QuietPerson();
      const plans = { ...answers(person), kind } as CalleePlan;
      const { leg, clock, statuses, callbacks } = stage(plans);
      for (const act of commands) {
        const before = leg.state;
        if (act.do === "wait") clock.advance(act.ms);
        else if (act.do === "dial") leg.dial();
        else if (act.do === "cancel") leg.cancel();
        else if (act.do === "hang-up") leg.hangUp("test");
        else person.leaving = true;
        if (isOver(before)) expect(leg.state).toBe(before);
        if (act.do === "cancel" && before.phase === "in-progress")
          expect(leg.state.phase).toBe("in-progress");
      }
      person.leaving = true;
      leg.dial();
      clock.advance(60_000);
      expect(isOver(leg.state)).toBe(true);
      expect(leg.rings).toBeLessThanOrEqual(1);
      expect(clock.pending).toBe(0);
      const reported = statuses();
      const silent = reported.length === 0;
      if (silent) expect(leg.state.phase).toBe("canceled");
      else expect(reported.pop()).toBe(leg.state.phase);
      expect(reported).toEqual(ranks.slice(0, reported.length));
      expect(callbacks.map((fields) => fields["SequenceNumber"])).toEqual(
        callbacks.map((_, index) => String(index)),
      );
    }),
    { numRuns: 300 },
  );
});
