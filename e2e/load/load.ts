import { makeCertificate } from "#e2e/load/certificate.ts";
import { figuresPage, type StageResult, tableOf } from "#e2e/load/figures.ts";
import { Generator } from "#e2e/load/generator/generator.ts";
import { loadWorld } from "#e2e/load/load-world.ts";
import { productFlags } from "#e2e/load/product-flags.ts";
import { cpuSeconds, pin, prioritise, residentKb } from "#e2e/load/process-figures.ts";
import { type Running, startMinimal, startOurs, type SystemParts } from "#e2e/load/systems.ts";
import { TestSandbox } from "#e2e/support/sandbox.ts";
import { until } from "#e2e/support/wait.ts";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Time for the openings to be heard and for compiled code to be compiled. */
const WARM_MS = 10_000;
const CONNECTED_WITHIN_MS = 120_000;
/** Whatever happens, the run ends. */
const STAGE_LIMIT_MS = 240_000;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const { values: options } = parseArgs({
  options: {
    calls: { type: "string", default: "1,50,100,200,400" },
    seconds: { type: "string", default: "30" },
    /** both, ringside, minimal */
    system: { type: "string", default: "both" },
    repeat: { type: "string", default: "1" },
    /** People made once and used again. */
    world: { type: "string" },
    /** Results are added to this file, and the figures are made of all in it. */
    results: { type: "string" },
    /** Another checkout that is measured as well, as `other`. */
    other: { type: "string" },
    /** Flags of node for ringside alone, e.g. "--cpu-prof --cpu-prof-dir=profiles". */
    flags: { type: "string", default: "" },
    /** "system under test,everything else" */
    cores: { type: "string", default: "1,0" },
    figures: { type: "boolean", default: false },
    /** Priority of the whole run, so that it measures itself and not its neighbours; below 0 needs the right to. */
    nice: { type: "string", default: "0" },
  },
});

const own = mkdtempSync(join(tmpdir(), "ringside-load-run-"));
const [core = "1", otherCore = "0"] = options.cores.split(",");
const stages = options.calls.split(",").map(Number);
// Children inherit both.
const nice = Number(options.nice);
prioritise(process.pid, nice);
pin(process.pid, otherCore);
const certificate = makeCertificate(own);
const sandbox = await TestSandbox.start();
const account = {
  accountSid: sandbox.env["TWILIO_ACCOUNT_SID"] ?? "",
  authToken: sandbox.env["TWILIO_AUTH_TOKEN"] ?? "",
};
const generator = new Generator(account, own, [
  "--max-semi-space-size=32",
  "--disable-warning=ExperimentalWarning",
]);
const results: StageResult[] = [];
/** Started, and to be stopped with the run. */
let underTest: Running | null = null;

/** Leaves nothing behind: no process, no folder. */
async function cleanUp(): Promise<void> {
  await underTest?.stop();
  generator.stop();
  await sandbox.stop();
  rmSync(own, { recursive: true, force: true });
}

async function stop(why: string): Promise<void> {
  console.error(why);
  await cleanUp();
  process.exit(1);
}
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => void stop(`Ended by ${signal}.`));

type System = { name: string; start(calls: number): Promise<Running> };

async function systems(): Promise<System[]> {
  const folder = options.world ?? join(own, "world");
  const world = await loadWorld(resolve(folder), Math.max(...stages));
  const env = { ...sandbox.env, NODE_EXTRA_CA_CERTS: certificate };
  const parts: SystemParts = { generator, world, env, core, nodeFlags: [] };
  const flags = options.flags.split(" ").filter((flag) => flag !== "");
  // Of a flag that comes twice node takes the last one.
  const ours = { ...parts, nodeFlags: [...productFlags(ROOT), ...flags] };
  const all: System[] = [
    { name: "minimal ws bridge", start: () => startMinimal(parts) },
    { name: "ringside", start: (calls) => startOurs(ours, calls) },
  ];
  if (options.other !== undefined) {
    const main = resolve(options.other, "server/main.ts");
    const other = { ...parts, nodeFlags: productFlags(options.other), main };
    all.push({ name: "other", start: (calls) => startOurs(other, calls) });
  }
  const { system } = options;
  return all.filter(({ name }) => system === "both" || name.startsWith(system));
}

