import { cancelMany } from "#client/supervisor/cancel-many.ts";
import { helpSentence } from "#client/supervisor/help-words.ts";
import { toggled } from "#client/supervisor/use-selection.ts";
import { mergeBoard } from "#client/wire/merge-board.ts";
import type { Board } from "#shared/call/summary.ts";
import { expect, test } from "vitest";

test("[UI42] each selected call is cancelled once, a few at a time, and one that fails stays to be tried again", async () => {
  const asked: string[] = [];
  let running = 0;
  let most = 0;
  const ids = Array.from({ length: 30 }, (_, index) => `call_${index}`);
  const told: number[] = [];
  const result = await cancelMany(
    ids,
    async (callId) => {
      asked.push(callId);
      most = Math.max(most, ++running);
      await Promise.resolve();
      running -= 1;
      if (callId === "call_7") throw new Error("no network");
      return { cancelled: callId !== "call_9" };
    },
    (done) => told.push(done),
  );
  expect(asked.toSorted()).toEqual(ids.toSorted());
  expect(most).toBeLessThanOrEqual(4);
  expect([result.cancelled.length, result.tooLate, result.failed]).toEqual([28, ["call_9"], ["call_7"]]);
  expect(told.at(-1)).toBe(30);
});

test("[UI42] selecting all selects the rest, and lets go when all are selected", () => {
  expect([...toggled(new Set(["a"]), ["a", "b"])]).toEqual(["a", "b"]);
  expect([...toggled(new Set(["a", "b", "c"]), ["a", "b"])]).toEqual(["c"]);
  expect([...toggled(new Set(["a"]), ["a"])]).toEqual([]);
});

test("[UI40] the reason is said in words: the heaviest first, a flag by its own words, and how many more there are", () => {
  expect(helpSentence(["personAsked"], null)).toBe("Caller asked for a person");
  expect(helpSentence(["flagged", "slow"], "They are upset")).toBe("They are upset, and 1 more");
  expect(helpSentence([], "They are upset")).toBe("");
});

test("[UI43] a row in which nothing happened stays the same object, one that moved on does not", () => {
  const board = (...rows: [string, number][]) =>
    ({ live: rows.map(([callId, seq]) => ({ callId, seq })), waiting: [], recent: [] }) as unknown as Board;
  const before = board(["a", 3], ["b", 5]);
  const now = mergeBoard(before, board(["b", 6], ["a", 3], ["c", 1]));
  expect(now.live.map((call) => call.callId)).toEqual(["b", "a", "c"]);
  expect(now.live[1]).toBe(before.live[0]);
  expect(now.live[0]).not.toBe(before.live[1]);
});
