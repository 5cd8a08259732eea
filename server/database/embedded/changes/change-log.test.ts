import { describe, expect, test } from "vitest";
import { ChangeLog } from "#server/database/embedded/changes/change-log.ts";
import { includes, type WatchScope } from "#server/database/embedded/changes/watch-scope.ts";
import { ServerError } from "#server/database/embedded/errors.ts";
import { docOf, type Doc } from "#server/database/embedded/values/value.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";

const calls: WatchScope = { kind: "collection", ns: "app.calls" };
const app: WatchScope = { kind: "database", database: "app" };

const insertion = (ns: string, bytes = 10) =>
  ({
    kind: "insert",
    ns,
    uuid: new Uint8Array(16),
    id: docOf({ _id: 1 }),
    after: new Uint8Array(bytes),
  }) as const;

const tokenAt = (log: ChangeLog): Doc => docOf({ _data: log.token(log.position) });

function codeOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error instanceof ServerError ? error.code : error;
  }
  return undefined;
}

describe("[DB23] the log of changes", () => {
  test("records only what is watched, and a while longer", () => {
    const clock = new ManualClock();
    const log = new ChangeLog(clock);
    expect(log.isRecording("app.calls")).toBe(false);
    const leave = log.watch(calls);
    expect([log.isRecording("app.calls"), log.isRecording("app.leads")]).toEqual([true, false]);
    leave();
    clock.advance(4 * 60_000);
    expect(log.isRecording("app.calls")).toBe(true);
    clock.advance(2 * 60_000);
    expect(log.isRecording("app.calls")).toBe(false);
  });

  test("goes on from a token while nothing was missed, also within something wider", () => {
    const clock = new ManualClock();
    const log = new ChangeLog(clock);
    const leave = log.watch(calls);
    const token = tokenAt(log);
    log.publish([insertion("app.calls")]);
    leave();
    clock.advance(60_000);
    log.watch(calls);
    expect(log.after(log.positionOf(token, calls))).toHaveLength(1);
    log.watch(app);
    expect(codeOf(() => log.positionOf(token, app))).toBe(286);
    expect(codeOf(() => log.positionOf(tokenAt(log), app))).toBeUndefined();
  });

  test("refuses a token when changes of its scope were not recorded, although others were", () => {
    const clock = new ManualClock();
    const log = new ChangeLog(clock);
    log.watch({ kind: "collection", ns: "app.leads" });
    const leave = log.watch(calls);
    const token = tokenAt(log);
    leave();
    clock.advance(6 * 60_000);
    log.watch(calls);
    expect(codeOf(() => log.positionOf(token, calls))).toBe(286);
  });

  test("is bounded, and says so to those who come back too late", () => {
    const log = new ChangeLog(new ManualClock());
    log.watch(calls);
    const token = tokenAt(log);
    for (let at = 0; at < 100; at += 1) log.publish([insertion("app.calls", 200_000)]);
    const kept = log.after(log.position - 5);
    expect(kept).toHaveLength(5);
    expect(codeOf(() => log.positionOf(token, calls))).toBe(286);
    expect(codeOf(() => log.after(1))).toBe(286);
  });

  test("knows which scopes include which", () => {
    expect(includes(app, calls)).toBe(true);
    expect(includes(calls, app)).toBe(false);
    expect(includes({ kind: "all" }, app)).toBe(true);
    expect(includes({ kind: "database", database: "ap" }, app)).toBe(false);
  });
});
