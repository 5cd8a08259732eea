import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { ServerBeats } from "#server/insights/server-beats.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();

test("[IN14] each server is listed with its calls; one that says nothing is silent, one that stopped in order is gone", async () => {
  const clock = new ManualClock();
  const calls = { srv_a: 3, srv_b: 0 };
  const server = (instance: keyof typeof calls) =>
    new ServerBeats({
      connection: database().connection,
      instance,
      liveCalls: async () => calls[instance],
      clock,
      logger: silentLogger,
    });
  const seen = async () =>
    (await one.list()).map(({ serverId, liveCalls, isSilent }) => ({ serverId, liveCalls, isSilent }));
  const one = server("srv_a");
  one.start();
  await expect.poll(seen).toEqual([{ serverId: "srv_a", liveCalls: 3, isSilent: false }]);
  clock.advance(1_000);
  const other = server("srv_b");
  other.start();
  await expect.poll(async () => (await seen()).length).toBe(2);
  calls.srv_b = 7;
  clock.advance(10_000);
  await expect.poll(seen).toContainEqual({ serverId: "srv_b", liveCalls: 7, isSilent: false });
  await one.stop();
  expect((await seen()).map(({ serverId }) => serverId)).toEqual(["srv_b"]);
  await other.stop();
  expect(await seen()).toEqual([]);
  expect(clock.pending).toBe(0);
});

test("[IN14] a server that was killed is shown as silent after 35 seconds", async () => {
  const clock = new ManualClock();
  const parts = { connection: database().connection, liveCalls: async () => 1, clock, logger: silentLogger };
  const at = new Date(clock.nowMs());
  const expiresAt = new Date(clock.nowMs() + 3_600_000);
  await database()
    .connection.collection<{ _id: string }>("servers")
    .insertOne({ _id: "srv_killed", startedAt: at, beatAt: at, liveCalls: 2, expiresAt } as { _id: string });
  const watcher = new ServerBeats({ ...parts, instance: "srv_c" });
  clock.advance(35_000);
  expect(await watcher.list()).toMatchObject([{ serverId: "srv_killed", isSilent: false }]);
  clock.advance(1);
  expect(await watcher.list()).toMatchObject([{ serverId: "srv_killed", liveCalls: 2, isSilent: true }]);
});
