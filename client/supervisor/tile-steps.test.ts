import { nextTile } from "#client/supervisor/tile-steps.ts";
import { expect, test } from "vitest";

/** Two tiles that need somebody, then rows of three and two. */
const places = [
  { top: 0, left: 0 },
  { top: 0, left: 100 },
  { top: 80, left: 0 },
  { top: 80, left: 100 },
  { top: 80, left: 200 },
  { top: 140, left: 0 },
  { top: 141, left: 100 },
];

test("[UI44] arrows go from tile to tile, up and down stay in the column, also between the sections", () => {
  expect(nextTile(places, 1, "ArrowRight")).toBe(2);
  expect(nextTile(places, 2, "ArrowLeft")).toBe(1);
  expect(nextTile(places, 1, "ArrowDown")).toBe(3);
  expect(nextTile(places, 4, "ArrowDown")).toBe(6);
  expect(nextTile(places, 4, "ArrowUp")).toBe(1);
  expect(nextTile(places, 5, "ArrowUp")).toBe(2);
});

test("[UI44] at an edge, and for other keys, the focus stays", () => {
  expect(nextTile(places, 0, "ArrowUp")).toBeNull();
  expect(nextTile(places, 0, "ArrowLeft")).toBeNull();
  expect(nextTile(places, 6, "ArrowDown")).toBeNull();
  expect(nextTile(places, 6, "ArrowRight")).toBeNull();
  expect(nextTile(places, 3, "Enter")).toBeNull();
  expect(nextTile([], 0, "ArrowDown")).toBeNull();
});
