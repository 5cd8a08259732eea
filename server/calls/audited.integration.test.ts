import type { AuditDocument } from "#server/audit/audit.ts";
import type { Caller } from "#server/accounts/caller.ts";
import { callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
const sam: Caller = {
  accountId: "acc_sam",
  name: "Sam",
  email: "sam@people.test",
  role: "supervisor",
  businessId: null,
};

const audited = () =>
  database()
    .connection.collection<AuditDocument>("audits")
    .find({}, { projection: { _id: 0, act: 1, name: 1, businessId: 1, callId: 1 } })
    .sort({ _id: 1 })
    .toArray();

test("[AU1] [AU3] who cancelled and who paused is kept, and a cancel that changed nothing is no act", async () => {
  const { calls, business } = callsBench(database());
  const request = { leadId: "lead_audited1", objective: "Ask about the roof." };
  const { call_id: callId } = await calls.request(business, request);
  await calls.stops.cancel(sam, callId);
  await calls.stops.cancel(business, callId);
  await calls.pausing.pause(sam, "A test.");
  await calls.pausing.resume(sam);
  const bySam = { name: "Sam", businessId: null, callId: null };
  await expect.poll(audited, { timeout: 20_000 }).toEqual(
    expect.arrayContaining([
      { act: "cancelled", name: "Sam", businessId: business.businessId, callId },
      { act: "paused_dialing", ...bySam },
      { act: "resumed_dialing", ...bySam },
    ]),
  );
  await calls.stop();
  expect(await audited()).toHaveLength(3);
});
