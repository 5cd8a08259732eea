import type { FrameFigures, WindowFigures } from "#e2e/load/generator/generator.ts";
import { execFileSync } from "node:child_process";
import { cpus, tmpdir } from "node:os";

/** One system at one number of calls, once. */
export type StageResult = {
  system: string;
  calls: number;
  seconds: number;
  corePercent: number;
  cpuPerCallMinute: number;
  /** At the end of the window. */
  residentKb: number;
  generatorPercent: number;
  window: WindowFigures;
  frames: FrameFigures;
  /** Calls that did not end well. */
  trouble: string | null;
};

const median = (values: (number | null)[]): number | null => {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
};

const shown = (value: number | null, digits: number) => (value === null ? "–" : value.toFixed(digits));

const HEAD = [
  "calls",
  "system",
  "runs",
  "core %",
  "CPU s per call-minute",
  "inbound p50 / p99 ms",
  "outbound p50 / p99 ms",
  "speech-started → clear p50 / p99 ms",
  "truncation off by p50 / p99 ms",
  "truncated / refused / deaf",
  "consumer's frames sent; lost at start / inside / end; repeated / reordered / changed",
  "agent's frames heard; lost / repeated / changed / after clear",
  "memory MB",
  "KB per further call",
  "generator %",
];

/** One row per system and number of calls: medians of the runs for times, sums for what was counted. */
export function tableOf(results: StageResult[]): string {
  const groups = Map.groupBy(results, ({ calls, system }) => `${String(calls).padStart(5)} ${system}`);
  const rows = [...groups.entries()]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([, runs]) => rowOf(runs, results));
  const lines = [HEAD, HEAD.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Memory beyond that of the smallest stage of the same system, for each call more; null for that stage itself. */
function kbPerFurtherCall(calls: number, system: string, results: StageResult[]): number | null {
  const own = results.filter((result) => result.system === system);
  const fewest = Math.min(...own.map((result) => result.calls));
  const kbAt = (count: number) =>
    median(own.filter((result) => result.calls === count).map(({ residentKb }) => residentKb)) ?? 0;
  return calls === fewest ? null : (kbAt(calls) - kbAt(fewest)) / (calls - fewest);
}

function rowOf(runs: StageResult[], results: StageResult[]): string[] {
  const [first] = runs;
  if (first === undefined) return [];
  const middle = (of: (run: StageResult) => number | null, digits = 1) => shown(median(runs.map(of)), digits);
  const total = (of: (run: StageResult) => number) => String(runs.reduce((sum, run) => sum + of(run), 0));
  const { calls, system } = first;
  return [
    String(calls),
    system,
    String(runs.length),
    middle((run) => run.corePercent),
    middle((run) => run.cpuPerCallMinute, 4),
    `${middle((run) => run.window.inboundP50Ms, 2)} / ${middle((run) => run.window.inboundP99Ms)}`,
    `${middle((run) => run.window.outboundP50Ms, 2)} / ${middle((run) => run.window.outboundP99Ms)}`,
    `${middle((run) => run.window.clearP50Ms, 2)} / ${middle((run) => run.window.clearP99Ms)}`,
    `${middle((run) => run.window.truncationP50Ms, 2)} / ${middle((run) => run.window.truncationP99Ms)}`,
    [
      total((run) => run.window.truncations),
      total((run) => run.window.refused),
      total((run) => run.window.deaf),
    ].join(" / "),
    `${total(({ frames }) => frames.consumer.sent)}; ${[
      total(({ frames }) => frames.consumer.lostAtStart),
      total(({ frames }) => frames.consumer.lostInside),
      total(({ frames }) => frames.consumer.lostAtEnd),
    ].join(" / ")}; ${[
      total(({ frames }) => frames.consumer.repeated),
      total(({ frames }) => frames.consumer.reordered),
      total(({ frames }) => frames.consumer.changed),
    ].join(" / ")}`,
    `${total(({ frames }) => frames.agent.received)}; ${[
      total(({ frames }) => frames.agent.lost),
      total(({ frames }) => frames.agent.repeated),
      total(({ frames }) => frames.agent.changed),
      total(({ frames }) => frames.agent.stale),
    ].join(" / ")}`,
    middle((run) => run.residentKb / 1024, 0),
    shown(kbPerFurtherCall(calls, system, results), 0),
    middle((run) => run.generatorPercent, 0),
  ];
}

/** The file beside the script. */
export function figuresPage(results: StageResult[]): string {
  const [cpu] = cpus();
  const calls = [...new Set(results.map((result) => result.calls))].toSorted((a, b) => a - b).join(",");
  const seconds = Math.round(results[0]?.seconds ?? 0);
  const command = `npm run load -- --calls ${calls} --seconds ${seconds} --nice=-15 --results <file> --figures`;
  const troubles = results.filter(
    ({ trouble, frames }) =>
      trouble !== null || frames.streamsLost + frames.webhooksFailed + frames.sessionsLeft > 0,
  );
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  return `# Load figures

Written by \`${command}\` (e2e/load/README.md says what is measured and how), never by hand.

- ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, at commit ${commit}
- ${cpus().length} cores, ${cpu?.model.trim() ?? "unknown"}; node ${process.version}; the system under test on one core, the load, the database and the
  watchers on the other; database and recordings in ${tmpdir()}
- A shared machine on which other work ran: **absolute values move; compare the systems of one run**. Times are medians of the runs,
  counts are sums.
- \`ringside\`: everything on (journal stored, two-channel recording where consent is granted, Socket.IO watchers on every call and on the board;
  listen-in does not exist yet). \`minimal ws bridge\`:
  \`minimal-bridge.ts\`, which does nothing but join the two sockets. \`other\`: an earlier checkout (\`--other <folder>\`), see README.md.

${tableOf(results)}

${
  troubles.length === 0
    ? "Every call of these runs ended `completed`; no stream was lost, no webhook failed, no voice session outlived its call."
    : troubles.map(troubleLine).join("\n")
}
`;
}

function troubleLine({ system, calls, trouble, frames }: StageResult): string {
  const { streamsLost, webhooksFailed, sessionsLeft } = frames;
  return `- ${system} at ${calls}: streams lost ${streamsLost}, webhooks failed ${webhooksFailed}, voice sessions left ${sessionsLeft}; statuses ${trouble ?? "all completed"}`;
}
