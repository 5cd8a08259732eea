import { createAccountsFixture } from "#server/accounts/accounts-fixture.suite.ts";
import type { Caller } from "#server/accounts/caller.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { Failure } from "#server/lib/failure.ts";
import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";

const database = useTestDatabase();
const suppressed = new Set<string>();
let fixture: ReturnType<typeof createAccountsFixture>;
beforeAll(() => {
  const isSuppressed = async (phoneKey: string) => suppressed.has(phoneKey);
  fixture = createAccountsFixture(database(), { parts: { isSuppressed } });
});

/** Somebody with an account; phones need nothing more of it. */
const somebody = (): Caller => ({
  accountId: `acc_${randomUUID()}`,
  name: "Pat",
  email: "pat@people.test",
  role: "consumer",
  businessId: null,
});

let nextNumber = 100;
const freshNumber = () => `+1212555${String(nextNumber++).padStart(4, "0")}`;

const codeOf = (text: string | undefined) => /\d{6}/.exec(text ?? "")?.[0] ?? "";
const lastCode = () => codeOf(fixture.texts.at(-1)?.body);
const otherThan = (code: string) => (code === "000000" ? "111111" : "000000");

async function refusal(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error;
}

test("[AC13] a texted code proves a number; it is stored sealed and shown masked", async () => {
  const { accounts, texts } = fixture;
  const caller = somebody();
  const phoneNumber = freshNumber();
  const sent = await accounts.sendPhoneCode(caller, { phoneNumber });
  expect(sent).toEqual({ sent: true, expiresInSeconds: 600 });
  expect(texts.at(-1)?.to).toBe(phoneNumber);
  const proven = await accounts.verifyPhone(caller, { phoneNumber, code: lastCode() });
  expect(proven).toEqual({ verified: true, phone: `•••• ${phoneNumber.slice(-4)}` });
  expect((await accounts.me(caller)).phone).toBe(proven.phone);
  expect(await accounts.phoneOf(caller.accountId)).toEqual({
    e164: phoneNumber,
    phoneKey: accounts.phoneKeyOf(`(212) 555-${phoneNumber.slice(-4)}`),
    masked: proven.phone,
    timeZone: "America/New_York",
  });
});

test("[AC13] the number is nowhere in the database, nor is the code", async () => {
  const { accounts } = fixture;
  const caller = somebody();
  const phoneNumber = freshNumber();
  await accounts.sendPhoneCode(caller, { phoneNumber });
  const code = lastCode();
  const dump = async () => {
    const { db } = database();
    const collections = await db.listCollections().toArray();
    const all = await Promise.all(collections.map(({ name }) => db.collection(name).find().toArray()));
    return JSON.stringify(all);
  };
  expect(await dump()).not.toContain(code);
  await accounts.verifyPhone(caller, { phoneNumber, code });
  expect(await dump()).not.toContain(phoneNumber.slice(2));
  expect(await dump()).toContain(caller.accountId);
});

test("[AC14] five wrong codes void the code, also when they are tried at once", async () => {
  const { accounts } = fixture;
  const caller = somebody();
  const phoneNumber = freshNumber();
  await accounts.sendPhoneCode(caller, { phoneNumber });
  const code = lastCode();
  const wrong = { phoneNumber, code: otherThan(code) };
  const replies = await Promise.all([1, 2, 3, 4, 5].map(() => refusal(accounts.verifyPhone(caller, wrong))));
  for (const reply of replies) expect(reply.code).toBe("CODE_WRONG");
  expect((await refusal(accounts.verifyPhone(caller, { phoneNumber, code }))).code).toBe("CODE_WRONG");
  expect(await accounts.phoneOf(caller.accountId)).toBeNull();
});

test("[AC14] after four wrong codes the right one still works, and only once", async () => {
  const { accounts } = fixture;
  const caller = somebody();
  const phoneNumber = freshNumber();
  await accounts.sendPhoneCode(caller, { phoneNumber });
  const code = lastCode();
  for (let tries = 0; tries < 4; tries++) {
    await refusal(accounts.verifyPhone(caller, { phoneNumber, code: otherThan(code) }));
  }
  await accounts.verifyPhone(caller, { phoneNumber, code });
  expect((await refusal(accounts.verifyPhone(caller, { phoneNumber, code }))).code).toBe("CODE_WRONG");
});

test("[AC14] a code works ten minutes, for its account and its number only; a new one replaces it", async () => {
  const { accounts, clock } = fixture;
  const [caller, other] = [somebody(), somebody()];
  const [phoneNumber, another] = [freshNumber(), freshNumber()];
  await accounts.sendPhoneCode(caller, { phoneNumber });
  const first = lastCode();
  for (const attempt of [
    accounts.verifyPhone(other, { phoneNumber, code: first }),
    accounts.verifyPhone(caller, { phoneNumber: another, code: first }),
  ]) {
    expect((await refusal(attempt)).code).toBe("CODE_WRONG");
  }
  await accounts.sendPhoneCode(caller, { phoneNumber });
  const second = lastCode();
  if (first !== second) await refusal(accounts.verifyPhone(caller, { phoneNumber, code: first }));
  clock.advance(10 * 60_000);
  expect((await refusal(accounts.verifyPhone(caller, { phoneNumber, code: second }))).code).toBe(
    "CODE_WRONG",
  );
});

test("[AC15] three codes an hour per account, and three per number through however many accounts", async () => {
  const { accounts, clock } = fixture;
  const caller = somebody();
  const numbers = [freshNumber(), freshNumber(), freshNumber(), freshNumber()];
  for (const phoneNumber of numbers.slice(0, 3)) await accounts.sendPhoneCode(caller, { phoneNumber });
  const [, , , fourth = ""] = numbers;
  const refused = await refusal(accounts.sendPhoneCode(caller, { phoneNumber: fourth }));
  expect(refused).toMatchObject({ code: "RATE_LIMITED", data: { retryAfterSeconds: 3600 } });

  const victim = freshNumber();
  const flood = Array.from({ length: 8 }, () => accounts.sendPhoneCode(somebody(), { phoneNumber: victim }));
  const outcomes = await Promise.allSettled(flood);
  expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(3);

  clock.advance(3_600_000);
  await accounts.sendPhoneCode(caller, { phoneNumber: fourth });
  await accounts.sendPhoneCode(somebody(), { phoneNumber: victim });
});

test("[AC15] an account that may not ask any more takes no place from the number", async () => {
  const { accounts } = fixture;
  const caller = somebody();
  const target = freshNumber();
  for (let round = 0; round < 3; round++)
    await accounts.sendPhoneCode(caller, { phoneNumber: freshNumber() });
  for (let round = 0; round < 5; round++)
    await refusal(accounts.sendPhoneCode(caller, { phoneNumber: target }));
  await accounts.sendPhoneCode(somebody(), { phoneNumber: target });
});

test("[AC16] a number that opted out gets no text", async () => {
  const { accounts, texts } = fixture;
  const phoneNumber = freshNumber();
  suppressed.add(accounts.phoneKeyOf(phoneNumber));
  const before = texts.length;
  expect((await refusal(accounts.sendPhoneCode(somebody(), { phoneNumber }))).code).toBe("SUPPRESSED");
  expect(texts).toHaveLength(before);
});
