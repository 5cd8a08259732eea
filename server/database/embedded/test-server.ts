import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient, type Db } from "mongodb";
import { ChangeLog } from "#server/database/embedded/changes/change-log.ts";
import { RetryMemory } from "#server/database/embedded/commands/retries.ts";
import type { ServerState } from "#server/database/embedded/commands/request.ts";
import { CursorStore } from "#server/database/embedded/cursors.ts";
import { Engine } from "#server/database/embedded/storage/engine.ts";
import { DATABASE_FILE, openStore } from "#server/database/embedded/storage/schema.ts";
import type { Store } from "#server/database/embedded/storage/store.ts";
import { WireServer } from "#server/database/embedded/wire/server.ts";
import { systemClock, type Clock } from "#server/lib/clock.ts";

/** The database inside the test's own process, so that a test can reach its file, its clock and its lines. */
export type TestServer = {
  client: MongoClient;
  db: Db;
  store: Store;
  state: ServerState;
  /** What was reported so far. */
  lines: string[];
  close(): Promise<void>;
};

export async function openTestServer(options: { folder?: string; clock?: Clock } = {}): Promise<TestServer> {
  const own = options.folder === undefined ? mkdtempSync(join(tmpdir(), "ringside-inside-")) : undefined;
  const folder = options.folder ?? own ?? "";
  const clock = options.clock ?? systemClock;
  const lines: string[] = [];
  const store = openStore(join(folder, DATABASE_FILE));
  const engine = new Engine(store, (line) => lines.push(line));
  const changes = new ChangeLog(clock);
  engine.attach(changes);
  const state: ServerState = {
    engine,
    changes,
    cursors: new CursorStore(clock),
    clock,
    running: { number: 0, sinceMs: 0 },
    retries: new RetryMemory(),
    snapshots: join(folder, "snapshots"),
    endTurn: () => undefined,
  };
  const server = new WireServer(state, (line) => lines.push(line));
  const port = await server.listen(0);
  const client = await new MongoClient(`mongodb://127.0.0.1:${port}/test?directConnection=true`).connect();
  const close = async () => {
    await client.close();
    await server.close();
    engine.close();
    if (own !== undefined) rmSync(own, { recursive: true });
  };
  return { client, db: client.db(), store, state, lines, close };
}
