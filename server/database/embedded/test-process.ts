import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";

/** Data folders for tests that start processes of their own. */
export type TestFolders = { root: string; fresh(): string; remove(): void };

export function testFolders(): TestFolders {
  const root = mkdtempSync(join(tmpdir(), "ringside-process-"));
  let made = 0;
  return {
    root,
    fresh: () => {
      made += 1;
      return join(root, `data${made}`);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export function portOf(uri: string): number {
  return Number(new URL(uri).port);
}

/** Runs `use` with a client and gives it the database process's id. */
export async function withClient<T>(
  uri: string,
  use: (client: MongoClient, pid: number) => Promise<T>,
): Promise<T> {
  const client = await new MongoClient(uri).connect();
  try {
    const { pid } = await client.db("admin").command({ serverStatus: 1 });
    return await use(client, Number(pid));
  } finally {
    await client.close();
  }
}

/** A bare connection, for clients that do not speak the protocol. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Resolves when a connection is over, however it ended. */
export function whenClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });
}
