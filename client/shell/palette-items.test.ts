import { keysText, matching } from "#client/shell/palette-items.ts";
import { expect, test } from "vitest";

const item = (label: string) => ({ id: label, label, run: () => undefined });

test("[UI36] the palette finds what holds every typed word, in any order and case", () => {
  const items = ["Go to Inbox", "Go to Calls", "Theme: dark"].map(item);
  const found = (typed: string) => matching(items, typed).map(({ label }) => label);
  expect(found("")).toEqual(["Go to Inbox", "Go to Calls", "Theme: dark"]);
  expect(found("calls GO")).toEqual(["Go to Calls"]);
  expect(found("  dark ")).toEqual(["Theme: dark"]);
  expect(found("wall")).toEqual([]);
  expect(keysText("g>w")).toBe("G W");
});
