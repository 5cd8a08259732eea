import { MOVE_REFUSALS } from "#client/calls/move-words.ts";
import { refusalOf } from "#client/calls/refusal.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { ORPCError } from "@orpc/client";
import { describe, expect, test } from "vitest";

const NOW_MS = Date.parse("2026-11-24T15:00:00.000Z");
const answered = (code: keyof typeof ERRORS, data?: unknown) =>
  new ORPCError(code, { defined: true, message: ERRORS[code].message, data });
const refused = (error: unknown) => refusalOf(error, MOVE_REFUSALS, NOW_MS);

describe("moving a call", () => {
  test("[UI22] each refusal has a sentence of its own", () => {
    const codes = ["BAD_TIME", "NOT_POSSIBLE", "CONSENT_MISSING", "SUPPRESSED", "NOT_FOUND"] as const;
    const sentences = codes.map((code) => refused(answered(code)).sentence);
    expect(new Set(sentences).size).toBe(codes.length);
    expect(refused(new TypeError("fetch failed")).sentence).toContain("Nothing was changed");
  });

  test("[UI22] a forbidden hour comes with the first allowed one, a taken one with the next that is free", () => {
    const allowedFrom = "2026-11-25T14:00:00.000Z";
    const refusal = refused(answered("OUTSIDE_CALLING_HOURS", { allowedFrom }));
    expect(refusal.allowedFrom).toBe(allowedFrom);
    expect(refusal.sentence).toContain("tomorrow, your time");
    expect(refused(answered("SLOT_NOT_FREE", { nextFreeAt: allowedFrom })).allowedFrom).toBe(allowedFrom);
    expect(refused(answered("SLOT_NOT_FREE", { nextFreeAt: null })).allowedFrom).toBeNull();
  });

  test("[UI22] a refusal whose data is missing still has a sentence", () => {
    expect(refused(answered("OUTSIDE_CALLING_HOURS"))).toEqual({
      code: "OUTSIDE_CALLING_HOURS",
      sentence: ERRORS.OUTSIDE_CALLING_HOURS.message,
      allowedFrom: null,
    });
  });
});
