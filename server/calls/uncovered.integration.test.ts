import { becomes, callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();

test("[CL220] consent taken back cancels what waits and rests on it, nothing else; again it cancels nothing", async () => {
  const ownConsent = new Set<string>();
  const bench = callsBench(database(), {
    consents: {
      consentFor: async (_lead, _business, callId = "") => ({
        aiCalls: ownConsent.has(callId),
        recording: false,
      }),
      record: async () => undefined,
    },
  });
  const { calls, clock, business, documents, news } = bench;
  const leadId = "lead_revoked001";
  const scheduledTime = new Date(clock.nowMs() + 3_600_000).toISOString();
  const ask = (over: { leadId?: string; scheduledTime?: string } = {}) =>
    calls.request(business, { leadId, objective: "Agree on a visit this week", ...over });
  const [queued, booked, covered, other] = [
    await ask(),
    await ask({ scheduledTime }),
    await ask({ scheduledTime }),
    await ask({ leadId: "lead_revoked002" }),
  ];
  ownConsent.add(covered.call_id);
  const caller = {
    accountId: leadId,
    name: "Maria",
    email: "maria@people.test",
    role: "consumer" as const,
    businessId: null,
  };
  const about = { leadId, businessIds: [business.businessId ?? ""] };
  expect(await calls.stops.uncovered({ ...caller, accountId: "acc_stranger" }, about)).toBe(0);
  expect(await calls.stops.uncovered(caller, about)).toBe(2);
  expect(await calls.stops.uncovered(caller, about)).toBe(0);
  for (const { call_id } of [queued, booked]) {
    await becomes(documents, call_id, { status: "cancelled" });
    expect(await calls.access.view(caller, call_id)).toMatchObject({ endReason: "cancelled_before_dialing" });
  }
  // Whoever tells people hears of every call that is planned, and of every end.
  expect(news.toSorted()).toEqual(
    [
      ...[queued, booked, covered, other].map(({ call_id }) => `planned ${call_id}`),
      ...[queued, booked].map(({ call_id }) => `ended ${call_id}`),
    ].toSorted(),
  );
  await becomes(documents, covered.call_id, { status: "scheduled" });
  await becomes(documents, other.call_id, { status: "queued" });
  await documents.updateMany({}, { $set: { status: "failed" } });
});
