import type { CallDocument } from "#server/calls/call-document.ts";
import { LiveWrites } from "#server/calls/live-writes.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { mongo } from "mongoose";
import { expect, test } from "vitest";

/** A collection in which `owned` says who owns which call, and `over` which are not talked in any more; it keeps what it was asked to write. */
function collection(owned: Record<string, number>, over: string[] = []) {
  const commands: string[][] = [];
  const updates: unknown[] = [];
  const failing = { now: false };
  const calls = {
    async bulkWrite(operations: { updateOne: { filter: { _id: string; epoch: number }; update: object } }[]) {
      updates.push(...operations.map(({ updateOne: { update } }) => update));
      if (failing.now) throw new Error("no database");
      const asked = operations.map(({ updateOne: { filter } }) => filter);
      commands.push(asked.map(({ _id, epoch }) => `${_id}@${epoch}`));
      return {
        matchedCount: asked.filter(({ _id, epoch }) => owned[_id] === epoch && !over.includes(_id)).length,
      };
    },
    find: ({ _id }: { _id: { $in: string[] } }) => ({
      project: () => ({
        toArray: async () =>
          _id.$in.flatMap((id) => {
            if (owned[id] === undefined) return [];
            const phase = over.includes(id) ? "leaving" : "talking";
            return [{ _id: id, epoch: owned[id], state: { phase } }];
          }),
      }),
    }),
  };
  return { calls: calls as unknown as mongo.Collection<CallDocument>, commands, updates, failing };
}

const beat = (callId: string, epoch: number) => ({ callId, epoch, update: { $inc: { beat: 1 } } });

test("[CL190] heartbeats and drafts of all calls of 200 ms are one command", async () => {
  const [clock, { calls, commands }] = [new ManualClock(), collection({ a: 1, b: 2, c: 3 })];
  const writes = new LiveWrites(calls, clock);
  const first = [writes.add(beat("a", 1)), writes.add(beat("b", 2))];
  clock.advance(199);
  first.push(writes.add({ callId: "a", epoch: 1, update: { $set: { draft: null } } }));
  clock.advance(1);
  expect(await Promise.all(first)).toEqual(["ours", "ours", "ours"]);
  const later = writes.add(beat("c", 3));
  clock.advance(200);
  expect(await later).toBe("ours");
  expect(commands).toEqual([["a@1", "b@2"], ["c@3"]]);
  expect(clock.pending).toBe(0);
});

test("[CL190] what one call has to write goes out as one update: beats add up, the newest draft and the largest usage stay", async () => {
  const [clock, { calls, updates }] = [new ManualClock(), collection({ a: 1 })];
  const writes = new LiveWrites(calls, clock);
  const usage = (tokens: number) => ({
    $inc: { beat: 1 },
    $set: { owner: "s1" },
    $max: { "usage.text": tokens },
  });
  const all = [
    writes.add({ callId: "a", epoch: 1, update: usage(10) }),
    writes.add({ callId: "a", epoch: 1, update: { $set: { draft: null } } }),
    writes.add({ callId: "a", epoch: 1, update: usage(12) }),
    writes.add({ callId: "a", epoch: 1, update: usage(11) }),
    writes.add({ callId: "a", epoch: 2, update: { $set: { draft: null } } }),
  ];
  clock.advance(200);
  expect(await Promise.all(all)).toEqual(["ours", "ours", "ours", "ours", "taken"]);
  expect(updates).toEqual([
    { $inc: { beat: 3 }, $set: { owner: "s1", draft: null }, $max: { "usage.text": 12 } },
    { $set: { draft: null } },
  ]);
});

test("[CL190] who lost its call among others learns it; the others do not", async () => {
  const [clock, { calls }] = [new ManualClock(), collection({ a: 1, b: 7, c: 3 }, ["c"])];
  const writes = new LiveWrites(calls, clock);
  const told = [
    writes.add(beat("a", 1)),
    writes.add(beat("b", 2)),
    writes.add(beat("gone", 1)),
    writes.add(beat("c", 3)),
  ];
  clock.advance(200);
  expect(await Promise.all(told)).toEqual(["ours", "taken", "taken", "over"]);
});

test("[CL190] a database that is away fails each of them, and the next ones are written again", async () => {
  const [clock, { calls, failing }] = [new ManualClock(), collection({ a: 1 })];
  const writes = new LiveWrites(calls, clock);
  failing.now = true;
  const lost = [writes.add(beat("a", 1)), writes.add(beat("a", 1))];
  clock.advance(200);
  for (const one of lost) await expect(one).rejects.toThrow("no database");
  failing.now = false;
  const next = writes.add(beat("a", 1));
  clock.advance(200);
  expect(await next).toBe("ours");
});
