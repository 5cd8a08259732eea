import { operationsOf, type People } from "#e2e/bench/api-mix.ts";
import { type LoadFigures, runOpenLoop } from "#e2e/bench/open-loop.ts";
import { makeCertificate } from "#e2e/load/certificate.ts";
import { Generator } from "#e2e/load/generator/generator.ts";
import { loadWorld, type LoadWorld, requestCalls, serverEnv } from "#e2e/load/load-world.ts";
import { cpuSeconds, pin, prioritise } from "#e2e/load/process-figures.ts";
import { productFlags } from "#e2e/load/product-flags.ts";
import { Watchers } from "#e2e/load/watchers.ts";
import { apiWith, signUp } from "#e2e/support/api.ts";
import { type Ringside, startRingside } from "#e2e/support/ringside.ts";
import { TestSandbox } from "#e2e/support/sandbox.ts";
import { until } from "#e2e/support/wait.ts";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One rate of requests. */
export type ApiFigures = LoadFigures & {
  liveCalls: number;
  /** Of one core. */
  serverCorePercent: number;
};

export type ApiOptions = {
  calls: number;
  /** Rates, one after the other. */
  perSecond: number[];
  /** Of each rate. */
  seconds: number;
  warmSeconds: number;
  nice: number;
  /** Further flags of node for the server. */
  nodeFlags: string[];
};

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const [SERVER_CORE, OTHER_CORE] = ["1", "0"];
const CONNECTED_WITHIN_MS = 90_000;
const CONSUMERS = 30;
const BUSINESSES = 20;
const LEADS_EACH = 2;

/**
 * A server alone on its core; on the other one its database, the load, and `npm run load`'s phones and voice model with as many live calls as asked for, each watched by
 * its business and all of them on the board.
 */
export async function measureApi(options: ApiOptions): Promise<ApiFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), "ringside-bench-"));
  prioritise(process.pid, options.nice);
  pin(process.pid, OTHER_CORE);
  const certificate = makeCertificate(folder);
  const sandbox = await TestSandbox.start();
  const account = {
    accountSid: sandbox.env["TWILIO_ACCOUNT_SID"] ?? "",
    authToken: sandbox.env["TWILIO_AUTH_TOKEN"] ?? "",
  };
  const generator = new Generator(account, folder, ["--disable-warning=ExperimentalWarning"]);
  try {
    const world = await loadWorld(join(folder, "world"), options.calls);
    const database = await startEmbeddedDatabase({ dataDir: join(folder, "world", "database") });
    const { twilio, openAi } = await generator.ask<"addresses">({ kind: "addresses" });
    const ringside = await startRingside({
      env: {
        ...sandbox.env,
        NODE_EXTRA_CA_CERTS: certificate,
        ...serverEnv(world, database.uri, options.calls),
        TWILIO_BASE_URL: twilio,
        OPENAI_BASE_URL: openAi,
      },
      command: {
        before: ["taskset", "-c", SERVER_CORE],
        nodeFlags: [...productFlags(ROOT), ...options.nodeFlags],
      },
    });
    prioritise(ringside.pid, options.nice);
    try {
      return await measure(ringside, world, generator, options);
    } finally {
      await ringside.stop();
      await database.stop();
    }
  } finally {
    generator.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  ringside: Ringside,
  world: LoadWorld,
  generator: Generator,
  { calls, perSecond, seconds, warmSeconds }: ApiOptions,
): Promise<ApiFigures[]> {
  const watchers = new Watchers(ringside.baseUrl);
  try {
    const people = await makePeople(ringside.baseUrl, world);
    await watchers.watchBoard(world.supervisorToken);
    const asked = await requestCalls(ringside.baseUrl, world, calls);
    await Promise.all(asked.map(({ token, callIds }) => watchers.watchCalls(token, callIds)));
    const connected = async () => (await generator.ask<"figures">({ kind: "figures" })).streams === calls;
    await until(`${calls} calls are connected`, connected, CONNECTED_WITHIN_MS);
    const operations = operationsOf({
      ...people,
      callers: asked.map(({ token, callIds }) => ({ api: apiWith(ringside.baseUrl, token), callIds })),
    });
    const stages: ApiFigures[] = [];
    for (const rate of perSecond) {
      const before = { cpu: cpuSeconds(ringside.pid), atMs: performance.now() };
      const figures = await runOpenLoop(operations, { perSecond: rate, seconds, warmSeconds });
      const passed = (performance.now() - before.atMs) / 1000;
      const { streams: liveCalls } = await generator.ask<"figures">({ kind: "figures" });
      const serverCorePercent = Math.round(((cpuSeconds(ringside.pid) - before.cpu) / passed) * 100);
      stages.push({ ...figures, liveCalls, serverCorePercent });
    }
    return stages;
  } finally {
    watchers.close();
  }
}

/** Consumers with requests of their own and businesses that were offered them; nobody of them has a number, so nobody of them is called. */
async function makePeople(baseUrl: string, world: LoadWorld): Promise<Omit<People, "callers">> {
  const businesses: People["businesses"] = [];
  for (let index = 0; index < BUSINESSES; index++) {
    const { api } = await signUp(baseUrl, "business", `Roofs ${index}`);
    await api.business.updateProfile({ name: `Roofs ${index}`, categories: ["roofing"], postalCodes: [] });
    businesses.push({ api });
  }
  const consumers: People["consumers"] = [];
  for (let index = 0; index < CONSUMERS; index++) {
    const { api } = await signUp(baseUrl, "consumer", `Consumer ${index}`);
    const leads: People["consumers"][number]["leads"] = [];
    for (let lead = 0; lead < LEADS_EACH; lead++) {
      const { leadId, matches } = await api.lead.submit(ROOF);
      leads.push({ leadId, businessIds: matches.map(({ businessId }) => businessId) });
    }
    consumers.push({ api, leads });
  }
  return { businesses, consumers, supervisor: apiWith(baseUrl, world.supervisorToken) };
}

const ROOF = {
  description: "Some tiles came down in the storm and it drips into the attic.",
  category: "roofing",
  postalCode: "97201",
  timeZone: "America/Los_Angeles",
} as const;
