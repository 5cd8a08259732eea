import { type MarketParts, watchMarketNews } from "#client/wire/market-watch.ts";
import { expect, test } from "vitest";

/** A link and timers that the test moves. */
function createLink(replies: (boolean | "silent")[] = []) {
  const refreshed: (string[] | null)[] = [];
  const timers = new Map<() => void, number>();
  let linkChanged = (_isUp: boolean) => {};
  let changed = (_leadId: string) => {};
  let asked = 0;
  let listeners = 2;
  const parts: MarketParts = {
    async watch() {
      const reply = replies[asked] ?? true;
      asked += 1;
      if (reply === "silent") throw new Error("No answer came in time.");
      return { ok: reply };
    },
    onLink(listener) {
      linkChanged = listener;
      return () => void (listeners -= 1);
    },
    onChanged(listener) {
      changed = listener;
      return () => void (listeners -= 1);
    },
    refresh: (leadIds) => refreshed.push(leadIds === null ? null : [...leadIds]),
    after(delayMs, task) {
      timers.set(task, delayMs);
      return () => timers.delete(task);
    },
  };
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return {
    parts,
    refreshed,
    timers,
    asked: () => asked,
    listeners: () => listeners,
    async link(isUp: boolean) {
      linkChanged(isUp);
      await settle();
    },
    change: (leadId: string) => changed(leadId),
    async fireTimers() {
      const due = [...timers.keys()];
      timers.clear();
      for (const task of due) task();
      await settle();
    },
  };
}

test("changes of one moment are one refresh, each lead once", async () => {
  const world = createLink();
  watchMarketNews(world.parts);
  await world.link(true);
  for (const leadId of ["a", "b", "a"]) world.change(leadId);
  expect(world.refreshed).toEqual([]);
  await world.fireTimers();
  expect(world.refreshed).toEqual([["a", "b"]]);
  world.change("a");
  await world.fireTimers();
  expect(world.refreshed).toEqual([["a", "b"], ["a"]]);
});

test("it asks again after every reconnection, and then everything is out of date", async () => {
  const world = createLink();
  watchMarketNews(world.parts);
  await world.link(true);
  expect(world.refreshed).toEqual([]);
  await world.link(false);
  await world.link(true);
  expect(world.asked()).toBe(2);
  expect(world.refreshed).toEqual([null]);
});

test("without an answer it asks until there is one, and not while the link is down", async () => {
  const world = createLink(["silent", "silent", true]);
  watchMarketNews(world.parts);
  await world.link(true);
  await world.fireTimers();
  await world.link(false);
  expect(world.timers.size).toBe(0);
  await world.link(true);
  expect(world.asked()).toBe(3);
  expect(world.timers.size).toBe(0);
});

test("nothing is left when the page goes", async () => {
  const world = createLink(["silent"]);
  const stop = watchMarketNews(world.parts);
  await world.link(true);
  world.change("a");
  stop();
  expect(world.timers.size).toBe(0);
  expect(world.listeners()).toBe(0);
});
