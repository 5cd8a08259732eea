import { createAppointments } from "#server/booking/appointments.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import { CallQueries } from "#server/calls/call-queries.ts";
import { CallStore } from "#server/calls/call-store.ts";
import { createToolServices } from "#server/calls/follow-up.ts";
import { callHead } from "#server/calls/testing/scripted-sides.ts";
import { callsBench } from "#server/calls/testing/calls-bench.ts";
import { createConsents } from "#server/compliance/consents.ts";
import { createSuppressions } from "#server/compliance/suppressions.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { newId } from "#server/lib/ids.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { createSeals } from "#server/lib/sealed.ts";
import { phonePlace } from "#server/calls/phone-place.ts";
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";

const database = useTestDatabase();
const HOUR_MS = 3_600_000;
const seals = createSeals([{ keyId: "k1", key: randomBytes(32) }], randomBytes(32));

/** `meanwhile`: happens after everything was checked, right before the call is stored. */
function office(meanwhile: () => Promise<unknown> = async () => undefined) {
  const bench = callsBench(database());
  const { connection } = database();
  const { clock } = bench;
  const woken: string[] = [];
  const consents = createConsents({ db: connection, clock });
  const suppressions = createSuppressions({ db: connection, clock });
  const rules = { maxAttempts: 3, retryBackoffMs: 1, timeLimitMs: 1 };
  const feed = { event() {}, draft() {}, boardChanged() {} };
  const store = new CallStore({ connection, feed, clock, logger: silentLogger, rules });
  const services = createToolServices({
    appointments: createAppointments({ db: connection, clock, businessById: async () => null }),
    store: { insert: (next) => meanwhile().then(() => store.insert(next)) },
    advance: (callId, input) => store.apply(callId, typeof input === "function" ? input : () => input),
    queries: new CallQueries(connection),
    consents,
    suppressions,
    quietHours: { startHour: 20, endHour: 9 },
    seals,
    clock,
    wake: (call) => woken.push(call._id),
  });
  const call = (): CallHead => {
    const _id = newId("call");
    const head = callHead(clock.nowMs());
    return { ...head, _id, personKey: `person ${_id}`, phone: seals.seal("+12125550123", phonePlace(_id)) };
  };
  return { ...bench, services, consents, suppressions, woken, call };
}

/** The next noon where the callee lives. */
const noonAfter = (nowMs: number) => Math.ceil(nowMs / (24 * HOUR_MS)) * 24 * HOUR_MS + 17 * HOUR_MS;

test("[CL87] the person's wish is a call of its own: same lead, business and number, a receipt, an alarm", async () => {
  const { services, documents, consents, woken, call, clock } = office();
  const first = call();
  const at = noonAfter(clock.nowMs());
  const followUp = await services.followUp(first, at);
  if (followUp.kind !== "planned") throw new Error("It was not planned.");
  const { followUpCallId } = followUp.planned;
  const next = await documents.findOne({ _id: followUpCallId });
  expect(next).toMatchObject({
    status: "scheduled",
    followUpOf: first._id,
    leadId: first.leadId,
    businessId: first.businessId,
    personKey: first.personKey,
    dueAt: new Date(at),
  });
  expect(next?.journal[0]).toMatchObject({ requestedBy: { role: "consumer", accountId: first.consumerId } });
  expect(seals.open(next?.phone ?? "", phonePlace(followUpCallId))).toBe("+12125550123");
  expect(woken).toEqual([followUpCallId]);
  const { leadId, businessId } = first;
  expect((await consents.consentFor(leadId, businessId, followUpCallId)).aiCalls).toBe(true);
  expect((await consents.consentFor(leadId, businessId)).aiCalls).toBe(false);
});

test("[CL87] twenty wishes in one call are one other call", async () => {
  const { services, documents, call, clock } = office();
  const first = call();
  const at = noonAfter(clock.nowMs());
  const wishes = Array.from({ length: 20 }, (_, hour) => services.followUp(first, at + hour * 60_000));
  const planned = new Set((await Promise.all(wishes)).map((wish) => JSON.stringify(wish)));
  expect(planned.size).toBe(1);
  expect(await documents.countDocuments({ followUpOf: first._id })).toBe(1);
});

test("[CL87] not at night, and not for somebody who said stop; a stop cancels what was planned", async () => {
  const { services, documents, suppressions, calls, business, call, clock } = office();
  const first = call();
  const at = noonAfter(clock.nowMs());
  expect(await services.followUp(first, at + 14 * HOUR_MS)).toMatchObject({ kind: "outside" });
  await services.followUp(first, at);
  await calls.stops.stopAll(business, first.personKey);
  expect(await documents.findOne({ followUpOf: first._id })).toMatchObject({ status: "cancelled" });
  const second = { ...call(), personKey: first.personKey };
  expect(await suppressions.isSuppressed(first.personKey)).toBe(true);
  expect(await services.followUp(second, at)).toEqual({ kind: "forbidden" });
});

test("[CL201] a call that was being planned when they opted out stayed planned", async () => {
  const personKey = `person ${newId("call")}`;
  const optOut = () => suppressions.suppress(personKey, "spoken");
  const { services, documents, suppressions, consents, woken, call, clock } = office(() => optOut());
  const first = { ...call(), personKey };
  expect(await services.followUp(first, noonAfter(clock.nowMs()))).toEqual({ kind: "forbidden" });
  const next = await documents.findOne({ followUpOf: first._id });
  expect(next).toMatchObject({ status: "cancelled" });
  expect((await consents.consentFor(first.leadId, first.businessId, next?._id)).aiCalls).toBe(false);
  expect(woken).toEqual([]);
});
