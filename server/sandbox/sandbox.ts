import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type Sandbox = {
  /** `http://127.0.0.1:port`: the base of all simulated peers. */
  readonly baseUrl: string;
  /** Ends the process; resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
  /** Resolves when the process has ended, for whatever reason; `code` is null after a signal. */
  readonly exited: Promise<{ code: number | null }>;
};

/** What the sandbox accepts as credentials, and how it starts. */
export type SandboxOptions = {
  readonly accountSid: string;
  readonly authToken: string;
  readonly openaiApiKey: string;
  readonly anthropicApiKey: string;
  /** The account's own numbers, E.164. */
  readonly fromNumbers: readonly string[];
  /** 0, the default, takes any free one. */
  readonly port?: number;
  /** Default 1, as at Twilio. */
  readonly callsPerSecond?: number;
};

const KILL_AFTER_MS = 3000;

/** Waits for the address, or for the end. */
async function ready(child: ChildProcess, exited: Promise<{ code: number | null }>): Promise<string> {
  const started = once(child, "message").then(([message]) => String(message));
  const failed = exited.then(({ code }) => {
    throw new Error(`The sandbox ended before it was ready (code ${code}).`);
  });
  return Promise.race([started, failed]);
}

/**
 * Starts the simulated outside world (phone network, callees, voice model, analyst) as a process of its own on
 * loopback. It ends when this process ends, however that happens, and survives Ctrl-C so that calls can finish.
 * @throws when the process ends before it listens, for example because the port is taken
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main], {
    // Neither argv nor the environment carries a secret: the options go through the channel.
    env: {},
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit").then(([code]) => ({ code: typeof code === "number" ? code : null }));
  child.send(options);
  const baseUrl = await ready(child, exited);
  return {
    baseUrl,
    exited,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const impatience = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
      await exited;
      clearTimeout(impatience);
    },
  };
}
