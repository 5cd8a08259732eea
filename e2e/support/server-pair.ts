import { startBalancer } from "#e2e/support/balancer.ts";
import { freePort } from "#e2e/support/free-port.ts";
import { type Environment, type Ringside, startRingside } from "#e2e/support/ringside.ts";
import { TestSandbox } from "#e2e/support/sandbox.ts";
import { BRISK, type World } from "#e2e/support/world.ts";
import { randomBytes } from "node:crypto";
import { z } from "zod";

/** Two servers of one installation behind one public address. The first one keeps the database. */
export type ServerPair = {
  /** Under the public address. */
  world: World;
  /** The servers' own addresses. */
  places: readonly [string, string];
  /** The second server; after `revive` another process. */
  second(): Ringside;
  /** The second server is gone: start it again, at the same address. */
  revive(): Promise<void>;
  /** Which of them what comes from outside meets first from now on. */
  prefer(place: "first" | "second"): void;
  stop(): Promise<void>;
};

const readySchema = z.object({
  parts: z.array(z.object({ name: z.string(), address: z.string().optional() })),
});

async function databaseAddress(place: string): Promise<string> {
  const { parts } = readySchema.parse(await (await fetch(`${place}/readyz`)).json());
  const address = parts.find(({ name }) => name === "database")?.address;
  if (address === undefined) throw new Error("The first server does not say where its database is.");
  return address;
}

/** How many calls this server is the owner of, or warms a voice for. */
export async function liveCallsAt(place: string): Promise<number> {
  const metrics = await (await fetch(`${place}/metrics`)).text();
  return Number(/^ringside_calls_live (\d+)$/m.exec(metrics)?.[1]);
}

const placeOf = (port: number) => `http://127.0.0.1:${port}`;

/** What comes from outside meets the second server first, and the first one when the second is gone. */
export async function startServerPair(env: Environment = {}): Promise<ServerPair> {
  const [sandbox, balancer] = await Promise.all([TestSandbox.start(), startBalancer()]);
  const ports = [await freePort(), await freePort()] as const;
  const shared: Environment = {
    SESSION_SECRET: randomBytes(32).toString("hex"),
    FIELD_KEYS: `k1:${randomBytes(32).toString("base64")}`,
    INDEX_KEY: randomBytes(32).toString("base64"),
    PUBLIC_URL: balancer.baseUrl,
    ...BRISK,
    ...sandbox.env,
    ...env,
  };
  const start = (port: number, own: Environment) =>
    startRingside({ port, env: { ...shared, NODE_PUBLIC_URL: placeOf(port), ...own } });
  const first = await start(ports[0], {});
  const MONGODB_URI = await databaseAddress(placeOf(ports[0]));
  const startSecond = () => start(ports[1], { MONGODB_URI });
  let second = await startSecond();
  balancer.order = [ports[1], ports[0]];
  const stop = async () => {
    await second.stop();
    await first.stop();
    await balancer.stop();
    await sandbox.stop();
  };
  return {
    world: { ringside: first, sandbox, baseUrl: balancer.baseUrl, stop },
    places: [placeOf(ports[0]), placeOf(ports[1])],
    second: () => second,
    prefer(place) {
      balancer.order = place === "first" ? [...ports] : ports.toReversed();
    },
    async revive() {
      second = await startSecond();
    },
    stop,
  };
}
