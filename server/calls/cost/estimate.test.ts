import { averageSeconds, costRange, talkCents } from "#server/calls/cost/estimate.ts";
import type { VoiceTotals } from "#shared/call/cost.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

/** US dollars a million: the order of magnitude of a real voice model. */
const voice = {
  model: "a voice model",
  priceTable: "list",
  price: (usage: VoiceTotals) => ({
    textIn: (usage.textIn - usage.textInCached) * 4e-4,
    textInCached: usage.textInCached * 0.4e-4,
    audioIn: (usage.audioIn - usage.audioInCached) * 32e-4,
    audioInCached: usage.audioInCached * 0.4e-4,
    textOut: usage.textOut * 24e-4,
    audioOut: usage.audioOut * 64e-4,
    transcription: (usage.transcriptionSeconds / 60) * 0.45,
  }),
};

test("[CL255] before calls were seen, the estimate is that of one to three minutes at list price", () => {
  const { low, high } = costRange([], voice);
  expect(low).toBe(Math.floor(talkCents(60, voice)));
  expect(high).toBe(Math.ceil(talkCents(180, voice)));
  expect(low).toBeGreaterThan(5);
  expect(high).toBeLessThan(100);
});

test("[CL255] after that it is the range of the calls that were seen, without the rare ones", () => {
  const talks = Array.from({ length: 21 }, (_, index) => ({
    seconds: 60,
    cents: index === 20 ? 900 : 10 + index,
  }));
  expect(costRange(talks, voice)).toEqual({ low: 12, high: 28 });
});

test("[CL255] a longer talk costs more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 900 }), fc.integer({ min: 1, max: 900 }), (seconds, more) => {
      expect(talkCents(seconds + more, voice)).toBeGreaterThan(talkCents(seconds, voice));
    }),
  );
});

test("[CL253] the length of a call is the average of those that were seen", () => {
  expect(averageSeconds([])).toBe(90);
  expect(
    averageSeconds([
      { seconds: 30, cents: null },
      { seconds: 90, cents: 3 },
    ]),
  ).toBe(60);
});
