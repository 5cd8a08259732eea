import { createPhones } from "#server/accounts/phones.ts";
import { readPhoneNumber } from "#server/accounts/phone-number.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { createSeals } from "#server/lib/sealed.ts";
import { rotateKeys, rotateOnce } from "#server/privacy/rotate-keys.ts";
import { randomBytes } from "node:crypto";
import { beforeEach, expect, test } from "vitest";

const database = useTestDatabase();
const oldKey = { keyId: "k1", key: randomBytes(32) };
/** An id that begins like the old one, with a character that a pattern would read. */
const newKey = { keyId: "k1.b", key: randomBytes(32) };
const indexKey = randomBytes(32);
const BOTH = [newKey, oldKey];
const MANY = 30;
const clock = new ManualClock();
const numberOf = (index: number) => `+121255501${String(index).padStart(2, "0")}`;

const phonesWith = (keys: typeof BOTH) =>
  createPhones({ db: database().db, seals: createSeals(keys, indexKey), clock });
const callRows = () => database().db.collection<{ _id: string; phone: string }>("calls");
const place = (documentId: string) => ({ collection: "calls", field: "phone", documentId });
const save = (keys: typeof BOTH, index: number) =>
  phonesWith(keys).save(`acc_${index}`, readPhoneNumber(numberOf(index)));

beforeEach(async () => {
  const { db } = database();
  for (const name of ["phones", "calls"]) await db.collection(name).deleteMany({});
  const seals = createSeals([oldKey], indexKey);
  for (let index = 0; index < MANY; index++) {
    await save([oldKey], index);
    const _id = `call_${index}`;
    await callRows().insertOne({ _id, phone: seals.seal(numberOf(index), place(_id)) });
  }
});

/** Everything opens with the new key alone, and says what it said. */
async function expectRotated() {
  const phones = phonesWith([newKey]);
  const seals = createSeals([newKey], indexKey);
  for (let index = 0; index < MANY; index++) {
    expect((await phones.of(`acc_${index}`))?.e164).toBe(numberOf(index));
    const row = await callRows().findOne({ _id: `call_${index}` });
    expect(seals.open(row?.phone ?? "", place(`call_${index}`))).toBe(numberOf(index));
  }
}

test("[PD6] every number is sealed under the newest key; none is left under the old one", async () => {
  expect(await rotateKeys(database().db, BOTH, indexKey)).toEqual({ resealed: 2 * MANY, left: 0 });
  await expectRotated();
  expect(await rotateKeys(database().db, BOTH, indexKey)).toEqual({ resealed: 0, left: 0 });
});

test("[PD6] killed after each number, run again: it goes on, and numbers can be read all the time", async () => {
  const { db } = database();
  let kills = 0;
  for (let isOver = false; !isOver; kills++) {
    isOver = true;
    for await (const result of rotateOnce(db, BOTH, indexKey)) {
      expect(result).toBe("resealed");
      isOver = false;
      break;
    }
    const index = kills % MANY;
    const found = await db
      .collection("phones")
      .findOne({ phoneKey: phonesWith(BOTH).keyOf(numberOf(index)) });
    expect(found?._id).toBe(`acc_${index}`);
    expect((await phonesWith(BOTH).of(`acc_${index}`))?.e164).toBe(numberOf(index));
  }
  expect(kills).toBe(2 * MANY + 1);
  await expectRotated();
});

test("[PD6] numbers that are written meanwhile are not overwritten, and are rotated too", async () => {
  const { db } = database();
  let written = 0;
  for await (const _result of rotateOnce(db, BOTH, indexKey)) {
    // A server that does not have the new key yet, and one that has: between the reading and the writing of others.
    await save([oldKey], written % MANY);
    await save(BOTH, (written + 7) % MANY);
    written += 1;
  }
  expect(written).toBeGreaterThanOrEqual(MANY);
  expect(await rotateKeys(db, BOTH, indexKey)).toMatchObject({ left: 0 });
  await expectRotated();
});

test("[PD6] a value that was changed between reading and writing stays as it was changed", async () => {
  const { db } = database();
  const rows = rotateOnce(db, BOTH, indexKey);
  await rows.next();
  const other = "+16045550199";
  const changed = { ...createPhones({ db, seals: createSeals([oldKey], indexKey), clock }) };
  for (let index = 0; index < MANY; index++) await changed.save(`acc_${index}`, readPhoneNumber(other));
  for await (const _result of rows) continue;
  await rotateKeys(db, BOTH, indexKey);
  for (let index = 0; index < MANY; index++) {
    expect((await phonesWith([newKey]).of(`acc_${index}`))?.e164).toBe(other);
  }
});

test("[PD7] a key that was removed too early: told, nothing lost, and done once it is back", async () => {
  const { db } = database();
  expect(await rotateKeys(db, [newKey], indexKey)).toEqual({ resealed: 0, left: 2 * MANY });
  expect((await phonesWith([oldKey]).of("acc_0"))?.e164).toBe(numberOf(0));
  expect(await rotateKeys(db, BOTH, indexKey)).toEqual({ resealed: 2 * MANY, left: 0 });
});
