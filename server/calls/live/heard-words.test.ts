import { wordsHeard } from "#server/calls/live/heard-words.ts";
import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

/** "#" is a loud frame of 20 ms, "." a silent one. */
function audio(picture: string): Uint8Array {
  const bytes = new Uint8Array(picture.length * MULAW_FRAME_BYTES).fill(MULAW_SILENCE);
  for (const [index, frame] of [...picture].entries()) {
    if (frame === "#") bytes.fill(0x20, index * MULAW_FRAME_BYTES, (index + 1) * MULAW_FRAME_BYTES);
  }
  return bytes;
}

const loud = (frames: number) => "#".repeat(frames);
const pause = ".".repeat(12);
const heard = (picture: string, text: string, heardMs: number, complete = true) =>
  wordsHeard({ text, audio: audio(picture), complete, msPerCharacter: 40 }, heardMs);

test("[CL72] a pause is not counted as words", () => {
  const picture = `${loud(20)}${pause}${loud(20)}`;
  const text = "One two. Six ten.";
  expect(heard(picture, text, 400)).toBe("One two.");
  expect(heard(picture, text, 600)).toBe("One two.");
  expect(heard(picture, text, 400 + 240 + 180)).toBe("One two. Six");
  expect(heard(picture, text, 5000)).toBe(text);
});

test("[CL72] phrases of uneven pace are matched to their pauses", () => {
  const picture = `${loud(30)}${pause}${loud(30)}${pause}${loud(60)}`;
  const text = "Good morning, this is Sam, and I am calling about your roof.";
  expect(heard(picture, text, 700)).toBe("Good morning,");
  expect(heard(picture, text, 1550)).toBe("Good morning, this is Sam,");
});

test("[CL72] a number sounds longer than it is written, so that what follows it is not taken for heard", () => {
  const text = "I see. I can offer Friday, November 27 at 2 PM. Does that work for you?";
  // Loud and silent frames of this sentence, as a synthesiser says it.
  const runs = [
    6, 5, 6, 11, 4, 4, 12, 5, 5, 6, 25, 11, 29, 6, 12, 1, 5, 2, 13, 4, 5, 8, 3, 5, 22, 6, 9, 2, 22, 12, 20,
  ];
  const picture = `...${runs.map((frames, index) => (index % 2 === 0 ? "#" : ".").repeat(frames)).join("")}...`;
  expect(heard(picture, text, 2100)).toBe("I see. I can offer Friday,");
  expect(heard(picture, text, 3240)).toBe("I see. I can offer Friday, November");
  expect(heard(picture, text, 4640)).toBe("I see. I can offer Friday, November 27 at 2 PM.");
});

test("[CL72] only whole words were heard, and none of silence", () => {
  expect(heard(loud(40), "Wednesday at noon", 100)).toBe("");
  expect(heard(loud(40), "Wednesday at noon", 440)).toBe("Wednesday");
  expect(heard("....", "Wednesday", 0)).toBe("");
  expect(heard("", "", 100)).toBe("");
});

test("[CL72] of an answer that is still being made, the pace of the voice places the words", () => {
  const text = "We have three plans for you today and tomorrow";
  expect(heard(loud(20), text, 400, false)).toBe("We have");
});

test("[CL72] later is never less, and what is heard is the beginning of the text, whatever sound and text are", () => {
  const picture = fc
    .array(fc.constantFrom("#", "#", "."), { maxLength: 120 })
    .map((frames) => frames.join(""));
  const text = fc
    .array(fc.constantFrom("yes", "Wednesday,", "no.", "a", "you?", "—"), { maxLength: 20 })
    .map((w) => w.join(" "));
  fc.assert(
    fc.property(
      picture,
      text,
      fc.boolean(),
      fc.nat({ max: 3000 }),
      fc.nat({ max: 500 }),
      (p, t, whole, ms, more) => {
        const early = heard(p, t, ms, whole);
        const late = heard(p, t, ms + more, whole);
        expect(t.startsWith(late)).toBe(true);
        expect(late.startsWith(early)).toBe(true);
      },
    ),
  );
});
