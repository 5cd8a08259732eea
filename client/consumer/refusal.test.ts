import { refusalText } from "#client/consumer/refusal.ts";
import { ORPCError } from "@orpc/client";
import { expect, test } from "vitest";

const NOON_MS = new Date(2026, 11, 8, 12, 0).getTime();
const at = (ms: number) => new Date(ms).toISOString();

test("[UI6] a limit names the time from which it goes on", () => {
  const error = new ORPCError("RATE_LIMITED", { status: 429, data: { retryAfterSeconds: 52 * 60 } });
  expect(refusalText(error, NOON_MS)).toBe(
    "You have asked for as many calls as an hour allows. The next is possible at 12:52 PM.",
  );
});

test("[UI6] a forbidden hour names the next allowed one with its day", () => {
  const data = { allowedFrom: at(NOON_MS + 21 * 3_600_000) };
  const error = new ORPCError("OUTSIDE_CALLING_HOURS", { status: 422, data });
  expect(refusalText(error, NOON_MS)).toContain("9:00 AM tomorrow");
});

test("[UI6] each other refusal has its own sentence, and a limit without its time still has one", () => {
  const codes = [
    "PHONE_MISSING",
    "SUPPRESSED",
    "MATCH_NOT_INTERESTED",
    "BAD_TIME",
    "SLOT_NOT_FREE",
    "NOT_MATCHED",
    "RATE_LIMITED",
  ];
  const sentences = codes.map((code) => refusalText(new ORPCError(code), NOON_MS));
  expect(new Set(sentences).size).toBe(codes.length);
  expect(refusalText(new TypeError("no answer"), NOON_MS)).toContain("can't be reached");
});
