import { CALLEES } from "#e2e/matrix/callees.ts";
import { type Cell, type CellResult, nameOf, runCell } from "#e2e/matrix/cell.ts";
import { FAULTS, makesSense } from "#e2e/matrix/faults.ts";
import { becomesQuiet, idleTimers, timersReturn } from "#e2e/matrix/quiet.ts";
import { Seeded } from "#e2e/matrix/seeded.ts";
import type { World } from "#e2e/support/world.ts";

/** What a run found. `left`: what was left behind after all calls had ended. */
export type MatrixResult = { readonly results: CellResult[]; readonly left: string[] };

/** Every call that makes sense. */
export function allCells(): Cell[] {
  const [first] = CALLEES;
  return CALLEES.flatMap((callee) =>
    FAULTS.filter((fault) => makesSense(callee, fault))
      .filter((fault) => fault.alone !== true || callee === first)
      .map((fault) => ({ callee, fault })),
  );
}

/** Whatever the callee, the call then waits long: for the carrier to be asked what it did not tell, or for the analyst's next try. */
const takesTime = ({ name }: Cell["fault"]) => name === "callback lose all" || name.startsWith("analyst ");

/** `count` of the quick ones by chance: every callee and as many faults as possible come before any comes twice. */
export function someCells(seed: number, count: number): Cell[] {
  const together = allCells().filter(
    ({ callee, fault }) => callee.quick === true && fault.alone !== true && !takesTime(fault),
  );
  const random = new Seeded(seed, "choice");
  const chosen: Cell[] = [];
  const uses = (pick: (cell: Cell) => unknown, cell: Cell) =>
    chosen.filter((other) => pick(other) === pick(cell)).length;
  const rest = random.shuffled(together);
  while (chosen.length < count && rest.length > 0) {
    const cost = (cell: Cell) =>
      uses(({ callee }) => callee, cell) * 2 + uses(({ fault }) => fault, cell) * 3;
    const best = rest.reduce((a, b) => (cost(b) < cost(a) ? b : a));
    chosen.push(best);
    rest.splice(rest.indexOf(best), 1);
  }
  return chosen;
}

/** The shortest talk there is. */
const isWarmUp = ({ callee, fault }: Cell) => callee.name === "hangs-up-at-once" && fault.name === "none";

async function inParallel(
  cells: readonly Cell[],
  lanes: number,
  work: (cell: Cell) => Promise<CellResult>,
): Promise<CellResult[]> {
  const waiting = [...cells];
  const results: CellResult[] = [];
  const lane = async () => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift())
      results.push(await work(cell));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

type RunOptions = { seed: number; lanes: number; told?: (result: CellResult) => void };

/** Plays these calls, `lanes` at a time, in an order that follows from the seed; those that hold up all others come last, one by one. */
async function playAll(world: World, cells: readonly Cell[], options: RunOptions): Promise<CellResult[]> {
  const { seed, lanes, told } = options;
  const play = async (cell: Cell) => {
    const result = await runCell(world, cell, seed);
    told?.(result);
    return result;
  };
  const order = new Seeded(seed, "order").shuffled(cells);
  const isAlone = ({ fault }: Cell) => fault.alone === true;
  const together = await inParallel(
    order.filter((cell) => !isAlone(cell)),
    lanes,
    play,
  );
  return [...together, ...(await inParallel(order.filter(isAlone), 1, play))];
}

/** Plays these calls and waits until nothing of them is left. */
export async function runMatrix(
  world: World,
  cells: readonly Cell[],
  options: RunOptions,
): Promise<MatrixResult> {
  const results = await playAll(world, cells, options);
  return { results, left: await becomesQuiet(world) };
}

/** The same, and the server's process must hold no more timers than before; that takes two minutes longer: the carrier's prices are asked for. */
export async function runMatrixWithTimers(
  world: World,
  cells: readonly Cell[],
  options: RunOptions,
): Promise<MatrixResult> {
  // What a process keeps for good (pools, caches) it has after its first calls.
  const warmUp = await runMatrix(world, allCells().filter(isWarmUp), { ...options, told: () => undefined });
  const cold = complaints(warmUp, options.seed).map((complaint) => `at the warm-up: ${complaint}`);
  const before = await idleTimers(world);
  const { results, left } = await runMatrix(world, cells, options);
  return { results, left: [...cold, ...left, ...(await timersReturn(world, before))] };
}

/** One line per broken call, with the way to play it again. */
export function complaints({ results, left }: MatrixResult, seed: number): string[] {
  const broken = results.filter(({ problems }) => problems.length > 0);
  return [
    ...broken.map(
      (result) =>
        `${nameOf(result.cell)}: ${result.problems.join("; ")}   npm run matrix -- --only "${nameOf(result.cell)}" --seed ${seed}`,
    ),
    ...left.map((what) => `left behind: ${what}`),
  ];
}
