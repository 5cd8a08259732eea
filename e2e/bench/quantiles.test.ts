import { quantilesOf } from "#e2e/bench/quantiles.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

test("a quantile is a measured value that at least so many are not above, and fewer without it", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 300 }), (values) => {
      const { count, most, ...shares } = quantilesOf(values);
      expect([count, most]).toEqual([values.length, Math.max(...values)]);
      for (const [name, share] of [
        ["p50", 0.5],
        ["p95", 0.95],
        ["p99", 0.99],
      ] as const) {
        const value = shares[name];
        expect(values).toContain(value);
        expect(values.filter((one) => one <= value).length).toBeGreaterThanOrEqual(share * count);
        expect(values.filter((one) => one < value).length).toBeLessThan(share * count);
      }
    }),
  );
  expect(() => quantilesOf([])).toThrow(RangeError);
});
