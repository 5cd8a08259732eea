import type { Caller } from "#server/accounts/caller.ts";
import { Audit } from "#server/audit/audit.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();

const person = (role: Caller["role"], name: string, businessId: string | null = null): Caller => ({
  accountId: `acc_${name}`,
  name,
  email: `${name}@people.test`,
  role,
  businessId,
});

const OWN = { _id: "call_own", businessId: "biz_own" };
const FOREIGN = { _id: "call_foreign", businessId: "biz_foreign" };
const bea = person("business", "Bea", "biz_own");
const sam = person("supervisor", "Sam");

test("[AU1] [AU2] a business sees what was done about its calls and by its people, supervisors everything", async () => {
  const clock = new ManualClock();
  const audit = new Audit({ connection: database().connection, clock });
  await audit.record(bea, "played_recording", OWN);
  await audit.record(sam, "listened", OWN);
  await audit.record(sam, "took_over", FOREIGN);
  await audit.record(bea, "exported", null);
  await audit.record(sam, "paused_dialing", null);
  const seen = async (by: Caller, about: { callId?: string; act?: "listened" } = {}) =>
    (await audit.list(by, { ...about, limit: 50 })).entries.map((one) => `${one.by.name} ${one.act}`);
  expect(await seen(bea)).toEqual(["Bea exported", "Sam listened", "Bea played_recording"]);
  expect(await seen(sam)).toHaveLength(5);
  expect(await seen(bea, { callId: FOREIGN._id })).toEqual([]);
  expect(await seen(sam, { callId: OWN._id })).toEqual(["Sam listened", "Bea played_recording"]);
  expect(await seen(bea, { act: "listened" })).toEqual(["Sam listened"]);
  expect(await seen(person("business", "Nobody"))).toEqual([]);
  const { entries } = await audit.list(bea, { limit: 50 });
  expect(entries[1]).toMatchObject({
    at: new Date(clock.nowMs()).toISOString(),
    by: { name: "Sam", role: "supervisor" },
    callId: OWN._id,
  });
});

test("[AU2] a page goes on where the one before ended", async () => {
  const audit = new Audit({ connection: database().connection, clock: new ManualClock() });
  const pia = person("business", "Pia", "biz_pages");
  for (let count = 0; count < 5; count++) await audit.record(pia, "exported", null);
  const first = await audit.list(pia, { limit: 3 });
  const second = await audit.list(pia, { limit: 3, before: first.next ?? "" });
  expect([first.entries.length, second.entries.length, second.next]).toEqual([3, 2, null]);
  expect(new Set([...first.entries, ...second.entries].map((one) => one.auditId)).size).toBe(5);
});
