import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/**
 * `npm test`: types, lint, format, dead code, unit, integration and browser journeys, one after the other. Everything runs although
 * something failed, except that nothing runs on wrong types. Tests that passed only when run again are named in the summary. The last
 * line is "N passed, N failed".
 */
const root = fileURLToPath(new URL("../", import.meta.url));
const reports = mkdtempSync(join(tmpdir(), "ringside-reports-"));
const PATH = [join(root, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter);

type Counts = { passed: number; failed: number; skipped: number; flaky?: string[] };

const vitestSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullable(),
        }),
      ),
    }),
  ),
});
const specSchema = z.object({ title: z.string(), tests: z.array(z.object({ status: z.string() })) });
const playwrightSchema = z.object({
  suites: z.array(z.object({ specs: z.array(specSchema) })),
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
});

function run(command: string, args: string[], env: Record<string, string> = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, PATH, ...env },
    });
    child.once("error", (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(false);
    });
    child.once("close", (code) => resolve(code === 0));
  });
}

const oneStep = (ok: boolean): Counts => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 });

/** A run that failed without a failed test (a file that cannot be loaded, say) counts as one failure. */
const atLeastOne = (counts: Counts, ok: boolean): Counts =>
  ok || counts.failed > 0 ? counts : { ...counts, failed: 1 };

function reportIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null; // The run ended before it could write one.
  }
}

async function vitest(project: string): Promise<Counts> {
  const file = join(reports, `${project}.json`);
  const args = [
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ];
  const ok = await run("vitest", args);
  const { data } = vitestSchema.safeParse(reportIn(file));
  if (data === undefined) return oneStep(false);
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = data;
  const flaky = data.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    // A test that passed keeps the failure of its first run.
    .filter(({ status, failureMessages }) => status === "passed" && (failureMessages ?? []).length > 0)
    .map(({ fullName }) => fullName);
  return atLeastOne({ passed, failed, skipped, flaky }, ok && data.success);
}

async function playwright(): Promise<Counts> {
  if (!(await run("vite", ["build", "--logLevel", "warn"]))) return oneStep(false);
  const file = join(reports, "e2e.json");
  const ok = await run("playwright", ["test", "--reporter=list,json"], { PLAYWRIGHT_JSON_OUTPUT_FILE: file });
  const { data } = playwrightSchema.safeParse(reportIn(file));
  if (data === undefined) return oneStep(false);
  const { expected, unexpected, flaky: again, skipped } = data.stats;
  const flaky = data.suites
    .flatMap(({ specs }) => specs)
    .filter(({ tests }) => tests.some(({ status }) => status === "flaky"))
    .map(({ title }) => title);
  return atLeastOne({ passed: expected + again, failed: unexpected, skipped, flaky }, ok);
}

const SECTIONS: { name: string; work: () => Promise<Counts> }[] = [
  { name: "types", work: async () => oneStep(await run("tsc", ["--noEmit"])) },
  { name: "lint", work: async () => oneStep(await run("oxlint", ["--deny-warnings"])) },
  { name: "format", work: async () => oneStep(await run("oxfmt", ["--check", "."])) },
  { name: "dead code", work: async () => oneStep(await run("knip", [])) },
  { name: "unit", work: () => vitest("unit") },
  { name: "integration", work: () => vitest("integration") },
  { name: "browser journeys", work: playwright },
];

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const summary: string[] = [];
for (const { name, work } of SECTIONS) {
  console.log(`\n━━━ ${name} ${"━".repeat(60 - name.length)}\n`);
  const startedMs = performance.now();
  const { passed, failed, skipped, flaky = [] } = await work();
  total.passed += passed;
  total.failed += failed;
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  const left = skipped > 0 ? `, ${skipped} skipped` : "";
  summary.push(`${name.padEnd(18)}${passed} passed, ${failed} failed${left} (${seconds} s)`);
  for (const title of flaky) summary.push(`${" ".repeat(18)}flaky: ${title}`);
  if (name === "types" && failed > 0) break;
}
rmSync(reports, { recursive: true, force: true });
console.log(`\n━━━ summary ${"━".repeat(53)}\n\n${summary.join("\n")}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
