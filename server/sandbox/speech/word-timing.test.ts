import { expect, test } from "vitest";
import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { WordListener } from "#server/sandbox/speech/hidden-words.ts";
import { speak } from "#server/sandbox/speech/voices.ts";
import { charactersDue } from "#server/sandbox/speech/word-timing.ts";

/** "#" is a loud frame, "." a silent one. */
function audio(picture: string): Uint8Array {
  const bytes = new Uint8Array(picture.length * MULAW_FRAME_BYTES).fill(MULAW_SILENCE);
  for (const [index, frame] of [...picture].entries()) {
    if (frame === "#") bytes.fill(0x20, index * MULAW_FRAME_BYTES, (index + 1) * MULAW_FRAME_BYTES);
  }
  return bytes;
}

test("[SB7] without pauses the characters go evenly over the speech", () => {
  expect(charactersDue(audio("..####."), "abcd")).toEqual([0, 0, 1, 2, 3, 4, 4]);
  expect(charactersDue(audio("...."), "abcd")).toEqual([1, 2, 3, 4]);
  expect(charactersDue(audio(""), "abcd")).toEqual([]);
});

test("[SB7] phrases meet at the longest pauses, not inside a silence", () => {
  expect(charactersDue(audio("##......####"), "a, bcde")).toEqual([1, 3, 3, 3, 3, 3, 3, 3, 4, 5, 6, 7]);
  expect(charactersDue(audio("#....#......##"), "a, bc")).toEqual([0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4, 5]);
});

test("[SB7] fewer pauses than punctuation: evenly again", () => {
  expect(charactersDue(audio("######"), "a, b")).toEqual([0, 1, 2, 2, 3, 4]);
});

test("[SB7] what the synthesiser tells wins over the longest pauses, without its soft ends", () => {
  const told = [
    { fromMs: 0, toMs: 45 },
    { fromMs: 60, toMs: 240 },
  ];
  expect(charactersDue(audio("##.##......#"), "a, bc", told)).toEqual([1, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5]);
});

test("[SB7] a real voice: the words before a pause are all heard before it", async () => {
  const heard = new WordListener().push(await speak("For about two weeks, mostly in the evening.", "kal", 1));
  const upTo = heard.findLast(
    (frame, index) => frame.text !== "" && heard.slice(index - 8, index).every((f) => f.text === ""),
  );
  const before = heard.slice(0, upTo?.frameIndex).map(({ text }) => text);
  expect(before.join("")).toBe("For about two weeks, ");
});
