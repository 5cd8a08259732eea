import type { CallDocument } from "#server/calls/call-document.ts";
import { type DueAt, newCall } from "#server/calls/new-call.ts";
import { createConsents } from "#server/compliance/consents.ts";
import type { Database } from "#server/database/connection.ts";
import { createAgendaAlarms } from "#server/jobs/agenda/agenda-alarms.ts";
import { systemClock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { createSeals, type Seals } from "#server/lib/sealed.ts";
import { randomBytes } from "node:crypto";

const CALLS_PER_BUSINESS = 10;
const AREA_CODES = [612, 313, 216, 412, 305];
const PER_AREA = 1_000;
const AT_ONCE = 20;
const WAITED_MS = 10 * 60_000;

/** In the sandbox's phone network a number that ends in 7 is busy. Only ever dialled there. */
const busyNumber = (index: number): string =>
  `+1${AREA_CODES[Math.floor(index / PER_AREA)] ?? 612}555${String(index % PER_AREA).padStart(3, "0")}7`;

const MOST_CALLS = AREA_CODES.length * PER_AREA;

type Wanted = { calls: number; fromMs: number; overMs: number };
type Keys = { fieldKeys: { keyId: string; key: Buffer }[]; indexKey: Buffer };

/**
 * Stores calls that are booked for instants evenly spread over a time, ten for each business, each to another person, with consent and alarm, by the code of
 * the product that stores them; only the request through the API is left out, because it would take 5,500 sign-ups.
 */
export async function scheduleCalls(
  { connection, db }: Database,
  keys: Keys,
  { calls, fromMs, overMs }: Wanted,
): Promise<void> {
  if (calls > MOST_CALLS) throw new RangeError(`There are numbers for ${MOST_CALLS} calls.`);
  const clock = systemClock;
  const seals = createSeals(keys.fieldKeys, keys.indexKey);
  const consents = createConsents({ db: connection, clock });
  const alarms = createAgendaAlarms({ db, logger: silentLogger });
  const dueAt = (index: number) => ({
    at: fromMs + Math.floor((index * overMs) / calls),
    why: "booked" as const,
  });
  const documents = Array.from({ length: calls }, (_, index) =>
    callTo(index, { dueAt: dueAt(index), nowMs: clock.nowMs() }, seals),
  );
  for (let business = 0; business * CALLS_PER_BUSINESS < calls; business++) {
    await consents.record([{ ...idsOf(business), legalName: "Acme LLC", aiCalls: true }]);
  }
  await connection.collection<CallDocument>("calls").insertMany(documents);
  const left = [...documents];
  const setAlarms = async () => {
    for (let call = left.pop(); call !== undefined; call = left.pop())
      await alarms.set("call.due", call._id, call.dueAt ?? new Date());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, setAlarms));
}

/** Stores calls that wait for their turn since some minutes. */
export async function queueCalls({ connection }: Database, calls: number): Promise<CallDocument[]> {
  const seals = createSeals([{ keyId: "k1", key: randomBytes(32) }], randomBytes(32));
  const fromMs = systemClock.nowMs() - WAITED_MS;
  const documents = Array.from({ length: calls }, (_, index) =>
    callTo(index, { dueAt: null, nowMs: fromMs + index }, seals),
  );
  await connection.collection<CallDocument>("calls").insertMany(documents);
  return documents;
}

/** The call number `index` of a run. */
function callTo(index: number, when: { dueAt: DueAt; nowMs: number }, seals: Seals): CallDocument {
  const business = Math.floor(index / CALLS_PER_BUSINESS);
  const e164 = busyNumber(index);
  return newCall(
    {
      ids: idsOf(business),
      briefing: briefingOf(business),
      phone: { e164, phoneKey: seals.blindIndex(e164), masked: "•••• 0007" },
      by: { kind: "person", accountId: newId("tok"), name: "Bench", role: "business" },
      ...when,
    },
    seals,
  );
}

const idsOf = (business: number) => {
  const number = String(business).padStart(8, "0");
  return { businessId: `biz_${number}`, leadId: `lead_${number}`, consumerId: `acc_${number}` };
};

const briefingOf = (business: number) => ({
  businessName: `Acme ${business}`,
  legalName: "Acme LLC",
  voice: "marin",
  callbackNumber: null,
  consumerName: "Maria",
  category: "plumbing",
  need: "The pipe under my kitchen sink is leaking.",
  objective: "Find out what is broken and when somebody may come by.",
  timeZone: "America/New_York",
});
