import { callSteps } from "#client/consumer/call-steps.ts";
import { CALL_STATUSES, isFinal } from "#shared/call/status.ts";
import { expect, test } from "vitest";

const words = (status: Parameters<typeof callSteps>[0]) =>
  callSteps(status).map(({ name, state }) => `${name} ${state}`);

test("[UI10] the steps of a call: booked, in line, call", () => {
  expect(words("scheduled")).toEqual(["booked current", "inLine ahead", "call ahead"]);
  expect(words("queued")).toEqual(["booked done", "inLine current", "call ahead"]);
  for (const status of ["dialing", "ringing", "in_progress"] as const) {
    expect(words(status)).toEqual(["booked done", "inLine done", "call current"]);
  }
});

test("[UI10] a call that is over or being cancelled has no steps left to show", () => {
  for (const status of CALL_STATUSES.filter(isFinal)) expect(callSteps(status)).toEqual([]);
  expect(callSteps("cancelling")).toEqual([]);
  expect(callSteps("wrapping_up")).toEqual([]);
});
