import { BOARD_ROOM, LiveFeed } from "#server/realtime/live-feed.ts";
import type { AppSockets } from "#server/realtime/socket-server.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { expect, test } from "vitest";

type Deps = ConstructorParameters<typeof LiveFeed>[0];

/** A feed whose board is watched; each reading takes `tookMs` of the clock's time, and ends when `finish` is called. */
function watchedBoard() {
  const clock = new ManualClock();
  const readings: (() => void)[] = [];
  const shown: number[] = [];
  const board = () =>
    new Promise<object>((resolve) => readings.push(() => resolve({ live: [], waiting: [], recent: [] })));
  const silent = { warn: () => undefined } as unknown as Deps["logger"];
  const queries = { board } as unknown as Deps["queries"];
  const wall = { line: async () => ({ count: 0, oldestAt: null }) };
  const today = async (spentCents: number) => ({ since: "", calls: 0, reached: 0, tried: 0, spentCents });
  const dialSwitch = { paused: async () => null } as unknown as Deps["dialSwitch"];
  const feed = new LiveFeed({
    wall,
    queries,
    dialSwitch,
    clock,
    logger: silent,
    demo: false,
    timeLimitMs: 900_000,
    today,
  });
  const emit = () => shown.push(clock.monotonicMs());
  const rooms = new Map([[BOARD_ROOM, new Set(["watcher"])]]);
  feed.attach(
    { local: { to: () => ({ emit }) }, sockets: { adapter: { rooms } } } as unknown as AppSockets,
    null,
    { events: async () => null },
  );
  const finish = async (tookMs: number) => {
    clock.advance(tookMs);
    readings.at(-1)?.();
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return { feed, clock, readings, shown, finish };
}

test("the board is read one at a time, and what changes meanwhile is shown by the next one", async () => {
  const { feed, clock, readings, shown, finish } = watchedBoard();
  feed.boardChanged();
  clock.advance(249);
  expect(readings).toHaveLength(0);
  clock.advance(1);
  feed.boardChanged();
  clock.advance(2000);
  expect(readings).toHaveLength(1);
  await finish(0);
  expect(shown).toHaveLength(1);
  clock.advance(2000 * 6);
  expect(readings).toHaveLength(2);
  await finish(0);
  clock.advance(60_000);
  expect(readings).toHaveLength(2);
});

test("after a slow reading it rests six times as long, after a quick one a quarter of a second", async () => {
  const { feed, clock, readings, finish } = watchedBoard();
  feed.boardChanged();
  clock.advance(250);
  await finish(300);
  feed.boardChanged();
  clock.advance(1799);
  expect(readings).toHaveLength(1);
  clock.advance(1);
  expect(readings).toHaveLength(2);
  await finish(10);
  feed.boardChanged();
  clock.advance(250);
  expect(readings).toHaveLength(3);
});
