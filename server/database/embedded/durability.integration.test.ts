import { afterAll, describe, expect, test } from "vitest";
import { startEmbeddedDatabase, type EmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { testFolders, withClient } from "#server/database/embedded/test-process.ts";

const folders = testFolders();
afterAll(() => folders.remove());

describe("killed while writing", () => {
  test("[DB1] no answered write is lost and indexes agree, in three rounds", async () => {
    const dataDir = folders.fresh();
    const kept = new Set<string>();
    const gone = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const database = await startEmbeddedDatabase({ dataDir });
      await writeUntilKilled(database, round, kept, gone);
    }
    const database = await startEmbeddedDatabase({ dataDir });
    await withClient(database.uri, async (client) => {
      const calls = client.db().collection<{ _id: string; even: boolean }>("calls");
      const ids = new Set((await calls.find().toArray()).map((one) => one._id));
      expect([...kept].filter((id) => !ids.has(id))).toEqual([]);
      expect([...gone].filter((id) => ids.has(id))).toEqual([]);
      expect(kept.size).toBeGreaterThan(300);
      const total = await calls.countDocuments({ even: { $in: [true, false] } }, { hint: "even_1" });
      expect([total, await calls.estimatedDocumentCount()]).toEqual([ids.size, ids.size]);
      for (const id of ids) expect(await calls.countDocuments({ _id: id }, { hint: "_id_" })).toBe(1);
    });
    await database.stop();
  });
});

/** Eight writers insert and delete; after enough answers the process is killed in the middle of its work. */
async function writeUntilKilled(
  database: EmbeddedDatabase,
  round: number,
  kept: Set<string>,
  gone: Set<string>,
): Promise<void> {
  await withClient(database.uri, async (client, pid) => {
    const calls = client.db().collection<{ _id: string; even: boolean }>("calls");
    await calls.createIndex({ even: 1 });
    let answers = 0;
    const writer = async (name: number): Promise<void> => {
      for (let at = 0; ; at += 1) {
        const id = `${round}-${name}-${at}`;
        await calls.insertOne({ _id: id, even: at % 2 === 0 });
        kept.add(id);
        answers += 1;
        if (answers === 160) process.kill(pid, "SIGKILL");
        if (at % 5 === 4) {
          const victim = `${round}-${name}-${at - 2}`;
          kept.delete(victim);
          await calls.deleteOne({ _id: victim });
          gone.add(victim);
        }
      }
    };
    await Promise.allSettled([0, 1, 2, 3, 4, 5, 6, 7].map(writer));
    await database.exited;
  });
}
