import { join } from "node:path";
import { ChangeLog } from "#server/database/embedded/changes/change-log.ts";
import type { ServerState } from "#server/database/embedded/commands/request.ts";
import { CursorStore } from "#server/database/embedded/cursors.ts";
import { removeExpired } from "#server/database/embedded/expiry.ts";
import { Engine } from "#server/database/embedded/storage/engine.ts";
import { DataFolderError, explainStorageError, openStore } from "#server/database/embedded/storage/schema.ts";
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
    return new Engine(store);
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

async function main(): Promise<void> {
  const [dataDir = "./data", port = "0"] = process.argv.slice(2);
  process.on("SIGINT", () => undefined);
  const engine = openEngine(join(dataDir, "ringside.db"));
  const changes = new ChangeLog(systemClock);
  engine.attach(changes);
  const state: ServerState = { engine, changes, cursors: new CursorStore(systemClock), clock: systemClock };
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
        engine.close();
        process.exit(0);
      },
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("disconnect", stop);
  if (process.send && !process.connected) return stop();
  tell({ type: "ready", port: await listen(server, Number(port)) });
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
