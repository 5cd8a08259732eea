import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MongoClient } from "mongodb";
import { backlog, fill, manyOperations, rates } from "#server/database/embedded/bench/measures.ts";
import { page, type Figures, type SizeFigures } from "#server/database/embedded/bench/report.ts";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";

/**
 * Measures the embedded database and writes FIGURES.md, about four minutes; `npm run format` then aligns its tables.
 * `--operations N` instead of a million, `--only backlog` prints that figure alone.
 */
const SIZES = [1_000, 10_000, 100_000];
const JOBS = 1_500;

const { values: options } = parseArgs({
  options: { operations: { type: "string", default: "1000000" }, only: { type: "string" } },
});
const root = mkdtempSync(join(tmpdir(), "ringside-bench-"));
const say = (text: string) => process.stdout.write(`${text}\n`);

async function withServer<T>(name: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const server = await startEmbeddedDatabase({ dataDir: join(root, name) });
  const client = await new MongoClient(server.uri, { maxPoolSize: 50 }).connect();
  try {
    return await use(client);
  } finally {
    await client.close();
    await server.stop();
  }
}

async function startTimeMs(name: string): Promise<number> {
  const startedMs = performance.now();
  const server = await startEmbeddedDatabase({ dataDir: join(root, name) });
  const tookMs = Math.round(performance.now() - startedMs);
  await server.stop();
  return tookMs;
}

async function memoryMb(client: MongoClient): Promise<number> {
  const { mem } = await client.db("admin").command({ serverStatus: 1 });
  return Number(mem.resident);
}

async function sizeFigures(client: MongoClient, size: number): Promise<SizeFigures> {
  const db = client.db();
  const filled = await fill(db, size);
  const one = await rates(db, size, 1);
  const fifty = await rates(db, size, 50);
  say(`${size}: ${JSON.stringify({ one, fifty })}`);
  return { size, fill: filled, one, fifty };
}

async function backlogs(): Promise<Figures["backlog"]> {
  return withServer("jobs", async (client) => {
    const wide = await backlog(client.db(), JOBS, 50);
    const standard = await backlog(client.db(), JOBS, 20);
    say(`backlog: ${wide} and ${standard} jobs per second`);
    return { jobs: JOBS, wide, standard };
  });
}

async function measureAll(): Promise<Figures> {
  const loadBefore = loadavg();
  await startTimeMs("warm-up");
  const empty = await startTimeMs("empty");
  const idle = await withServer("idle", memoryMb);
  const jobs = await backlogs();
  const sizes: SizeFigures[] = [];
  for (const size of SIZES.slice(0, -1))
    sizes.push(await withServer(`size${size}`, (client) => sizeFigures(client, size)));
  const operations = Number(options.operations);
  const [largest = 0] = SIZES.slice(-1);
  const memory = await withServer("largest", async (client) => {
    sizes.push(await sizeFigures(client, largest));
    const filled = await memoryMb(client);
    const perSecond = await manyOperations(client, operations);
    return { filled, afterMillion: await memoryMb(client), perSecond };
  });
  const { perSecond, ...memoryAfter } = memory;
  return {
    loadBefore,
    sizes,
    startMs: { empty, filled: await startTimeMs("largest") },
    memoryMb: { idle, ...memoryAfter },
    million: { operations, perSecond },
    backlog: jobs,
  };
}

try {
  if (options.only === "backlog") await backlogs();
  else {
    const text = page(await measureAll(), new Date());
    writeFileSync(fileURLToPath(new URL("../FIGURES.md", import.meta.url)), text);
    say(text);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
// Agenda leaves timers behind that would hold the process up.
process.exit(0);
