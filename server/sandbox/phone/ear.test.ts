import { expect, test } from "vitest";
import { Ear } from "#server/sandbox/phone/ear.ts";
import { hideWords } from "#server/sandbox/speech/hidden-words.ts";

function play(ear: Ear, audio: Uint8Array, frames = Number.POSITIVE_INFINITY): void {
  for (let at = 0; at < audio.length && frames-- > 0; at += 160) ear.hear(audio.subarray(at, at + 160));
}

const ten = new Uint8Array(1600).fill(0x40);

test("[SB46] writes down what was heard, when, and whether to the end", () => {
  const ear = new Ear();
  play(ear, new Uint8Array(160).fill(0xff));
  play(ear, hideWords(ten, "0123456789", 1));
  play(ear, hideWords(ten, "abcdefghij", 2), 4);
  ear.cutHere();
  ear.end();
  expect(ear.heard()).toEqual([
    { utteranceId: 1, text: "0123456789", startedAtMs: 20, endedAtMs: 220, complete: true, gapMs: 0 },
    { utteranceId: 2, text: "abcd", startedAtMs: 220, endedAtMs: 300, complete: false, gapMs: 0 },
  ]);
  expect(ear.check()).toEqual({ frames: 14, lost: 0, repeated: 0, reordered: 0, changed: 0 });
});

test("[SB46] waiting for late audio is a gap in the utterance, not a loss", () => {
  const ear = new Ear();
  const hidden = hideWords(ten, "0123456789", 1);
  play(ear, hidden.subarray(0, 500));
  for (let beat = 0; beat < 3; beat++) ear.hear(new Uint8Array(0));
  play(ear, hidden.subarray(500));
  ear.end();
  expect(ear.heard()).toMatchObject([{ text: "0123456789", complete: true, gapMs: 60 }]);
  expect(ear.check().lost).toBe(0);
});

test("[SB46] a missing tail counts as lost only once it can no longer come", () => {
  const ear = new Ear();
  play(ear, hideWords(ten, "0123456789", 1), 4);
  expect(ear.check().lost).toBe(0);
  ear.end();
  expect(ear.check().lost).toBe(6);
});
