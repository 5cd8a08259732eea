import { serialize } from "bson";
import { afterAll, expect, test } from "vitest";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import {
  openSocket,
  portOf,
  testFolders,
  whenClosed,
  withClient,
} from "#server/database/embedded/test-process.ts";

const folders = testFolders();
afterAll(() => folders.remove());

const ROUNDS = 4_000;
const WARM_UP_ROUNDS = 500;
const AT_ONCE = 20;
/** The noise of a process that collects garbage when it likes; a leak of whole frames would be ten times this. */
const MAX_GROWTH_MB = 60;

/** A frame of an operation with any rest. */
function frame(operation: number, rest: Uint8Array, claimedBytes = 16 + rest.length): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(claimedBytes, 0);
  header.writeInt32LE(operation, 12);
  return Buffer.concat([header, rest]);
}

const message = (body: Uint8Array) => frame(2013, Buffer.concat([Buffer.alloc(5), body]));

/** Bytes that look random and are the same in each run. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** A valid command with some bytes turned over. */
function mutated(seed: number): Buffer {
  const polluting = JSON.parse(
    '{"insert":"x","documents":[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}],"$db":"test"}',
  ) as object;
  const bytes = Buffer.from(message(serialize(polluting)));
  for (const [at, byte] of noise(6, seed).entries())
    bytes[16 + ((byte * (at + 7)) % (bytes.length - 16))] = byte;
  return bytes;
}

function hostile(seed: number): Buffer {
  switch (seed % 6) {
    case 0:
      return noise(3_000, seed);
    case 1:
      return frame(2013, noise(2_000, seed));
    case 2:
      return frame(2004, noise(2_000, seed));
    case 3: // Claims far more than it sends, and hangs up.
      return frame(2013, noise(40_000, seed), 47_000_000);
    case 4:
      return mutated(seed);
    default: // A cursor that nobody reads on.
      return message(serialize({ find: "y", batchSize: 1, filter: {}, $db: "test" }));
  }
}

test("[DB7] thousands of hostile frames leave no memory behind and harm nobody", async () => {
  const database = await startEmbeddedDatabase({ dataDir: folders.fresh() });
  const port = portOf(database.uri);
  const attack = async (from: number, rounds: number) => {
    for (let round = from; round < from + rounds; round += AT_ONCE) {
      const sockets = Array.from({ length: AT_ONCE }, async (_, offset) => {
        const socket = await openSocket(port);
        const closed = whenClosed(socket);
        socket.resume();
        socket.end(hostile(round + offset));
        await closed;
      });
      await Promise.all(sockets);
    }
  };
  await withClient(database.uri, async (client) => {
    const residentMb = async () => Number((await client.db().command({ serverStatus: 1 })).mem.resident);
    await client
      .db("test")
      .collection("y")
      .insertMany(Array.from({ length: 50 }, (_, n) => ({ n })));
    await attack(0, WARM_UP_ROUNDS);
    const before = await residentMb();
    await attack(WARM_UP_ROUNDS, ROUNDS);
    expect((await residentMb()) - before).toBeLessThan(MAX_GROWTH_MB);
    expect(await client.db("test").collection("y").countDocuments()).toBe(50);
    expect(await client.db("test").collection("y").findOne({ polluted: 1 })).toBeNull();
  });
  await database.stop();
});
