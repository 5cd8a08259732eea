import { availableParallelism, loadavg, release, type } from "node:os";
import type { Rates } from "#server/database/embedded/bench/measures.ts";

export type SizeFigures = { size: number; fill: number; one: Rates; fifty: Rates };
export type Figures = {
  loadBefore: number[];
  sizes: SizeFigures[];
  startMs: { empty: number; filled: number };
  memoryMb: { idle: number; filled: number; afterMillion: number };
  million: { operations: number; perSecond: number };
  backlog: { jobs: number; wide: number; standard: number };
};

/**
 * What an earlier prototype reached on a two-core machine with little else to do (synchronous=FULL, 10,000 and
 * 100,000 documents): one client and fifty.
 */
const PROTOTYPE: Record<number, { fill: number; one: Rates; fifty: Rates }> = {
  10_000: {
    fill: 28_139,
    one: {
      insert: 1_905,
      "find by id": 3_986,
      "find by index": 5_337,
      "sorted page of 20": 1_503,
      findOneAndUpdate: 1_770,
    },
    fifty: { insert: 13_708, "find by id": 12_341, "find by index": 7_368, findOneAndUpdate: 9_240 },
  },
  100_000: {
    fill: 45_085,
    one: {
      insert: 2_270,
      "find by id": 4_107,
      "find by index": 4_347,
      "sorted page of 20": 1_472,
      findOneAndUpdate: 1_273,
    },
    fifty: { insert: 14_504, "find by id": 11_861, "find by index": 15_266, findOneAndUpdate: 7_458 },
  },
};
const PROTOTYPE_BACKLOG = 385;

const load = (values: readonly number[]) => values.map((value) => value.toFixed(1)).join(", ");

function versus(value: number, reference: number | undefined): string {
  return reference === undefined ? `${value}` : `${value} (${(value / reference).toFixed(2)}×)`;
}

function table(figures: Figures, clients: "one" | "fifty"): string[] {
  const names = Object.keys(figures.sizes[0]?.one ?? {});
  const heads = figures.sizes.map(({ size }) => `${size.toLocaleString("en")} documents`);
  const rows = names.map((name) => {
    const cells = figures.sizes.map(({ size, [clients]: own }) =>
      versus(own[name] ?? 0, PROTOTYPE[size]?.[clients][name]),
    );
    const [first, last] = [figures.sizes[0]?.[clients][name], figures.sizes.at(-1)?.[clients][name]];
    const flat = first && last ? (last / first).toFixed(2) : "";
    return `| ${name} | ${cells.join(" | ")} | ${flat} |`;
  });
  return [
    `| operations per second | ${heads.join(" | ")} | largest : smallest |`,
    `| --- |${heads.map(() => " --- |").join("")} --- |`,
    ...rows,
  ];
}

/** The figures as a page; `date` is when they were measured. */
export function page(figures: Figures, date: Date): string {
  const { sizes, startMs, memoryMb, million, backlog, loadBefore } = figures;
  const fills = sizes.map(
    ({ size, fill }) => `${size.toLocaleString("en")}: ${versus(fill, PROTOTYPE[size]?.fill)}`,
  );
  return [
    "# Figures of the embedded database",
    "",
    "Written by `node server/database/embedded/bench/bench.ts`; do not edit.",
    "",
    `- Measured ${date.toISOString().slice(0, 16).replace("T", " ")} UTC, Node ${process.versions.node}, ${type()} ${release()}, ${availableParallelism()} cores.`,
    `- Load average (1, 5, 15 minutes) before: ${load(loadBefore)}; after: ${load(loadavg())}. The client runs on the same cores.`,
    "- Documents like calls, about 500 bytes, three indexes (`_id`, `phone`, `status`+`createdAt`). Every write is on the disk before its answer.",
    "- In brackets: how many times the rate of an earlier prototype, measured on two cores with little else to do. Below 1 is slower; the machine's load explains part of it.",
    "",
    "## One client",
    "",
    ...table(figures, "one"),
    "",
    "## Fifty clients",
    "",
    ...table(figures, "fifty"),
    "",
    "## Others",
    "",
    `- Filling in batches of 1,000, documents per second: ${fills.join("; ")}.`,
    `- Start until ready: ${startMs.empty} ms empty, ${startMs.filled} ms with the largest collection.`,
    `- Memory (resident): ${memoryMb.idle} MB idle (goal 80), ${memoryMb.filled} MB after filling and measuring, ${memoryMb.afterMillion} MB after ${million.operations.toLocaleString("en")} further operations (goal 250), which ran at ${million.perSecond} per second with a change stream open.`,
    `- Agenda, a backlog of ${backlog.jobs} due jobs with empty handlers: ${versus(backlog.wide, PROTOTYPE_BACKLOG)} jobs per second with a concurrency of 50; ${backlog.standard} with 20 (goal 385).`,
    "",
  ].join("\n");
}
