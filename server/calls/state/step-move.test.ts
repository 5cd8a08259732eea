import { BY, NOW, report, StepJournal } from "#server/calls/testing/step-journal.ts";
import { expect, test } from "vitest";

const HOUR_MS = 3_600_000;
const LATER = NOW + HOUR_MS;

test("[CL232] a call in line or scheduled gets another instant with its alarm; the same one again changes nothing", () => {
  const call = new StepJournal();
  const moved = call.feed({ kind: "moved", dueAt: LATER });
  expect(moved?.effects).toContainEqual({ kind: "setAlarm", alarm: "call.due", at: LATER });
  expect(call.view).toMatchObject({
    status: "scheduled",
    scheduledFor: new Date(LATER).toISOString(),
    scheduledWhy: "booked",
  });
  expect(call.feed({ kind: "moved", dueAt: LATER })).toBeNull();
  call.feed({ kind: "moved", dueAt: LATER + HOUR_MS });
  expect(call.state).toEqual({ phase: "scheduled", dueAt: LATER + HOUR_MS, attemptsMade: 0, booked: true });
  // The alarm of the instant before is late and does nothing.
  call.nowMs = LATER;
  expect(call.feed({ kind: "due" })).toBeNull();
});

test("[CL233] call me now: into the line, once; what is on the phone or over is left alone", () => {
  const call = new StepJournal();
  call.feed({ kind: "moved", dueAt: LATER });
  expect(call.feed({ kind: "moved", dueAt: null })?.effects).toEqual([{ kind: "nudgeQueue" }]);
  expect(call.view).toMatchObject({ status: "queued", scheduledFor: null });
  expect(call.feed({ kind: "moved", dueAt: null })).toBeNull();
  const attemptId = call.claim();
  for (const dueAt of [null, LATER]) expect(call.feed({ kind: "moved", dueAt })).toBeNull();
  call.feed({ kind: "cancelAsked", by: BY });
  expect(call.feed({ kind: "moved", dueAt: LATER })).toBeNull();
  call.feed(report(attemptId, "cancelled"));
  for (const dueAt of [null, LATER]) expect(call.feed({ kind: "moved", dueAt })).toBeNull();
});

test("[CL232] moving a call between two attempts takes none of them away", () => {
  const call = new StepJournal();
  call.feed(report(call.claim(), "no_answer"));
  call.feed({ kind: "moved", dueAt: LATER });
  expect(call.state).toMatchObject({ attemptsMade: 1 });
});
