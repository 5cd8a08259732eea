import { OwnerSilence } from "#server/calls/dialing/owner-silence.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

type Span = { fromMs: number; toMs: number };
type World = { owner: Span[]; database: readonly Span[]; diesAtMs: number; jitterMs: number[] };

const UNTIL_MS = 60_000;
const BEAT_MS = 1000;
const GATHER_MS = 200;
/** At the end of a stall of the database we read before the owner's beat is stored, the worst order there is. */
const READ_MS = 2;
const WRITE_MS = 20;

const after = (spans: readonly Span[], atMs: number) =>
  spans.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)?.toMs ?? atMs;

/** When each beat of the owner is stored. A process that stood still ticks once when it goes on. */
function beatsOf({ owner, database, diesAtMs }: World): number[] {
  const stored: number[] = [];
  for (let tick = after(owner, 300); tick < Math.min(UNTIL_MS, diesAtMs);) {
    const sentAt = after(owner, tick + GATHER_MS);
    if (sentAt < diesAtMs) stored.push(after(database, sentAt) + WRITE_MS);
    tick = after(owner, tick + BEAT_MS);
  }
  return stored;
}

/** Another server looks each second, knocks when told to, and says when it holds the owner for gone; null: never. */
function lostAt(world: World): number | null {
  const silence = new OwnerSilence();
  const beats = beatsOf(world);
  let knocks = 0;
  const read = (atMs: number) => beats.filter((beat) => beat <= atMs).length + knocks;
  let askedMs = 0;
  for (let look = 0; askedMs < UNTIL_MS; look++) {
    const readAt = after(world.database, askedMs) + READ_MS;
    const call = { _id: "call_1", revision: 1, epoch: 1, beat: read(readAt) };
    const { knock, lost } = silence.look([call], askedMs, readAt);
    if (lost.length > 0) return askedMs;
    let doneAt = readAt;
    for (const doubted of knock) {
      doneAt = after(world.database, readAt) + WRITE_MS;
      if (read(doneAt) !== doubted.beat) continue;
      knocks += 1;
      silence.knocked(doubted, doneAt);
    }
    askedMs = Math.max(askedMs + 1000 + (world.jitterMs[look % world.jitterMs.length] ?? 0), doneAt);
  }
  return null;
}

/** Spans of at most `longestMs`, with some time between them. */
const spans = (longestMs: number) =>
  fc
    .array(
      fc.record({
        apartMs: fc.integer({ min: 1500, max: 9000 }),
        lastsMs: fc.integer({ min: 1, max: longestMs }),
      }),
      {
        maxLength: 8,
      },
    )
    .map((rows) => {
      let atMs = 0;
      return rows.map(({ apartMs, lastsMs }): Span => {
        const fromMs = atMs + apartMs;
        atMs = fromMs + lastsMs;
        return { fromMs, toMs: atMs };
      });
    });
const jitterMs = fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 9 });
const never = fc.constant(Number.POSITIVE_INFINITY);

test("[CL192] an owner that is slow keeps its call: its process stands still for up to 4 s, again and again", () => {
  const world = fc.record({ owner: spans(4000), database: fc.constant([]), diesAtMs: never, jitterMs });
  fc.assert(
    fc.property(world, (one) => {
      expect(lostAt(one)).toBeNull();
    }),
    { numRuns: 2000 },
  );
});

test("[CL192] a database that stands still costs nobody a call, however long, also while an owner is slow", () => {
  const database = fc.oneof(spans(2500), spans(20_000));
  const world = fc.record({ owner: spans(3000), database, diesAtMs: never, jitterMs });
  fc.assert(
    fc.property(world, (one) => {
      expect(lostAt(one)).toBeNull();
    }),
    { numRuns: 3000 },
  );
});

test("[CL192] an owner that is gone is found out in 8.5 s, also when the looks come late", () => {
  const diesAtMs = fc.integer({ min: 1000, max: 30_000 });
  const world = fc.record({ owner: spans(2000), database: fc.constant([]), diesAtMs, jitterMs });
  fc.assert(
    fc.property(world, (one) => {
      const foundMs = lostAt(one);
      expect(foundMs).not.toBeNull();
      expect(foundMs).toBeLessThanOrEqual(one.diesAtMs + 8500);
    }),
    { numRuns: 2000 },
  );
});

test("[CL192] a database that only reads is not the owner's silence: a knock that is not stored proves nothing", () => {
  const silence = new OwnerSilence();
  const call = { _id: "call_1", revision: 1, epoch: 1, beat: 7 };
  for (let atMs = 0; atMs < 60_000; atMs += 1000) expect(silence.look([call], atMs, atMs).lost).toEqual([]);
});

test("[CL192] the owner has more than a second to answer the knock, and a database that stands still right after it gives the time again", () => {
  const silence = new OwnerSilence();
  const call = { _id: "call_1", revision: 1, epoch: 1, beat: 7 };
  for (const atMs of [0, 1000, 2000, 3000]) expect(silence.look([call], atMs, atMs).knock).toEqual([]);
  expect(silence.look([call], 4000, 4000).knock).toEqual([call]);
  silence.knocked(call, 4000);
  const raised = { ...call, beat: 8 };
  expect(silence.look([raised], 5000, 5000).lost).toEqual([]);
  expect(silence.look([raised], 5600, 25_000).lost).toEqual([]);
  expect(silence.look([raised], 25_001, 25_002)).toEqual({ knock: [], lost: [] });
});

test("[CL192] several watchers: the beat that another one raised counts as a sign of life, and the call is taken once it is alone", () => {
  const [one, two] = [new OwnerSilence(), new OwnerSilence()];
  let beat = 7;
  const lost: string[] = [];
  for (let atMs = 0; atMs < 9000; atMs += 1000) {
    for (const [name, silence] of [["one", one] as const, ["two", two] as const]) {
      const call = { _id: "call_1", revision: 1, epoch: 1, beat };
      const verdict = silence.look([call], atMs, atMs);
      lost.push(...verdict.lost.map(() => name));
      for (const doubted of verdict.knock) {
        silence.knocked(doubted, atMs);
        beat += 1;
      }
    }
  }
  expect(lost).toEqual(["one"]);
});
