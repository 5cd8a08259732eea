import { type Operation, runOpenLoop, sequenceOf } from "#e2e/bench/open-loop.ts";
import { expect, test } from "vitest";

const operation = (name: string, weight: number, run = async () => undefined): Operation => ({
  name,
  kind: "read",
  weight,
  run,
});

test("every operation comes as often as it weighs, and is not bunched", () => {
  const names = sequenceOf([operation("often", 3), operation("seldom", 1)], 12).map(({ name }) => name);
  expect(names.filter((name) => name === "seldom")).toHaveLength(3);
  for (let from = 0; from < 12; from += 4) expect(names.slice(from, from + 4)).toContain("seldom");
});

test("requests go on while none is answered; what fails is counted with its code and not left out", async () => {
  const waiting: (() => void)[] = [];
  const stalled = operation("stalled", 1, async () => {
    await new Promise<void>((done) => waiting.push(done));
    if (waiting.length % 2 === 0) throw Object.assign(new Error("no"), { code: "TAKEN" });
    return undefined;
  });
  const running = runOpenLoop([stalled], { perSecond: 1_000, seconds: 0.02, warmSeconds: 0 });
  await expect.poll(() => waiting.length).toBe(20);
  for (const done of waiting) done();
  const { all, failed, failures } = await running;
  expect([all.count, failed, failures]).toEqual([20, 20, { "stalled TAKEN": 20 }]);
});
