import { AudioBridge, type SpokenItem } from "#server/calls/live/audio-bridge.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { MediaStream } from "#server/telephony/telephony.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

function bench() {
  const clock = new ManualClock();
  const sent: string[] = [];
  const marks: string[] = [];
  let clears = 0;
  const heard: SpokenItem[] = [];
  const stream: MediaStream = {
    streamId: "MZ1",
    carrierCallId: "CA1",
    listen() {},
    sendAudio: (payload) => sent.push(payload),
    sendMark: (name) => (name.startsWith("probe.") ? bridge.markPlayed(name) : marks.push(name)),
    clear: () => (clears += 1),
    close() {},
    bufferedBytes: () => 0,
  };
  const bridge = new AudioBridge(clock, { heard() {}, itemHeard: (item) => heard.push(item), unproven() {} });
  bridge.join(stream);
  return { clock, bridge, sent, marks, heard, clears: () => clears };
}

const audio = (ms: number) => Buffer.alloc(ms * 8, 0x55).toString("base64");
const piece = (itemId: string, ms: number) => ({
  answerId: `answer of ${itemId}`,
  itemId,
  payloadBase64: audio(ms),
});

test("audio is passed on unchanged, in pieces of at most 60 ms, each with its mark", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }), (deltas) => {
      const { bridge, sent, marks } = bench();
      for (const ms of deltas) bridge.play(piece("a", ms));
      const bytes = Buffer.concat(sent.map((payload) => Buffer.from(payload, "base64")));
      expect(bytes.length).toBe(deltas.reduce((sum, ms) => sum + ms, 0) * 8);
      expect(sent.every((payload) => payload.length <= 640)).toBe(true);
      expect(marks).toHaveLength(sent.length);
      expect(marks.at(-1)).toBe(`1.1.${bytes.length / 8}`);
    }),
  );
});

test("[CL46] an item is heard when it is complete and its last mark came back", () => {
  const { bridge, marks, heard } = bench();
  bridge.play(piece("a", 200));
  for (const mark of marks) bridge.markPlayed(mark);
  expect(heard).toHaveLength(0);
  bridge.completed("a");
  expect(heard.map((item) => [item.itemId, item.heardMs])).toEqual([["a", 200]]);
  expect(bridge.idle).toBe(true);
});

test("[CL44] words that were sent after a pause in the generation were not heard during the pause", () => {
  const { clock, bridge, marks } = bench();
  bridge.play(piece("a", 75));
  clock.advance(75);
  for (const mark of marks.splice(0)) bridge.markPlayed(mark);
  clock.advance(60);
  bridge.play(piece("a", 75));
  clock.advance(10);
  expect(bridge.interrupt().map((item) => item.heardMs)).toEqual([80]);
});

test("[CL44] an interruption keeps what was heard, and marks returned by clear do not count", () => {
  const { clock, bridge, marks, heard, clears } = bench();
  bridge.play(piece("a", 300));
  bridge.play(piece("b", 300));
  bridge.completed("a");
  bridge.completed("b");
  bridge.markPlayed(marks[0] ?? "");
  clock.advance(40);
  const cut = bridge.interrupt();
  expect(cut.map((item) => [item.itemId, item.heardMs, item.sentMs])).toEqual([
    ["a", 120, 300],
    ["b", 0, 300],
  ]);
  expect(clears()).toBe(1);
  for (const mark of marks) bridge.markPlayed(mark);
  expect(heard).toHaveLength(0);
  expect(bridge.idle).toBe(true);
});

test("[CL44] what was heard never passes the next mark, however late the clock is", () => {
  const { clock, bridge, marks } = bench();
  bridge.play(piece("a", 300));
  bridge.markPlayed(marks[0] ?? "");
  clock.advance(5000);
  expect(bridge.interrupt()[0]?.heardMs).toBe(120);
});

test("an interruption of a silent agent clears nothing", () => {
  const { bridge, clears } = bench();
  expect(bridge.interrupt()).toEqual([]);
  expect(clears()).toBe(0);
});
