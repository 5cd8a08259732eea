import { deserialize, serialize } from "bson";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
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

describe("hostile clients", () => {
  /** A message header with any claimed length and operation. */
  function header(length: number, operation: number): Buffer {
    const bytes = Buffer.alloc(16);
    bytes.writeInt32LE(length, 0);
    bytes.writeInt32LE(operation, 12);
    return bytes;
  }

  test("[DB7] whatever bytes arrive, the others are served on", async () => {
    const database = await startEmbeddedDatabase({ dataDir: folders.fresh() });
    const port = portOf(database.uri);
    const send = async (bytes: Uint8Array): Promise<void> => {
      const socket = await openSocket(port);
      const closed = whenClosed(socket);
      socket.resume();
      socket.end(bytes);
      await closed;
    };
    const body = (operation: number, rest: Uint8Array): Buffer =>
      Buffer.concat([header(16 + rest.length, operation), rest]);
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(fc.constantFrom(2013, 2004, 2012, 1, 0), fc.uint8Array({ maxLength: 200 }))
        .map(([operation, rest]) => body(operation, rest)),
      fc.constantFrom(header(-5, 2013), header(0x7fffffff, 2013), header(16, 2013), header(48_000_001, 2013)),
      fc
        .uint8Array({ maxLength: 100 })
        .map((rest) => body(2013, Buffer.concat([Buffer.from([0, 0, 0, 0, 0]), rest]))),
    );
    await withClient(database.uri, async (client) => {
      await fc.assert(fc.asyncProperty(hostile, send), { numRuns: 150 });
      const deep = nested(5000);
      await send(body(2013, Buffer.concat([Buffer.from([0, 0, 0, 0, 0]), deep])));
      expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 });
      await expect(
        client
          .db()
          .collection("x")
          .find({ $expr: nestedExpression(3000) })
          .toArray(),
      ).rejects.toThrow();
      expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 });
    });
    await database.stop();
  });

  /** A document nested far deeper than allowed. */
  function nested(levels: number): Buffer {
    let inner = Buffer.from([5, 0, 0, 0, 0]);
    for (let at = 0; at < levels; at += 1) {
      const length = Buffer.alloc(4);
      length.writeInt32LE(inner.length + 8);
      inner = Buffer.concat([length, Buffer.from([3, 97, 0]), inner, Buffer.from([0])]);
    }
    return inner;
  }

  function nestedExpression(levels: number): object {
    let expression: object = { $not: [true] };
    for (let at = 0; at < levels; at += 1) expression = { $not: [expression] };
    return expression;
  }

  test("[DB7] requests in tiny pieces and many in one piece are answered alike", async () => {
    const database = await startEmbeddedDatabase({ dataDir: folders.fresh() });
    const socket = await openSocket(portOf(database.uri));
    const ping = serialize({ ping: 1, $db: "admin" });
    const message = Buffer.concat([header(21 + ping.length, 2013), Buffer.alloc(5), ping]);
    for (const byte of message) socket.write(Buffer.from([byte]));
    socket.write(Buffer.concat([message, message]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      if (received.length >= 3 * received.readInt32LE(0)) break;
    }
    expect(received.length).toBe(3 * received.readInt32LE(0));
    expect(deserialize(received.subarray(21, received.readInt32LE(0)))).toEqual({ ok: 1 });
    await database.stop();
  });
});
