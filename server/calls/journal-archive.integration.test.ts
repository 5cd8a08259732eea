import type { ArchivedEvent, CallDocument } from "#server/calls/call-document.ts";
import { CallStore } from "#server/calls/call-store.ts";
import { callHead } from "#server/calls/testing/scripted-sides.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { CallEvent } from "#shared/call/events.ts";
import * as fc from "fast-check";
import type { Connection } from "mongoose";
import { expect, test } from "vitest";

const database = useTestDatabase();

/** A server's store; while `failing` its archive takes nothing. */
function server(clock: ManualClock, failing: { now: boolean }) {
  const { connection } = database();
  const collection = (name: string) => {
    const real = connection.collection(name);
    const insertMany = async (...given: Parameters<typeof real.insertMany>) => {
      if (failing.now) throw new Error("no archive");
      return real.insertMany(...given);
    };
    return new Proxy(real, {
      get: (target, property) =>
        name === "callEvents" && property === "insertMany" ? insertMany : Reflect.get(target, property),
    });
  };
  return new CallStore({
    connection: { collection } as unknown as Connection,
    feed: { event() {}, draft() {}, boardChanged() {} },
    clock,
    logger: silentLogger,
    rules: { maxAttempts: 3, retryBackoffMs: 1, timeLimitMs: 1 },
  });
}

/** What is stored of a call, read in the order that readers use: the document first. */
async function stored(callId: string) {
  const calls = database().connection.collection<CallDocument>("calls");
  const call = await calls.findOne({ _id: callId });
  const archive = database().connection.collection<ArchivedEvent>("callEvents");
  const rows = await archive.find({ callId }).toArray();
  return { call, archived: new Set(rows.map(({ seq }) => seq)) };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

const act = fc.record({
  who: fc.constantFrom(0, 1),
  events: fc.integer({ min: 1, max: 9 }),
  fails: fc.boolean(),
  passes: fc.boolean(),
});

test("[CL310] [CL311] whoever writes, and whatever the archive misses: document and archive have every event, at every moment", async () => {
  let calls = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 10, maxLength: 40 }),
      fc.integer({ min: 0, max: 60 }),
      async (acts, after) => {
        const [clock, failing] = [new ManualClock(), { now: false }];
        const stores = [server(clock, failing), server(clock, failing)];
        const callId = `call_archive${String(++calls).padStart(4, "0")}`;
        const journal: CallEvent[] = [];
        await stores[0]?.insert({ ...callHead(clock.nowMs()), _id: callId, seq: 0, journal });
        for (const [at, { who, events, fails, passes }] of acts.entries()) {
          failing.now = fails;
          const fresh = numbers(1, events).map((one) => ({ type: "opening.heard" as const, atMs: one }));
          await stores[who]?.record(callId, null, `rec_${at}`, fresh);
          if (passes) clock.advance(200);
          const { call, archived } = await stored(callId);
          const { archivedSeq = 0, seq = 0 } = call ?? {};
          expect(call?.journal.map((event) => event.seq)).toEqual(numbers(archivedSeq + 1, seq));
          expect(numbers(1, archivedSeq).filter((one) => !archived.has(one))).toEqual([]);
        }
        const read = await stores[0]?.events(callId, after);
        expect(read?.events.map((event) => event.seq)).toEqual(numbers(after + 1, read?.seq ?? 0));
      },
    ),
    { numRuns: 12 },
  );
});

test("[CL310] a long call with one owner keeps a short journal in its document, and reads as a whole", async () => {
  const [clock, callId] = [new ManualClock(), "call_archivelong"];
  const store = server(clock, { now: false });
  await store.insert({ ...callHead(clock.nowMs()), _id: callId, seq: 0, journal: [] });
  for (const at of numbers(1, 60)) {
    await store.record(callId, null, `rec_${at}`, [{ type: "opening.heard", atMs: at }]);
    clock.advance(200);
    await expect.poll(async () => (await stored(callId)).archived.has(at), { timeout: 20_000 }).toBe(true);
  }
  expect((await stored(callId)).call?.journal.length).toBeLessThanOrEqual(20);
  expect((await store.events(callId, 0))?.events.map((event) => event.seq)).toEqual(numbers(1, 60));
  expect((await store.events(callId, 58))?.events.map((event) => event.seq)).toEqual([59, 60]);
});
