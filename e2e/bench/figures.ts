import type { ApiFigures } from "#e2e/bench/api.ts";
import type { LineFigures } from "#e2e/bench/line.ts";
import type { MarketFigures } from "#e2e/bench/market.ts";
import type { Quantiles } from "#e2e/bench/quantiles.ts";
import type { ScheduleFigures } from "#e2e/bench/schedule.ts";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

type Part<Figures> = { head: string[]; figures: Figures };

/** The last run of each part. */
type Book = {
  api?: Part<ApiFigures[]>;
  market?: Part<MarketFigures[]>;
  schedule?: Part<ScheduleFigures>;
  line?: Part<LineFigures[]>;
};

const BOOK = fileURLToPath(new URL("figures.json", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = fileURLToPath(new URL("FIGURES.md", import.meta.url));

/** How and on what a part was measured. */
export function headOf(command: string): string[] {
  const [cpu] = cpus();
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const at = new Date().toISOString().slice(0, 16).replace("T", " ");
  return [
    `\`${command}\`, ${at} UTC, at commit ${commit}`,
    `${cpus().length} cores, ${cpu?.model.trim() ?? "unknown"}; node ${process.version}; files in ${tmpdir()}`,
    `before the run ${loadavg()[0]?.toFixed(1) ?? "?"} processes wanted a core (load average of a minute), besides this one`,
  ];
}

/** Puts what was measured in the place of what was measured before, and writes the page. */
export function writeFigures(measured: Book): void {
  const known = existsSync(BOOK) ? (JSON.parse(readFileSync(BOOK, "utf8")) as Book) : {};
  const book = { ...known, ...measured };
  writeFileSync(BOOK, `${JSON.stringify(book, null, 2)}\n`);
  writeFileSync(PAGE, pageOf(book));
  // As everything else in the repository.
  execFileSync("npx", ["oxfmt", PAGE, BOOK], { cwd: ROOT });
}

export function pageOf({ api, market, schedule, line }: Book): string {
  return [
    "# Benchmark figures",
    "Written by `npm run bench -- --figures`, never by hand; [README.md](README.md) says what is measured and how. Times are milliseconds. On a shared machine absolute values move.",
    ...(api === undefined ? [] : ["## The API under load", list(api.head), apiText(api.figures)]),
    ...(market === undefined ? [] : ["## Inbox and matching", list(market.head), marketText(market.figures)]),
    ...(schedule === undefined
      ? []
      : ["## Scheduled calls", list(schedule.head), scheduleText(schedule.figures)]),
    ...(line === undefined ? [] : ["## The line", list(line.head), lineText(line.figures)]),
  ]
    .join("\n\n")
    .concat("\n");
}

const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join("\n");

const table = (rows: readonly (readonly (string | number)[])[]): string =>
  rows
    .flatMap((cells, index) => (index === 0 ? [cells, cells.map(() => "---")] : [cells]))
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");

const times = ({ p50, p95, p99, most }: Quantiles) => [p50, p95, p99, most];
const TIMES = ["p50", "p95", "p99", "most"];

function apiText(stages: readonly ApiFigures[]): string {
  const rates = stages.map(({ perSecond, all, failed, liveCalls, serverCorePercent, sentLate }) => [
    perSecond,
    all.count,
    ...times(all),
    failed,
    all.p95 <= GOAL_P95_MS && failed === 0 ? "reached" : "missed",
    liveCalls,
    serverCorePercent,
    `${sentLate.p50} / ${sentLate.p99}`,
  ]);
  const head = ["requests a second", "requests", ...TIMES, "failed", `goal (p95 ${GOAL_P95_MS})`];
  return [
    table([[...head, "live calls at the end", "server's core %", "sent late p50 / p99"], ...rates]),
    ...stages.map(operationsText),
  ].join("\n\n");
}

const GOAL_P95_MS = 80;

function operationsText({ perSecond, byOperation, failed, failures }: ApiFigures): string {
  const rows = Object.entries(byOperation).map(([name, own]) => [
    name,
    own.kind,
    own.count,
    ...times(own),
    own.failed,
  ]);
  const failing = Object.entries(failures).map(([what, count]) => `${what} (${count})`);
  return [
    `### ${perSecond} requests a second`,
    table([["operation", "kind", "requests", ...TIMES, "failed"], ...rows]),
    ...(failed === 0 ? [] : [`What failed: ${failing.join(", ")}.`]),
  ].join("\n\n");
}

function marketText(sizes: readonly MarketFigures[]): string {
  const names = Object.keys(sizes[0]?.requests ?? {});
  const titles = sizes.map(({ businesses, leads }) => `${businesses} businesses, ${leads} leads`);
  const cell = (quantiles: Quantiles | undefined) =>
    quantiles === undefined ? "–" : `${quantiles.p50} / ${quantiles.p95} / ${quantiles.p99}`;
  const reads = Object.keys(sizes[0]?.reads ?? {});
  return [
    "p50 / p95 / p99 of requests to a whole server, one after the other:",
    table([
      ["request", ...titles],
      ...names.map((name) => [name, ...sizes.map(({ requests }) => cell(requests[name]))]),
    ]),
    "Queries of one use / documents / index keys that all of them looked at, as the database explains them:",
    table([
      ["use", ...titles],
      ...reads.map((name) => [
        name,
        ...sizes.map(({ reads: { [name]: own } }) =>
          own === undefined ? "–" : `${own.queries} / ${own.documents} / ${own.keys}`,
        ),
      ]),
    ]),
  ].join("\n\n");
}

function lineText(sizes: readonly LineFigures[]): string {
  const cell = ({ p50, p95, p99 }: Quantiles) => `${p50} / ${p95} / ${p99}`;
  const rows = sizes.map(({ waiting, next, whole, place }) => [waiting, ...[next, whole, place].map(cell)]);
  return table([
    ["calls waiting", "finding the next one", "reading the whole line", "telling a place"],
    ...rows,
  ]);
}

function scheduleText(figures: ScheduleFigures): string {
  const { calls, minutes, alarm, claim, early, twice, never, phoneCalls, phonesTwice } = figures;
  return [
    `${calls} calls due within ${minutes} minutes.`,
    table([
      ["after the booked instant", ...TIMES],
      ["in the line (the alarm rang)", ...times(alarm)],
      ["claimed (written, about to be dialled)", ...times(claim)],
    ]),
    `Early: ${early}. Claimed twice: ${twice}. Never: ${never}. The phone network got ${phoneCalls} calls; ${phonesTwice} phones were called more than once.`,
  ].join("\n\n");
}
