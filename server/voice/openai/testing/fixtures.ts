import { readFileSync } from "node:fs";

export type FixtureLine = { from: "server" | "client"; event: Record<string, unknown> & { type: string } };

/** A recorded sequence of the protocol; remarks and closes are left out. */
export function fixture(name: string): FixtureLine[] {
  const text = readFileSync(new URL(`../fixtures/${name}.jsonl`, import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .filter((line) => line.event)
    .map((line) => ({ from: line.dir, event: line.event }));
}
