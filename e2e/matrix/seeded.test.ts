import { allCells, someCells } from "#e2e/matrix/run.ts";
import { nameOf } from "#e2e/matrix/cell.ts";
import { Seeded } from "#e2e/matrix/seeded.ts";
import { expect, test } from "vitest";

const moments = (seed: number, name: string) => {
  const random = new Seeded(seed, name);
  return Array.from({ length: 5 }, () => random.between(0, 1_000_000));
};

test("[MX6] a call meets the same moments whenever it is played, and others than any other call or seed", () => {
  const names = allCells().map(nameOf);
  const played = names.map((name) => moments(7, name).join());
  expect(names.toReversed().map((name) => moments(7, name).join())).toEqual(played.toReversed());
  expect(new Set(played).size).toBe(names.length);
  expect(moments(8, "brief/voice drop")).not.toEqual(moments(7, "brief/voice drop"));
});

test("[MX6] the choice of a short run follows from its seed", () => {
  const choice = (seed: number) => someCells(seed, 16).map(nameOf);
  expect(choice(1)).toEqual(choice(1));
  expect(choice(2)).not.toEqual(choice(1));
});
