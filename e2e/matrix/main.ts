import { CALLEES } from "#e2e/matrix/callees.ts";
import { type CellResult, nameOf } from "#e2e/matrix/cell.ts";
import { FAULTS } from "#e2e/matrix/faults.ts";
import { addFigures, LEGEND, letterOf } from "#e2e/matrix/figures.ts";
import { allCells, complaints, runMatrix, runMatrixWithTimers } from "#e2e/matrix/run.ts";
import { startWorld } from "#e2e/support/world.ts";
import { parseArgs } from "node:util";

/**
 * The matrix run: every callee under every fault, real processes, many calls at a time.
 * `npm run matrix -- [--seed N] [--rounds R] [--part 1/3] [--lanes 20] [--only callee/fault] [--timers] [--figures]`
 */
const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    rounds: { type: "string", default: "1" },
    part: { type: "string", default: "1/1" },
    lanes: { type: "string", default: "20" },
    only: { type: "string" },
    timers: { type: "boolean", default: false },
    figures: { type: "boolean", default: false },
  },
});

/** Faults down, callees across. */
function table(results: readonly CellResult[]): string {
  const width = Math.max(...FAULTS.map((fault) => fault.name.length));
  const head = CALLEES.map(({ name }, index) => `${String.fromCodePoint(97 + index)} = ${name}`).join(", ");
  const letters = CALLEES.map((_callee, index) => String.fromCodePoint(97 + index)).join(" ");
  const played = FAULTS.filter((fault) => results.some(({ cell }) => cell.fault === fault));
  const rows = played.map((fault) => {
    const cells = CALLEES.map((callee) => {
      const found = results.find(({ cell }) => cell.callee === callee && cell.fault === fault);
      return found === undefined ? "·" : letterOf(found);
    });
    return `${fault.name.padEnd(width)}  ${cells.join(" ")}`;
  });
  return [head, "", `${"".padEnd(width)}  ${letters}`, ...rows, "", LEGEND].join("\n");
}

function chosenCells() {
  const { only, part } = values;
  if (only !== undefined) return allCells().filter((cell) => nameOf(cell) === only);
  const [index, count] = part.split("/").map(Number);
  // By fault, so that every part has as many faults as it can have.
  const byFault = allCells().toSorted((a, b) => FAULTS.indexOf(a.fault) - FAULTS.indexOf(b.fault));
  return byFault.filter((_cell, at) => at % (count ?? 1) === (index ?? 1) - 1);
}

async function round(seed: number): Promise<number> {
  const cells = chosenCells();
  if (cells.length === 0) throw new Error("There is no such call. See e2e/matrix/callees.ts and faults.ts.");
  console.log(`seed ${seed}, ${cells.length} calls`);
  const startedMs = performance.now();
  const world = await startWorld();
  try {
    const told = (result: CellResult) => {
      const seconds = Math.round(result.tookMs / 1000);
      console.log(`${letterOf(result)} ${nameOf(result.cell)} ${seconds} s ${result.problems.join("; ")}`);
    };
    const run = values.timers ? runMatrixWithTimers : runMatrix;
    const found = await run(world, cells, { seed, lanes: Number(values.lanes), told });
    const wrong = complaints(found, seed);
    if (values.only !== undefined) for (const { trace } of found.results) console.log(trace.join("\n"));
    console.log(`\n${table(found.results)}\n`);
    for (const line of wrong) console.log(line);
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    console.log(`seed ${seed}: ${found.results.length} calls in ${seconds} s, ${wrong.length} complaints`);
    if (values.figures) {
      const command = `npm run matrix -- ${process.argv.slice(2).join(" ")}`;
      const at = new Date().toISOString().slice(0, 16).replace("T", " ");
      const left = found.left.join("; ") || "nothing";
      addFigures({ command, at, calls: cells.length, seconds, left }, found.results);
    }
    return wrong.length;
  } finally {
    await world.stop();
  }
}

// The processes of a run end with it, also when somebody has had enough of it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const firstSeed = Number(values.seed ?? Date.now() % 1_000_000);
let wrong = 0;
for (let index = 0; index < Number(values.rounds); index++) wrong += await round(firstSeed + index);
process.exitCode = wrong > 0 ? 1 : 0;
