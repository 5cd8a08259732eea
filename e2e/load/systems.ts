import { complaintsIn } from "#e2e/load/complaints.ts";
import type { Generator } from "#e2e/load/generator/generator.ts";
import { type LoadWorld, requestCalls, serverEnv, statusesOf } from "#e2e/load/load-world.ts";
import { Watchers } from "#e2e/load/watchers.ts";
import { type Environment, startRingside } from "#e2e/support/ringside.ts";
import { until } from "#e2e/support/wait.ts";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** One system under test, started and idle. */
export type Running = {
  pid: number;
  /** Brings up the calls; returns when all are asked for. */
  dial(calls: number): Promise<void>;
  /** After the phones were hung up: what of the calls did not end well, in words; null when all did. */
  trouble(calls: number): Promise<string | null>;
  /** What became of the calls so far and what the system complains of, for a stage that did not come about. */
  explain(): Promise<string>;
  stop(): Promise<void>;
};

export type SystemParts = {
  generator: Generator;
  world: LoadWorld;
  /** Peers other than the generator's, and the certificate. */
  env: Environment;
  /** The core of the system under test. */
  core: string;
  nodeFlags: string[];
  /** Another checkout's `server/main.ts`. */
  main?: string;
};

const ENDED_WITHIN_MS = 60_000;
const EXPLAINED_WITHIN_MS = 20_000;

export async function startMinimal({ generator, env, core, nodeFlags }: SystemParts): Promise<Running> {
  const { openAi } = await generator.ask<"addresses">({ kind: "addresses" });
  const main = fileURLToPath(new URL("minimal-bridge.ts", import.meta.url));
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", ...nodeFlags, main, openAi];
  const child = spawn("taskset", ["-c", core, ...node], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", (line) => resolve(line.replace("ready ", "")));
    child.once("exit", () => reject(new Error("The minimal bridge did not start.")));
  });
  return {
    pid: child.pid ?? 0,
    dial: async (calls) => void (await generator.ask<"connect">({ kind: "connect", url, calls })),
    trouble: async () => null,
    explain: async () => "",
    stop: async () => void child.kill("SIGTERM"),
  };
}

export async function startOurs(parts: SystemParts, calls: number): Promise<Running> {
  const { generator, world, env, core, nodeFlags, main } = parts;
  const folder = mkdtempSync(join(tmpdir(), "ringside-load-"));
  cpSync(join(world.folder, "database"), join(folder, "database"), { recursive: true });
  const database = await startEmbeddedDatabase({ dataDir: join(folder, "database") });
  const { twilio, openAi } = await generator.ask<"addresses">({ kind: "addresses" });
  const peers = { TWILIO_BASE_URL: twilio, OPENAI_BASE_URL: openAi };
  const ringside = await startRingside({
    env: { ...env, ...serverEnv(world, database.uri, calls), ...peers },
    command: { before: ["taskset", "-c", core], nodeFlags, ...(main !== undefined && { main }) },
  });
  const watchers = new Watchers(ringside.baseUrl);
  let asked: Awaited<ReturnType<typeof requestCalls>> = [];
  return {
    pid: ringside.pid,
    async dial(count) {
      await watchers.watchBoard(world.supervisorToken);
      asked = await requestCalls(ringside.baseUrl, world, count);
      await Promise.all(asked.map(({ token, callIds }) => watchers.watchCalls(token, callIds)));
    },
    async trouble(count) {
      let statuses: Record<string, number> = {};
      const allEnded = async () => {
        statuses = await statusesOf(ringside.baseUrl, asked);
        return statuses["completed"] === count;
      };
      await until("all calls are completed", allEnded, ENDED_WITHIN_MS).catch(() => undefined);
      return statuses["completed"] === count ? null : JSON.stringify(statuses);
    },
    async explain() {
      const complaints = complaintsIn(ringside.output().stdout);
      // A server that does not come up with its calls may not answer either.
      const later = new Promise<string>((resolve) =>
        setTimeout(() => resolve("not told in time"), EXPLAINED_WITHIN_MS),
      );
      const statuses = await Promise.race([statusesOf(ringside.baseUrl, asked), later]);
      return JSON.stringify({ statuses, complaints });
    },
    async stop() {
      watchers.close();
      await ringside.stop();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
