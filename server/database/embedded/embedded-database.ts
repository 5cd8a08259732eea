import { fork, type ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { systemClock } from "#server/lib/clock.ts";

/** A running embedded database. */
export type EmbeddedDatabase = {
  /** Connection string of the database `ringside`. */
  uri: string;
  /** Stops it in order; resolves when the process is gone. */
  stop(): Promise<void>;
  /** Resolves when the process is gone, for whatever reason. `code` is null when a signal ended it. */
  exited: Promise<{ code: number | null }>;
};

/** The embedded database could not start; the message says in one sentence what is wrong and what to do. */
export class EmbeddedDatabaseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "EmbeddedDatabaseError";
  }
}

const childMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), port: z.number().int().positive() }),
  z.object({ type: z.literal("failed"), message: z.string() }),
]);

/** With compiled code at hand the child starts twice as fast and needs 30 MB less: no TypeScript stripper. */
const compileCache = fileURLToPath(new URL("../../../node_modules/.cache/ringside", import.meta.url));
/** Megabytes for what is young. With V8's own choice the process is a third larger under load, and hardly faster. */
const YOUNG_MEMORY = "--max-semi-space-size=4";
/** The child closes its file well within this; then it is ended the hard way, which loses nothing. */
const STOP_WITHIN_MS = 1_900;
const UNEXPECTED_END =
  "Ringside's built-in database ended before it was ready; see the lines above, or set MONGODB_URI to a MongoDB server.";

/**
 * Starts the embedded database in a process of its own, with its file in `dataDir` (made when missing, readable
 * for its owner only). `port` 0 or none picks a free one. Rejects with `EmbeddedDatabaseError`.
 */
export async function startEmbeddedDatabase(options: {
  dataDir: string;
  port?: number;
}): Promise<EmbeddedDatabase> {
  const entry = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = fork(entry, [resolve(options.dataDir), String(options.port ?? 0)], {
    execArgv: ["--disable-warning=ExperimentalWarning", YOUNG_MEMORY],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
  });
  const exited = new Promise<{ code: number | null }>((done) => {
    child.once("exit", (code) => done({ code }));
    child.once("error", () => done({ code: null }));
  });
  const port = await readyPort(child, exited);
  return {
    uri: `mongodb://127.0.0.1:${port}/ringside?directConnection=true`,
    stop: () => stopChild(child, exited),
    exited,
  };
}

async function readyPort(child: ChildProcess, exited: Promise<unknown>): Promise<number> {
  const { promise, resolve: ready, reject } = Promise.withResolvers<number>();
  child.once("message", (raw) => {
    const message = childMessage.safeParse(raw);
    if (message.success && message.data.type === "ready") ready(message.data.port);
    else
      reject(
        new EmbeddedDatabaseError(
          message.success && message.data.type === "failed" ? message.data.message : UNEXPECTED_END,
        ),
      );
  });
  exited.then(
    () => reject(new EmbeddedDatabaseError(UNEXPECTED_END)),
    () => undefined,
  );
  return promise;
}

async function stopChild(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = systemClock.after(STOP_WITHIN_MS, () => child.kill("SIGKILL"));
  await exited;
  timer.cancel();
}
