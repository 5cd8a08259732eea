import { newCodeWords } from "#server/calls/code-words.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

/** How many words there are, as the draw itself tells. */
function listLength(): number {
  let length = 0;
  newCodeWords((below) => {
    length = Math.max(length, below);
    return 0;
  });
  return length;
}

test("[CL256] whatever is drawn: two different easy words", () => {
  const length = listLength();
  const anyDraw = fc.tuple(fc.nat(length - 1), fc.nat(length - 2));
  fc.assert(
    fc.property(anyDraw, (draws) => {
      const left = [...draws];
      const words = newCodeWords(() => left.shift() ?? 0);
      expect(words).toMatch(/^[a-z]{3,9} [a-z]{3,9}$/);
      const [first, second] = words.split(" ");
      expect(first).not.toBe(second);
    }),
  );
});

test("[CL256] there are at least 256 words, each drawn by one number, so that nobody guesses a pair", () => {
  const length = listLength();
  const firsts = Array.from({ length }, (_, index) => {
    const left = [index, 0];
    return newCodeWords(() => left.shift() ?? 0).split(" ")[0];
  });
  expect(new Set(firsts).size).toBe(length);
  expect(length).toBeGreaterThanOrEqual(256);
  expect(new Set(Array.from({ length: 50 }, () => newCodeWords())).size).toBeGreaterThan(45);
});
