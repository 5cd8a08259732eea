import { CallAccess } from "#server/calls/call-access.ts";
import { callHead } from "#server/calls/testing/scripted-sides.ts";
import { NO_HELP_SIGNALS } from "#shared/call/help-signals.ts";
import { expect, test } from "vitest";

const person = { accountId: "acc_1", name: "Maria", email: "maria@people.test" };
const caller = {
  consumer: { ...person, role: "consumer", businessId: null },
  business: { ...person, role: "business", businessId: "biz_00000001" },
} as const;

test("[CL60] a consumer's list of calls has neither costs nor flags; the business's has both", async () => {
  const signals = { ...NO_HELP_SIGNALS, unhappy: 4 };
  const row = { ...callHead(0).summary, totalCents: 12, lastFlag: "They are upset", signals };
  const queries = { list: async () => ({ calls: [row], next: null }) };
  const access = new CallAccess(
    { head: async () => null, events: async () => null, draftOf: async () => null },
    queries,
  );
  const page = { limit: 10 };
  expect((await access.list(caller.consumer, page)).calls).toEqual([
    { ...row, totalCents: null, lastFlag: null, signals: NO_HELP_SIGNALS },
  ]);
  expect((await access.list(caller.business, page)).calls).toEqual([row]);
});
