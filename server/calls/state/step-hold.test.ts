import type { CallInput, CallState, Holder } from "#server/calls/state/call-state.ts";
import { step, type StepRules } from "#server/calls/state/step.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const RULES: StepRules = {
  nowMs: 60_000,
  optedOut: false,
  maxAttempts: 3,
  retryBackoffMs: 60_000,
  legalFrom: (atMs) => atMs,
  timeLimitMs: 900_000,
};
const talking: CallState = {
  phase: "talking",
  attempt: { attemptId: "att_1", number: 1, from: "+16505550100", placeId: "p" },
  carrierCallId: "CA1",
  answeredAt: 0,
  epoch: 1,
  connectedAts: [0],
  streams: 1,
};
const person = (accountId: string) =>
  ({ kind: "person", accountId, name: accountId, role: "supervisor" }) satisfies Holder & { kind: "person" };
const taken = (who: string): CallInput => ({ kind: "holdTaken", holder: person(who) });
const ended = (who: string | null, instruction?: string): CallInput => ({
  kind: "holdEnded",
  by: who === null ? { kind: "system" } : person(who),
  accountId: who,
  ...(instruction !== undefined && { instruction }),
});
const holderOf = (state: CallState) => ("holder" in state ? state.holder?.accountId : undefined);

test("[CL354] the first who takes the call holds it; a second one does not, and gives nothing back", () => {
  const held = step(talking, taken("dana"), RULES);
  expect(held?.events).toEqual([{ type: "holder.changed", holder: "person", by: person("dana") }]);
  if (held === null) throw new Error("Nobody holds the call.");
  expect(step(held.state, taken("eve"), RULES)).toBeNull();
  expect(step(held.state, taken("dana"), RULES)).toBeNull();
  expect(step(held.state, ended("eve"), RULES)).toBeNull();
  const back = step(held.state, ended("dana", "Offer Wednesday."), RULES);
  expect(back?.state).toEqual(talking);
  expect(back?.events).toEqual([
    { type: "holder.changed", holder: "agent", by: person("dana"), instruction: "Offer Wednesday." },
  ]);
  expect(step(talking, ended(null), RULES)).toBeNull();
});

test("[CL354] only a talk is held: neither a call that waits or rings nor one that is over", () => {
  const states: CallState[] = [
    { phase: "queued", attemptsMade: 0 },
    { phase: "ringing", attempt: talking.attempt, carrierCallId: "CA1" },
    { phase: "ended", end: { status: "completed", reason: "goodbye_said" } },
  ];
  for (const state of states) expect(step(state, taken("dana"), RULES)).toBeNull();
});

test("[CL354] whoever asks and whatever breaks, in any order: one holder at most, each named by the journal, and a break of the line changes none", () => {
  const inputs = fc.array(
    fc.oneof(
      fc.constantFrom("dana", "eve", "finn").map(taken),
      fc.constantFrom("dana", "eve", "finn", null).map((who) => ended(who)),
      fc.constant<CallInput>({ kind: "streamLost", attemptId: "att_1", epoch: 1 }),
      fc.constant<CallInput>({ kind: "streamOpened", attemptId: "att_1", epoch: 1 }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(inputs, (given) => {
      let state: CallState = talking;
      let told: string | undefined;
      for (const input of given) {
        const before = holderOf(state);
        const next = step(state, input, RULES);
        if (next === null) continue;
        ({ state } = next);
        for (const event of next.events) {
          if (event.type !== "holder.changed") continue;
          if (event.holder === "person") expect(before).toBeUndefined();
          told = event.holder === "person" && event.by.kind === "person" ? event.by.accountId : undefined;
        }
        expect(holderOf(state)).toBe(told);
      }
    }),
  );
});
