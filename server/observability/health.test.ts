import type { Clock } from "#server/lib/clock.ts";
import { createHealth } from "#server/observability/health.ts";
import { expect, test } from "vitest";

/** A clock whose timers run when the test says so. */
function handClock() {
  let nowMs = 0;
  const tasks = new Set<{ atMs: number; task: () => void }>();
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, task) {
      const entry = { atMs: nowMs + delayMs, task };
      tasks.add(entry);
      return { cancel: () => tasks.delete(entry) };
    },
    every: () => ({ cancel() {} }),
    sleep: () => Promise.resolve(),
  };
  const advance = (byMs: number) => {
    nowMs += byMs;
    for (const entry of tasks) {
      if (entry.atMs > nowMs) continue;
      tasks.delete(entry);
      entry.task();
    }
  };
  return { clock, advance, pending: () => tasks.size };
}

test("a server is ready when every required part is", async () => {
  const health = createHealth(handClock().clock);
  health.register({ name: "database", check: async () => ({ ok: true, reason: "answers" }) });
  health.register({
    name: "analyst",
    required: false,
    check: async () => ({ ok: false, reason: "is down" }),
  });
  expect(await health.report()).toMatchObject({ ready: true, parts: [{ ok: true }, { ok: false }] });
  health.register({ name: "phones", check: async () => ({ ok: false, reason: "no line" }) });
  expect((await health.report()).ready).toBe(false);
});

test("a part is asked at most every two seconds, and many callers share one question", async () => {
  const { clock, advance } = handClock();
  let asked = 0;
  const health = createHealth(clock);
  health.register({
    name: "database",
    check: async () => ({ ok: true, reason: "answers", details: { asked: ++asked } }),
  });
  await Promise.all([health.report(), health.report()]);
  advance(1999);
  await health.report();
  expect(asked).toBe(1);
  advance(1);
  await health.report();
  expect(asked).toBe(2);
});

test("a silent part is reported instead of waited for, and a throwing one does not break the report", async () => {
  const { clock, advance, pending } = handClock();
  const health = createHealth(clock);
  health.register({ name: "silent", check: () => new Promise(() => {}) });
  health.register({ name: "broken", check: () => Promise.reject(new Error("secret")) });
  const report = health.report();
  await new Promise(setImmediate);
  advance(1500);
  const { ready, parts } = await report;
  expect(ready).toBe(false);
  expect(parts.map((part) => part.reason)).toEqual(["No answer within 1500 ms.", "The check itself failed."]);
  expect(pending()).toBe(0);
});