async function connect(name: string, running: Running, calls: number): Promise<void> {
  const startedAt = performance.now();
  const sinceMs = () => Math.round(performance.now() - startedAt);
  let now = "nothing yet";
  const connected = async () => {
    const { streams, sessions } = await generator.ask<"figures">({ kind: "figures" });
    now = `${streams} streams, ${sessions} voice sessions`;
    return streams === calls && sessions >= calls;
  };
  const asked = running.dial(calls).then(() => console.log(`  ${calls} calls asked for: ${sinceMs()} ms`));
  const all = until(`${calls} calls are connected`, connected, CONNECTED_WITHIN_MS);
  await Promise.all([asked, all]).catch(async (error: unknown) => {
    const why = error instanceof Error ? error.message : "";
    throw new Error(
      `${name}: ${why} Not ${calls} calls were connected in time, but ${now}. ${await running.explain()}`,
    );
  });
  console.log(`  ${calls} calls connected: ${sinceMs()} ms`);
}

async function measure(name: string, running: Running, calls: number): Promise<StageResult> {
  await connect(name, running, calls);
  await new Promise((done) => setTimeout(done, WARM_MS));
  await generator.ask<"begin">({ kind: "begin" });
  const before = {
    cpu: cpuSeconds(running.pid),
    generator: cpuSeconds(generator.pid),
    at: performance.now(),
  };
  await new Promise((done) => setTimeout(done, Number(options.seconds) * 1000));
  const cpu = cpuSeconds(running.pid) - before.cpu;
  const generatorCpu = cpuSeconds(generator.pid) - before.generator;
  const seconds = (performance.now() - before.at) / 1000;
  const endKb = residentKb(running.pid);
  const window = await generator.ask<"figures">({ kind: "figures" });
  const frames = await generator.ask<"hangUp">({ kind: "hangUp" });
  return {
    system: name,
    calls,
    seconds,
    corePercent: (cpu / seconds) * 100,
    cpuPerCallMinute: (cpu * 60) / (calls * seconds),
    generatorPercent: (generatorCpu / seconds) * 100,
    residentKb: endKb,
    window,
    frames,
    trouble: await running.trouble(calls),
  };
}

async function stage({ name, start }: System, calls: number): Promise<void> {
  const limit = setTimeout(() => void stop(`${name} at ${calls} calls took too long.`), STAGE_LIMIT_MS);
  const running = await start(calls);
  underTest = running;
  // Our server is a session of its own.
  prioritise(running.pid, nice);
  try {
    const result = await measure(name, running, calls);
    results.push(result);
    if (options.results !== undefined) appendFileSync(options.results, `${JSON.stringify(result)}\n`);
    console.log(tableOf([result]).split("\n").at(-1));
    if (result.trouble !== null) console.log(`  statuses: ${result.trouble}`);
  } finally {
    underTest = null;
    await running.stop();
    clearTimeout(limit);
  }
}

function allResults(): StageResult[] {
  if (options.results === undefined || !existsSync(options.results)) return results;
  const lines = readFileSync(options.results, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as StageResult);
}

try {
  const compared = await systems();
  for (const calls of stages) {
    for (let run = 0; run < Number(options.repeat); run++) {
      for (const system of compared) await stage(system, calls);
    }
  }
  console.log(`\n${tableOf(allResults())}`);
  const page = fileURLToPath(new URL("FIGURES.md", import.meta.url));
  if (options.figures) writeFileSync(page, figuresPage(allResults()));
} finally {
  await cleanUp();
}
process.exit(0);
