import { becomes, callsBench } from "#server/calls/testing/calls-bench.ts";
import type { Caller } from "#server/accounts/caller.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
const objective = "Agree on a visit this week";
const supervisor: Caller = {
  accountId: "acc_super",
  name: "Sue",
  email: "sue@people.test",
  role: "supervisor",
  businessId: null,
};

test("[IN6] a suppressed number loses its waiting calls by every business, gets no new one, and other people keep theirs", async () => {
  const bench = callsBench(database());
  const other = callsBench(database(), { clock: bench.clock });
  const leadId = "lead_quiet0001";
  const ask = async (from: typeof bench, about: string) =>
    (await from.calls.request(from.business, { leadId: about, objective })).call_id;
  const [first, second, others] = [
    await ask(bench, leadId),
    await ask(other, leadId),
    await ask(bench, "lead_other0001"),
  ];
  expect(await bench.calls.stops.suppress(supervisor, `key of ${leadId}`)).toBe(2);
  await becomes(bench.documents, first, { status: "cancelled" });
  await becomes(bench.documents, second, { status: "cancelled" });
  expect(await bench.documents.findOne({ _id: others })).toMatchObject({ status: "queued" });
  await expect(ask(other, leadId)).rejects.toMatchObject({ code: "SUPPRESSED" });
  expect(await bench.calls.stops.suppress(supervisor, `key of ${leadId}`)).toBe(0);
  const kept = await database()
    .connection.collection("suppressions")
    .find({ phoneKey: `key of ${leadId}` })
    .toArray();
  expect(kept).toMatchObject([{ how: "supervisor" }]);
});
