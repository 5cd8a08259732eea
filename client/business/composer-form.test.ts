import { composerSchema, requestProblem } from "#client/business/composer-form.ts";
import { instantOf, localTimeOf } from "#client/ui/local-time.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import { ORPCError } from "@orpc/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const NOW_MS = Date.parse("2026-11-24T15:00:00.000Z");
const MINUTE_MS = 60_000;

/** As the client library builds it from an answer of the contract. */
const answered = (code: keyof typeof ERRORS, data?: unknown) =>
  new ORPCError(code, { defined: true, message: ERRORS[code].message, data });
const sentence = (error: unknown) => requestProblem(error, "America/New_York", NOW_MS).sentence;

describe("the composer of a call request", () => {
  test("[UI6] an allowed instant survives the way through the time field, rounded up to the minute", () => {
    // Not at night: the hour that a change of the clocks repeats has two instants, and no call is allowed in it.
    const daytime = fc
      .date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
      .filter((date) => date.getHours() >= 5);
    fc.assert(
      fc.property(daytime, (date) => {
        const back = Date.parse(instantOf(localTimeOf(date.toISOString())) ?? "");
        expect(back - date.getTime()).toBeGreaterThanOrEqual(0);
        expect(back - date.getTime()).toBeLessThan(MINUTE_MS);
      }),
    );
  });

  test("[UI6] an objective needs ten characters, a chosen time has to be complete", () => {
    const form = { objective: "Agree a visit.", when: "now", localTime: "" };
    expect(composerSchema.safeParse(form).success).toBe(true);
    expect(composerSchema.safeParse({ ...form, objective: "  too few  " }).success).toBe(false);
    expect(composerSchema.safeParse({ ...form, when: "later" }).success).toBe(false);
    expect(composerSchema.safeParse({ ...form, when: "later", localTime: "2026-11-25T09:00" }).success).toBe(
      true,
    );
  });

  test("[UI6] a time outside the hours names the first allowed one, theirs before ours, and offers it", () => {
    const allowedFrom = "2026-11-25T14:00:00.000Z";
    const problem = requestProblem(
      answered("OUTSIDE_CALLING_HOURS", { allowedFrom }),
      "America/New_York",
      NOW_MS,
    );
    expect(problem.wayOut).toEqual({ kind: "useTime", at: allowedFrom });
    expect(problem.sentence).toContain("9:00 AM tomorrow in New York");
  });

  test("[UI6] a limit says when the next call is possible", () => {
    expect(sentence(answered("RATE_LIMITED", { retryAfterSeconds: 600 }))).toContain(
      "The next is possible at",
    );
  });

  test("[UI6] every other refusal has a sentence of its own", () => {
    const codes = [
      "PROFILE_MISSING",
      "NOT_MATCHED",
      "MATCH_NOT_INTERESTED",
      "PHONE_MISSING",
      "CONSENT_MISSING",
      "SUPPRESSED",
      "BAD_TIME",
      "NOT_FOUND",
      "INVALID_INPUT",
    ] as const;
    const sentences = codes.map((code) => sentence(answered(code)));
    expect(new Set(sentences).size).toBe(codes.length);
    expect(sentence(new TypeError("fetch failed"))).toContain("can't be reached");
  });

  test("[UI6] where something can be done about it, the refusal offers that", () => {
    const kindOf = (code: keyof typeof ERRORS) =>
      requestProblem(answered(code), "America/New_York", NOW_MS).wayOut?.kind;
    expect(kindOf("BAD_TIME")).toBe("callNow");
    expect(kindOf("PROFILE_MISSING")).toBe("settings");
    expect(kindOf("NOT_MATCHED")).toBe("settings");
    expect(kindOf("MATCH_NOT_INTERESTED")).toBe("sayInterested");
    expect(kindOf("SUPPRESSED")).toBeUndefined();
  });
});
