import { Ear } from "#e2e/load/generator/ear.ts";
import { FRAME_BYTES, FrameLedger, readFrame, writeFrame } from "#e2e/load/generator/numbered-audio.ts";
import { FrameReader, textFrame } from "#e2e/load/generator/text-frames.ts";
import fc from "fast-check";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";

test("text frames of any length, cut anywhere, come out as they went in", () => {
  const texts = fc.array(fc.stringMatching(/^[ -~]{0,300}$/), { maxLength: 8 });
  fc.assert(
    fc.property(texts, fc.boolean(), fc.nat(40), (sent, isMasked, step) => {
      const bytes = Buffer.concat([...sent, "x".repeat(70_000)].map((text) => textFrame(text, isMasked)));
      const read: string[] = [];
      const reader = new FrameReader(new PassThrough(), false, (text) => read.push(text.toString("latin1")));
      for (let at = 0; at < bytes.length; at += step + 1 + at) {
        reader.push(Buffer.from(bytes.subarray(at, at + step + 1 + at)));
      }
      expect(read).toEqual([...sent, "x".repeat(70_000)]);
    }),
    { numRuns: 30 },
  );
});

test("each 20 ms know their name; a changed bit and put-in silence are noticed", () => {
  const frame = Buffer.alloc(FRAME_BYTES, 0xff);
  expect(readFrame(frame, 0)).toBeNull();
  const name = { stream: 399, part: 7, number: 123_456 };
  writeFrame(frame, 0, name);
  expect(readFrame(frame, 0)).toEqual({ ...name, intact: true });
  frame[100] = (frame[100] ?? 0) ^ 1;
  expect(readFrame(frame, 0)).toEqual({ ...name, intact: false });
});

test("the ledger tells lost, repeated, reordered and changed frames apart", () => {
  const ledger = new FrameLedger();
  for (const number of [0, 1, 3, 2, 3, 6]) ledger.take(number, number !== 1);
  expect(ledger.counts).toEqual({ received: 5, repeated: 1, reordered: 1, changed: 1 });
  expect(ledger.lost()).toEqual([4, 5]);
  expect(ledger.lost(9)).toEqual([4, 5, 7, 8]);
});

test("the ear plays at the pace of time, returns marks when they were played, and all of them when it is cleared", () => {
  const ear = new Ear();
  ear.take(1, 0, 60, 1000);
  ear.mark("a", 0, 1000);
  ear.take(1, 60, 40, 1010);
  ear.mark("b", 10, 1010);
  expect(ear.playedMarks(1059)).toEqual([]);
  expect(ear.playedMarks(1060)).toEqual(["a"]);
  expect(ear.heardMs(1, 1061)).toBe(80);
  expect(ear.playedMarks(1100)).toEqual([]);
  expect(ear.clear(1080)).toEqual(["b"]);
  expect([ear.heardMs(1, 2000), ear.endsAtMs]).toEqual([80, 1080]);
});
