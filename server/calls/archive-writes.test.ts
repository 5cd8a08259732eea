import { ArchiveWrites } from "#server/calls/archive-writes.ts";
import type { ArchivedEvent } from "#server/calls/call-document.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { mongo } from "mongoose";
import { expect, test } from "vitest";

test("[CL195] events of all calls of 200 ms are one command; a failed one is told, and the next are written", async () => {
  const clock = new ManualClock();
  const commands: string[][] = [];
  const warnings: unknown[] = [];
  const failing = { now: false };
  const archive = {
    async insertMany(rows: ArchivedEvent[]) {
      if (failing.now) throw new Error("no database");
      commands.push(rows.map(({ _id }) => _id));
    },
  } as unknown as mongo.Collection<ArchivedEvent>;
  const logger = { debug() {}, info() {}, warn: (fields: unknown) => warnings.push(fields), error() {} };
  const writes = new ArchiveWrites(archive, clock, logger);
  const row = (callId: string, seq: number): ArchivedEvent => {
    const event = { type: "opening.heard", atMs: 1, seq, at: "2026-01-01T00:00:00.000Z" } as const;
    return { _id: `${callId}:${seq}`, callId, seq, event };
  };
  writes.add([row("a", 1), row("a", 2)]);
  clock.advance(199);
  writes.add([row("b", 1)]);
  expect(commands).toEqual([]);
  clock.advance(1);
  expect(commands).toEqual([["a:1", "a:2", "b:1"]]);
  failing.now = true;
  writes.add([row("a", 3)]);
  clock.advance(200);
  await Promise.resolve();
  expect(warnings).toMatchObject([{ rows: 1 }]);
  failing.now = false;
  writes.add([row("b", 2)]);
  clock.advance(200);
  expect(commands.at(-1)).toEqual(["b:2"]);
});
