import type { ArchivedEvent, CallDocument } from "#server/calls/call-document.ts";
import { JournalArchive } from "#server/calls/journal-archive.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { CallEvent } from "#shared/call/events.ts";
import type { mongo } from "mongoose";
import { expect, test } from "vitest";

/** The archive's collection, and one document's journal. */
function bench() {
  const clock = new ManualClock();
  const commands: string[][] = [];
  const completed: string[][] = [];
  const warnings: unknown[] = [];
  const failing: { with: Error | null } = { with: null };
  const document: { journal: CallEvent[] } = { journal: [] };
  const archive = {
    async insertMany(rows: ArchivedEvent[]) {
      if (failing.with !== null) throw failing.with;
      commands.push(rows.map(({ _id }) => _id));
    },
    async bulkWrite(operations: { updateOne: { filter: { _id: string } } }[]) {
      completed.push(operations.map(({ updateOne }) => updateOne.filter._id));
    },
  } as unknown as mongo.Collection<ArchivedEvent>;
  const calls = { findOne: async () => document } as unknown as mongo.Collection<CallDocument>;
  const logger = { debug() {}, info() {}, warn: (fields: unknown) => warnings.push(fields), error() {} };
  const journals = new JournalArchive(archive, calls, clock, logger);
  const archived = async (callId: string, from: number, to: number) => {
    journals.add(callId, events(from, to));
    clock.advance(200);
    await settled();
  };
  return { clock, commands, completed, warnings, failing, document, journals, archived };
}

const settled = () => new Promise((done) => setImmediate(done));

const events = (from: number, to: number): CallEvent[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    type: "opening.heard",
    atMs: 1,
    seq: from + index,
    at: "2026-01-01T00:00:00.000Z",
  }));

test("[CL195] events of all calls of 200 ms are one command; a failed one is told, and the next are written", async () => {
  const { clock, commands, warnings, failing, journals } = bench();
  journals.add("a", events(1, 2));
  clock.advance(199);
  journals.add("b", events(1, 1));
  expect(commands).toEqual([]);
  clock.advance(1);
  expect(commands).toEqual([["a:1", "a:2", "b:1"]]);
  failing.with = new Error("no database");
  journals.add("a", events(3, 3));
  clock.advance(200);
  await settled();
  expect(warnings).toMatchObject([{ rows: 1 }]);
  failing.with = null;
  journals.add("b", events(2, 2));
  clock.advance(200);
  expect(commands.at(-1)).toEqual(["b:2"]);
});

test("[CL310] a journal is cut when it is long, and never beyond what the archive has without a hole", async () => {
  const { failing, journals, archived } = bench();
  const cut = (seq: number, archivedSeq = 0) => journals.cutAt({ _id: "a", seq, archivedSeq });
  expect(cut(17)).toBe(0);
  await archived("a", 1, 10);
  expect(cut(16)).toBe(0);
  expect(cut(17)).toBe(10);
  failing.with = new Error("no database");
  await archived("a", 11, 12);
  failing.with = null;
  await archived("a", 13, 30);
  // 11 and 12 are nowhere but in the document.
  expect(cut(30, 10)).toBe(10);
  expect(cut(30, 12)).toBe(30);
  expect(cut(29, 12)).toBe(29);
  await archived("a", 12, 12);
  await archived("a", 11, 11);
  expect(cut(30, 10)).toBe(30);
  expect(journals.cutAt({ _id: "b", seq: 30, archivedSeq: 0 })).toBe(0);
});

test("[CL310] of a command in which one event was there before, nothing is taken for archived", async () => {
  const { failing, journals, archived, warnings } = bench();
  failing.with = Object.assign(new Error("duplicate"), { code: 11_000 });
  await archived("a", 1, 20);
  expect(journals.cutAt({ _id: "a", seq: 20 })).toBe(0);
  expect(warnings).toEqual([]);
});

test("[CL311] a tail of events that others stored is brought to the archive, once at a time, and then cut", async () => {
  const { completed, document, journals } = bench();
  document.journal = events(5, 70);
  expect(journals.cutAt({ _id: "a", seq: 68, archivedSeq: 4 })).toBe(4);
  expect(completed).toEqual([]);
  expect(journals.cutAt({ _id: "a", seq: 70, archivedSeq: 4 })).toBe(4);
  expect(journals.cutAt({ _id: "a", seq: 70, archivedSeq: 4 })).toBe(4);
  await settled();
  expect(completed).toEqual([document.journal.map(({ seq }) => `a:${seq}`)]);
  expect(journals.cutAt({ _id: "a", seq: 70, archivedSeq: 4 })).toBe(70);
});
