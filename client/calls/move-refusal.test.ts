import { moveRefusal } from "#client/calls/move-refusal.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { ORPCError } from "@orpc/client";
import { describe, expect, test } from "vitest";

const NOW_MS = Date.parse("2026-11-24T15:00:00.000Z");
type Refused = Parameters<typeof moveRefusal>[0];
const answered = (code: keyof typeof ERRORS, data?: unknown) =>
  new ORPCError(code, { defined: true, message: ERRORS[code].message, data }) as Refused;

describe("moving a call", () => {
  test("[UI22] each refusal has a sentence of its own", () => {
    const codes = ["BAD_TIME", "NOT_POSSIBLE", "CONSENT_MISSING", "SUPPRESSED", "NOT_FOUND"] as const;
    const sentences = codes.map((code) => moveRefusal(answered(code), NOW_MS).sentence);
    expect(new Set(sentences).size).toBe(codes.length);
    expect(moveRefusal(new TypeError("fetch failed"), NOW_MS).sentence).toContain("Nothing was changed");
  });

  test("[UI22] a forbidden hour comes with the first allowed one", () => {
    const allowedFrom = "2026-11-25T14:00:00.000Z";
    const refusal = moveRefusal(answered("OUTSIDE_CALLING_HOURS", { allowedFrom }), NOW_MS);
    expect(refusal.allowedFrom).toBe(allowedFrom);
    expect(refusal.sentence).toContain("tomorrow, your time");
  });
});
