import { join } from "node:path";
import { ChangeLog } from "#server/database/embedded/changes/change-log.ts";
import type { ServerState } from "#server/database/embedded/commands/request.ts";
import { CursorStore } from "#server/database/embedded/cursors.ts";
import { removeExpired } from "#server/database/embedded/expiry.ts";
import { Engine } from "#server/database/embedded/storage/engine.ts";
import { DataFolderError, openStore } from "#server/database/embedded/storage/schema.ts";
import { WireServer } from "#server/database/embedded/wire/server.ts";
import { systemClock } from "#server/lib/clock.ts";

/**
 * The process that is the embedded database. Arguments: data folder, port (0 picks one). It tells its parent
 * `{type: "ready", port}` or `{type: "failed", message}`, and it lives exactly as long as its parent wants it:
 * SIGTERM or the parent's end stop it. SIGINT is the parent's business, which Ctrl-C reaches too.
 */
const SWEEP_EVERY_MS = 30_000;

function tell(message: object): void {
  if (process.connected) process.send?.(message);
}

async function main(): Promise<void> {
  const [dataDir = "./data", port = "0"] = process.argv.slice(2);
  process.on("SIGINT", () => undefined);
  const engine = new Engine(openStore(join(dataDir, "ringside.db")));
  const changes = new ChangeLog(systemClock);
  engine.attach(changes);
  const state: ServerState = { engine, changes, cursors: new CursorStore(systemClock), clock: systemClock };
  const server = new WireServer(state);
  const sweep = systemClock.every(SWEEP_EVERY_MS, () => {
    state.cursors.closeIdle();
    if (removeExpired(engine, systemClock.nowMs()) > 0) server.endTurn();
  });
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    sweep.cancel();
    server.close().then(
      () => {
        engine.close();
        process.exit(0);
      },
      () => process.exit(1),
    );
    setTimeout(() => process.exit(0), 1_500).unref();
  };
  process.on("SIGTERM", stop);
  process.on("disconnect", stop);
  if (process.send && !process.connected) return stop();
  tell({ type: "ready", port: await server.listen(Number(port)) });
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
