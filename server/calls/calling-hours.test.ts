import type { Caller } from "#server/accounts/caller.ts";
import { callingHours } from "#server/calls/calling-hours.ts";
import type { CallParties } from "#server/calls/request-call.ts";
import { describe, expect, test } from "vitest";

const caller: Caller = {
  accountId: "acc_owner",
  name: "Ann",
  email: "ann@acme.test",
  role: "business",
  businessId: "biz_acme",
};
const QUIET = { startHour: 20, endHour: 9 };

function parties(postalCode: string, found: Partial<CallParties> = {}): CallParties {
  const unexpected = () => Promise.reject(new Error("Not asked for."));
  return {
    businessById: async (businessId) => ({
      businessId,
      complete: true,
      name: "Acme",
      legalName: "Acme Inc.",
      categories: [],
      postalCodes: [],
      timeZone: "America/New_York",
      hours: { opens: "09:00", closes: "17:00" },
      typicalPriceCents: null,
      voice: "marin",
      voicemail: { kind: "hang_up" },
    }),
    leadForCall: async () => ({
      consumerId: "acc_maria",
      consumerName: "Maria",
      category: "plumbing",
      description: "A leak.",
      timeZone: "America/New_York",
      postalCode,
    }),
    matchFor: async () => ({ status: "pending" }),
    phoneOf: async () => ({ e164: "+12125550123", phoneKey: "key", masked: "•••• 0123" }),
    consentFor: unexpected,
    isSuppressed: unexpected,
    ...found,
  };
}

const at = (instant: string, found = parties("11201")) =>
  callingHours(caller, "lead_1", {
    parties: found,
    clock: { nowMs: () => Date.parse(instant) },
    quietHours: QUIET,
  });

describe("whether the hour allows a call", () => {
  test("[CL290] in the day it does, at night it names the first instant that is allowed", async () => {
    const noon = "2026-11-24T17:00:00.000Z";
    expect(await at(noon)).toEqual({ allowedNow: true, allowedFrom: noon });
    expect(await at("2026-11-25T02:00:00.000Z")).toEqual({
      allowedNow: false,
      allowedFrom: "2026-11-25T14:00:00.000Z",
    });
  });

  test("[CL290] the law of the person's state counts, as it does when the call is asked for", async () => {
    // Rhode Island allows no calls after 6 p.m.
    const sevenPm = "2026-11-25T00:00:00.000Z";
    expect(await at(sevenPm, parties("02903"))).toMatchObject({ allowedNow: false });
    expect(await at(sevenPm, parties("11201"))).toMatchObject({ allowedNow: true });
  });

  test("[CL290] nobody learns it about a lead that is not theirs, or that has no number", async () => {
    const noon = "2026-11-24T17:00:00.000Z";
    const code = (found: Partial<CallParties>) => at(noon, parties("11201", found));
    await expect(code({ matchFor: async () => null })).rejects.toMatchObject({ code: "NOT_MATCHED" });
    await expect(code({ leadForCall: async () => null })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(code({ phoneOf: async () => null })).rejects.toMatchObject({ code: "PHONE_MISSING" });
  });
});
