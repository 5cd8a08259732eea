import { whenToPlay } from "#client/sandbox/phone/when-to-play.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const PIECE = 0.02;

/** Plays pieces that arrive at these times; when each begins. */
function play(arrivals: readonly number[]): { begun: number[]; leftOut: number } {
  const begun: number[] = [];
  let [end, leftOut] = [0, 0];
  for (const now of arrivals) {
    const at = whenToPlay(end, now);
    if (at === null) leftOut += 1;
    else {
      begun.push(at);
      end = at + PIECE;
    }
  }
  return { begun, leftOut };
}

test("[SB78] pieces that come up to 100 ms late are played without a gap", () => {
  const late = fc.array(fc.double({ min: 0, max: 0.1, noNaN: true }), { minLength: 2, maxLength: 200 });
  fc.assert(
    fc.property(late, (delays) => {
      let last = 0;
      // Late, but never out of order: they come through one socket.
      const arrivals = delays.map((delay, index) => (last = Math.max(last, 10 + index * PIECE + delay)));
      // The first one sets the pace.
      arrivals[0] = 10 + 0.1;
      const { begun, leftOut } = play(arrivals.map((at) => Math.max(at, 10.1)));
      expect(leftOut).toBe(0);
      begun.slice(1).forEach((at, index) => expect(at).toBeCloseTo((begun[index] ?? 0) + PIECE, 9));
    }),
  );
});

test("[SB78] nothing overlaps, nothing begins in the past, and no more than 0.62 s wait, whatever comes when", () => {
  const pauses = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 300 });
  fc.assert(
    fc.property(pauses, (gaps) => {
      let [now, end] = [0, 0];
      for (const gap of gaps) {
        now += gap;
        const at = whenToPlay(end, now);
        if (at === null) continue;
        expect(at).toBeGreaterThanOrEqual(Math.max(now, end));
        end = at + PIECE;
        expect(end - now).toBeLessThanOrEqual(0.6 + PIECE + 1e-9);
      }
    }),
  );
});
