import type { Caller } from "#server/accounts/caller.ts";
import type { AuditDocument } from "#server/audit/audit.ts";
import { callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { Failure } from "#server/lib/failure.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
const sam: Caller = {
  accountId: "acc_sam",
  name: "Sam",
  email: "sam@people.test",
  role: "supervisor",
  businessId: null,
};

test("[CL390] [UI35] the number of a call is opened for its business and supervisors, and each time it is noted who asked", async () => {
  const { calls, documents, business } = callsBench(database());
  const { business: stranger } = callsBench(database());
  const request = { leadId: "lead_revealed", objective: "Ask about the roof." };
  const { call_id: callId } = await calls.request(business, request);
  const whole = { callId, phoneNumber: "+12125550123" };
  expect(await calls.numbers.reveal(business, callId)).toEqual(whole);
  expect(await calls.numbers.reveal(sam, callId)).toEqual(whole);
  await expect(calls.numbers.reveal(stranger, callId)).rejects.toEqual(new Failure("NOT_FOUND"));
  await documents.updateOne({ _id: callId }, { $set: { phone: "" } });
  await expect(calls.numbers.reveal(sam, callId)).rejects.toEqual(new Failure("NOT_POSSIBLE"));
  const acts = database()
    .connection.collection<AuditDocument>("audits")
    .find({ callId, act: "revealed_number" }, { projection: { _id: 0, role: 1, accountId: 1 } })
    .sort({ _id: 1 });
  expect(await acts.toArray()).toEqual([
    { role: "business", accountId: business.accountId },
    { role: "supervisor", accountId: sam.accountId },
  ]);
  await calls.stop();
});
