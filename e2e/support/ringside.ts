import { freePort } from "#e2e/support/free-port.ts";
import { membersOf, signalGroup } from "#e2e/support/process-group.ts";
import { until } from "#e2e/support/wait.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../server/main.ts", import.meta.url));
const READY = /Ringside is ready: (\S+)/;
/** Far more than a start takes on a busy machine. */
const START_WITHIN_MS = 90_000;
const STOP_WITHIN_MS = 20_000;
/** Of each output stream the last so many characters are kept. */
const MAX_OUTPUT = 4_000_000;

export type Environment = Record<string, string>;

/** The product as its own processes: one server, and the database and the sandbox that it starts itself. */
export type Ringside = {
  readonly baseUrl: string;
  readonly port: number;
  readonly dataDir: string;
  /** The server; also the id of the process group. */
  readonly pid: number;
  /** What it wrote so far, log lines included. */
  output(): { stdout: string; stderr: string };
  /** Living processes of the group. */
  processes(): number[];
  /** Ctrl-C: SIGINT to the whole group. Resolves when the server has ended; `tookMs` until then. */
  interrupt(): Promise<{ code: number | null; tookMs: number }>;
  /** Ends it, whatever it takes, and removes a data folder made here. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL to server, database and sandbox at once; the data folder stays. */
  kill9(): Promise<void>;
};

type Launched = {
  child: ChildProcess;
  pid: number;
  output: { stdout: string; stderr: string };
  exited: Promise<{ code: number | null }>;
};

const running = new Set<number>();
process.once("exit", () => {
  for (const pid of running) signalGroup(pid, "SIGKILL");
});

/** Only what a process needs to run at all: nothing configured on this machine reaches the product. */
const bareEnvironment = (): Environment => ({ PATH: process.env["PATH"] ?? "", LOG_LEVEL: "info" });

function launch(env: Environment, workDir: string, command: Command = {}): Launched {
  const { before = [], nodeFlags = [], main = MAIN } = command;
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", ...nodeFlags, main];
  const [program = "", ...args] = [...before, ...node];
  const child = spawn(program, args, {
    cwd: workDir,
    env: { ...bareEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, as a terminal gives.
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("The server's process could not be started.");
  running.add(pid);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      output[name] = (output[name] + text).slice(-MAX_OUTPUT);
    });
  }
  const exited = once(child, "close").then(([code]) => ({ code: typeof code === "number" ? code : null }));
  return { child, pid, output, exited };
}

async function endGroup(pid: number, exited: Promise<unknown>): Promise<void> {
  signalGroup(pid, "SIGKILL");
  await exited;
  running.delete(pid);
}

/** How the server's process is started, where a run is about the process itself. */
type Command = {
  /** In front of it, e.g. `taskset -c 1`; must become the server, as `exec` does. */
  before?: string[];
  nodeFlags?: string[];
  /** `server/main.ts` of another checkout. */
  main?: string;
};

export type RingsideOptions = { env?: Environment; dataDir?: string; port?: number; command?: Command };

/**
 * Starts `server/main.ts` and waits for its banner. Its folder is a fresh one unless `dataDir` is given.
 * @throws with everything it wrote when it ends before it is ready
 */
export async function startRingside(options: RingsideOptions = {}): Promise<Ringside> {
  const own = mkdtempSync(join(tmpdir(), "ringside-e2e-"));
  const dataDir = options.dataDir ?? join(own, "data");
  const port = options.port ?? (await freePort());
  const env = { PORT: String(port), DATA_DIR: dataDir, QUIET_HOURS: "off", ...options.env };
  const { child, pid, output, exited } = launch(env, own, options.command);
  const forget = () => rmSync(own, { recursive: true, force: true });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const ready = await until(
    "the banner",
    () => READY.exec(output.stdout)?.[1] ?? (hasEnded() ? "ended" : null),
    START_WITHIN_MS,
  ).catch(() => "never");
  if (!ready.startsWith("http")) {
    await endGroup(pid, exited);
    forget();
    throw new Error(`Ringside did not start (${ready}):\n${output.stdout}\n${output.stderr}`);
  }
  return {
    baseUrl: ready,
    port,
    dataDir,
    pid,
    output: () => ({ ...output }),
    processes: () => membersOf(pid),
    async interrupt() {
      const startedMs = performance.now();
      signalGroup(pid, "SIGINT");
      const { code } = await exited;
      return { code, tookMs: Math.round(performance.now() - startedMs) };
    },
    async stop() {
      if (running.has(pid)) {
        signalGroup(pid, "SIGINT");
        await until("the end of the server", hasEnded, STOP_WITHIN_MS).catch(() => undefined);
        await endGroup(pid, exited);
      }
      forget();
    },
    kill9: () => endGroup(pid, exited),
  };
}

/** A start that is expected to fail: how it ended and what it said. */
export async function startToExit(
  env: Environment,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const own = mkdtempSync(join(tmpdir(), "ringside-e2e-"));
  const port = String(await freePort());
  const { pid, output, exited } = launch({ PORT: port, DATA_DIR: join(own, "data"), ...env }, own);
  const impatience = setTimeout(() => signalGroup(pid, "SIGKILL"), START_WITHIN_MS);
  const { code } = await exited;
  clearTimeout(impatience);
  await endGroup(pid, exited);
  rmSync(own, { recursive: true, force: true });
  return { code, ...output };
}
