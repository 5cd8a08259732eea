import { askedTime } from "#client/calls/asked-time.ts";
import { CALLS } from "#client/calls/copy.ts";
import { localTimeOf } from "#client/ui/local-time.ts";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => vi.stubEnv("TZ", "America/New_York"));
afterEach(() => vi.unstubAllEnvs());

const NOON_MS = Date.parse("2026-03-07T17:00:00Z");

test("[UI11] a time on the device's clock becomes its instant, and the other way round", () => {
  expect(askedTime("2026-03-07T14:30", NOON_MS)).toEqual({ ok: true, instant: "2026-03-07T19:30:00.000Z" });
  expect(localTimeOf("2026-03-07T19:30:00Z")).toBe("2026-03-07T14:30");
  expect(askedTime("2026-03-09T14:30", NOON_MS)).toEqual({ ok: true, instant: "2026-03-09T18:30:00.000Z" });
});

test("[UI11] a time that the clocks jump over, that is over or that is missing is said to be so", () => {
  expect(askedTime("2026-03-08T02:30", NOON_MS)).toEqual({ ok: false, problem: CALLS.timeSkipped });
  expect(askedTime("2026-03-07T11:59", NOON_MS)).toEqual({ ok: false, problem: CALLS.timePast });
  expect(askedTime("", NOON_MS)).toEqual({ ok: false, problem: CALLS.timeMissing });
  expect(askedTime("soon", NOON_MS)).toEqual({ ok: false, problem: CALLS.timeMissing });
});
