import { CallQueries } from "#server/calls/call-queries.ts";
import { Lines } from "#server/calls/dialing/lines.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import fc from "fast-check";
import { setImmediate as nextTurn } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";

const database = useTestDatabase();
const calls = () => database().connection.collection<{ _id: string; status: string }>("calls");

beforeEach(async () => {
  await calls().deleteMany({});
  await database().connection.collection("lines").deleteMany({});
});

/** One server's view of the lines; between its look at the lines and its count of the calls `delay` turns of the event loop go by. */
function server(maxLiveCalls: number, delay = () => 0, clock = new ManualClock()) {
  const { connection } = database();
  const queries = new CallQueries(connection);
  const countLive = async () => {
    for (let turns = delay(); turns > 0; turns--) await nextTurn();
    return queries.countLive();
  };
  return new Lines({ connection, queries: { countLive }, clock, maxLiveCalls });
}

const live = () => calls().countDocuments({ status: "dialing" });

test("[CL320] counted then claimed, several servers passed MAX_LIVE_CALLS together: whatever runs between their steps, they never do", async () => {
  let claims = 0;
  const step = fc.record({ before: fc.nat(3), claim: fc.nat(3), lost: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 5 }),
      fc.integer({ min: 1, max: 4 }),
      async (servers, max) => {
        await calls().deleteMany({});
        let claimed = 0;
        const dial = async (plan: (typeof servers)[number]) => {
          for (const { before, claim, lost } of plan) {
            const lines = server(max, () => before);
            const line = await lines.take();
            if (line === null) continue;
            for (let turns = claim; turns > 0; turns--) await nextTurn();
            if (!lost) {
              await calls().insertOne({ _id: `call_${++claims}`, status: "dialing" });
              claimed += 1;
            }
            expect(await live()).toBeLessThanOrEqual(max);
            await lines.free(line);
          }
        };
        await Promise.all(servers.map(dial));
        expect(claimed).toBeLessThanOrEqual(max);
        // Nothing is left behind: what is not claimed may be.
        const next = await server(max).take();
        expect(next !== null).toBe(claimed < max);
        if (next !== null) await server(max).free(next);
      },
    ),
    { numRuns: 60 },
  );
});

test("[CL320] a line whose server died before it was freed is lent for a minute, not lost", async () => {
  const clock = new ManualClock();
  const lines = server(1, () => 0, clock);
  expect(await lines.take()).not.toBeNull();
  expect(await lines.take()).toBeNull();
  clock.advance(59_000);
  expect(await lines.take()).toBeNull();
  clock.advance(2000);
  expect(await lines.take()).not.toBeNull();
});
