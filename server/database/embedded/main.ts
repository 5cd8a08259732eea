import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChangeLog } from "#server/database/embedded/changes/change-log.ts";
import { RetryMemory } from "#server/database/embedded/commands/retries.ts";
import type { ServerState } from "#server/database/embedded/commands/request.ts";
import { CursorStore } from "#server/database/embedded/cursors.ts";
import { removeExpired } from "#server/database/embedded/expiry.ts";
import { Engine } from "#server/database/embedded/storage/engine.ts";
import {
  ADDRESS_FILE,
  DATABASE_FILE,
  DataFolderError,
  explainStorageError,
  openStore,
} from "#server/database/embedded/storage/schema.ts";
import { WireServer } from "#server/database/embedded/wire/server.ts";
import { systemClock } from "#server/lib/clock.ts";

/**
 * The process that is the embedded database. Arguments: data folder, port (0 picks one). It tells its parent
 * `{type: "ready", port}` or `{type: "failed", message}`, and it lives exactly as long as its parent wants it:
 * SIGTERM or the parent's end stop it. SIGINT is the parent's business, which Ctrl-C reaches too.
 */
const SWEEP_EVERY_MS = 30_000;
/** Clients that do not take their last replies hold up the end no longer than this. */
const CLOSE_WITHIN_MS = 1_500;

function tell(message: object): void {
  if (process.connected) process.send?.(message);
}

function openEngine(path: string): Engine {
  const store = openStore(path);
  try {
    return new Engine(store, (message) => console.error(message));
  } catch (error) {
    store.close();
    throw explainStorageError(error, path);
  }
}

async function listen(server: WireServer, port: number): Promise<number> {
  try {
    return await server.listen(port);
  } catch {
    throw new DataFolderError(
      `Ringside's built-in database cannot listen on port ${port} of 127.0.0.1; choose a port that is free.`,
    );
  }
}

/** For `npm run db`, which finds a running server by it. Without the process it means nothing. */
function leaveAddress(path: string, port: number): void {
  try {
    writeFileSync(path, JSON.stringify({ pid: process.pid, port }));
  } catch {
    console.error("The built-in database could not leave its address in the data folder; is the disk full?");
  }
}

async function main(): Promise<void> {
  const [dataDir = "./data", port = "0"] = process.argv.slice(2);
  process.on("SIGINT", () => undefined);
  // Whatever is made here is the owner's alone.
  process.umask(0o077);
  const snapshots = join(dataDir, "snapshots");
  const addressFile = join(dataDir, ADDRESS_FILE);
  const engine = openEngine(join(dataDir, DATABASE_FILE));
  rmSync(snapshots, { recursive: true, force: true });
  const changes = new ChangeLog(systemClock);
  engine.attach(changes);
  const state: ServerState = {
    engine,
    changes,
    cursors: new CursorStore(systemClock),
    clock: systemClock,
    running: { number: 0, sinceMs: 0 },
    retries: new RetryMemory(),
    snapshots,
    endTurn: () => engine.endTurn(),
  };
  const server = new WireServer(state, (message) => console.error(message));
  const sweep = systemClock.every(SWEEP_EVERY_MS, () => {
    state.cursors.closeIdle();
    try {
      removeExpired(engine, systemClock.nowMs());
    } catch {
      console.error("Expired documents could not be removed from the built-in database; it is tried again.");
    }
    server.endTurn();
  });
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    sweep.cancel();
    systemClock.after(CLOSE_WITHIN_MS, () => process.exit(0));
    server.close().then(
      () => {
        rmSync(addressFile, { force: true });
        engine.close();
        process.exit(0);
      },
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("disconnect", stop);
  if (process.send && !process.connected) return stop();
  const listeningOn = await listen(server, Number(port));
  leaveAddress(addressFile, listeningOn);
  tell({ type: "ready", port: listeningOn });
}

main().catch((error: unknown) => {
  const message =
    error instanceof DataFolderError
      ? error.message
      : "Ringside's built-in database could not start; see the lines above, or set MONGODB_URI to a MongoDB server.";
  if (!(error instanceof DataFolderError)) console.error(error);
  if (process.connected) process.send?.({ type: "failed", message }, () => process.exit(1));
  else {
    console.error(message);
    process.exit(1);
  }
});
