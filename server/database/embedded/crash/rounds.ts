import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MongoClient } from "mongodb";
import { Ledger } from "#server/database/embedded/crash/ledger.ts";
import type { Kept } from "#server/database/embedded/crash/writer.ts";
import { startEmbeddedDatabase } from "#server/database/embedded/embedded-database.ts";
import { Engine } from "#server/database/embedded/storage/engine.ts";
import { DATABASE_FILE, openStore } from "#server/database/embedded/storage/schema.ts";
import { checkFile } from "#server/database/embedded/transfer/check.ts";
import { decodeDoc } from "#server/database/embedded/values/decode.ts";

export type CrashReport = { rounds: number; answered: number; documents: number; problems: string[] };

const SCRIPT = fileURLToPath(new URL("crash.ts", import.meta.url));
const FLAGS = ["--disable-warning=ExperimentalWarning", SCRIPT];
const WRITERS = 6;
const WRITER_PROCESSES = 2;
const LOOK_EVERY_MS = 5;
/** A round is killed when its logs have grown by this; it differs from round to round. */
const bytesIn = (round: number) => 3_000 + ((round * 7_919) % 23_000);

/**
 * Round after round: a database and writer processes, all killed at once (SIGKILL to the process group) in the
 * middle of their work. After each round the file is compared with what was answered, and its indexes with its
 * documents.
 */
export async function crashRounds(
  root: string,
  rounds: number,
  say: (line: string) => void,
): Promise<CrashReport> {
  const dataDir = join(root, "data");
  const logs = join(root, "logs");
  mkdirSync(logs, { recursive: true });
  const report: CrashReport = { rounds: 0, answered: 0, documents: 0, problems: [] };
  for (let round = 1; round <= rounds; round += 1) {
    await killedRound(dataDir, logs, round);
    const ledger = new Ledger();
    for (const name of readdirSync(logs)) ledger.read(readFileSync(join(logs, name), "utf8"));
    const path = join(dataDir, DATABASE_FILE);
    const problems = [...checkFile(path).problems, ...ledger.compare(documentsOf(path))];
    Object.assign(report, { rounds: round, answered: ledger.answered, documents: documentsOf(path).length });
    report.problems.push(...problems.map((problem) => `round ${round}: ${problem}`));
    say(`round ${round}: ${ledger.answered} answered writes so far, ${report.problems.length} problems`);
  }
  return report;
}

function documentsOf(path: string): Kept[] {
  const engine = new Engine(openStore(path));
  const kept = engine.catalog.get("ringside.kept");
  const rows = kept?.records.scan(0, Number.MAX_SAFE_INTEGER, false) ?? [];
  const documents = rows.map(({ bytes }) => ({ ...decodeDoc(bytes) }) as unknown as Kept);
  engine.close();
  return documents;
}

async function killedRound(dataDir: string, logs: string, round: number): Promise<void> {
  const host = spawn(process.execPath, [...FLAGS, "host", dataDir, logs, String(round)], {
    detached: true,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const closed = once(host, "close");
  const { pid } = host;
  if (pid === undefined) throw new Error("The round's processes could not be started.");
  const enough = bytesIn(round);
  const isOver = () => host.exitCode !== null;
  while (!isOver() && sizeOf(logs, round) < enough) await wait(LOOK_EVERY_MS);
  if (isOver()) throw new Error("The round's database ended by itself.");
  process.kill(-pid, "SIGKILL");
  await closed;
}

const logOf = (logs: string, round: number, name: number) => join(logs, `${round}-${name}.log`);

function sizeOf(logs: string, round: number): number {
  const paths = Array.from({ length: WRITERS * WRITER_PROCESSES }, (_, name) => logOf(logs, round, name));
  return paths.reduce((sum, path) => sum + (existsSync(path) ? statSync(path).size : 0), 0);
}

/** The round's first process: the database and the writers belong to its group. */
export async function host(dataDir: string, logs: string, round: number): Promise<void> {
  const { uri } = await startEmbeddedDatabase({ dataDir });
  const client = await new MongoClient(uri).connect();
  const kept = client.db().collection<Kept>("kept");
  await kept.createIndex({ owner: 1, even: 1 });
  await kept.createIndex({ group: 1 }, { partialFilterExpression: { group: { $type: "string" } } });
  await kept.createIndex({ owner: 1, _id: 1 }, { unique: true });
  for (let process_ = 0; process_ < WRITER_PROCESSES; process_ += 1) {
    const names = Array.from({ length: WRITERS }, (_, at) => process_ * WRITERS + at);
    const args = names.flatMap((name) => [`r${round}w${name}`, logOf(logs, round, name)]);
    spawn(process.execPath, [...FLAGS, "writers", uri, ...args], { stdio: "inherit" });
  }
}
