import { complaints, runMatrix, someCells } from "#e2e/matrix/run.ts";
import { startWorld, type World } from "#e2e/support/world.ts";
import { afterAll, beforeAll, expect, test } from "vitest";

/** `MATRIX_SEED` plays another choice. The whole matrix is `npm run matrix`. */
const SEED = Number(process.env["MATRIX_SEED"] ?? 1);
const CALLS = 16;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

test(`[MX1] [MX2] [MX3] [MX4] callees and faults by chance (seed ${SEED}): each call ends as it must, and nothing is left of any`, async () => {
  const found = await runMatrix(world, someCells(SEED, CALLS), { seed: SEED, lanes: CALLS });
  expect(complaints(found, SEED)).toEqual([]);
  expect(found.results.length).toBe(CALLS);
});
