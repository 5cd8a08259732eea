import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crashRounds, host } from "#server/database/embedded/crash/rounds.ts";
import { writeForever } from "#server/database/embedded/crash/writer.ts";

/** `node server/database/embedded/crash/crash.ts [ROUNDS]`: 50 rounds unless said otherwise. Ends with 1 when anything was lost. */
const DEFAULT_ROUNDS = 50;

const say = (line: string) => process.stdout.write(`${line}\n`);
const [mode, ...args] = process.argv.slice(2);

if (mode === "host") {
  const [dataDir = "", logs = "", round = "0"] = args;
  await host(dataDir, logs, Number(round));
} else if (mode === "writers") {
  const [uri = "", ...pairs] = args;
  const writers: Promise<never>[] = [];
  for (let at = 0; at + 1 < pairs.length; at += 2)
    writers.push(writeForever(uri, pairs[at] ?? "", pairs[at + 1] ?? ""));
  await Promise.all(writers);
} else {
  const root = mkdtempSync(join(tmpdir(), "ringside-crash-"));
  const report = await crashRounds(root, Number(mode ?? DEFAULT_ROUNDS), say);
  for (const problem of report.problems) say(problem);
  say(
    `${report.rounds} rounds, ${report.answered} answered writes, ${report.documents} documents, ${report.problems.length} problems`,
  );
  if (report.problems.length === 0) rmSync(root, { recursive: true });
  process.exitCode = report.problems.length === 0 ? 0 : 1;
}
