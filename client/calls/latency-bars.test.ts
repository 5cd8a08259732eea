import { latencyFigures } from "#client/calls/latency-bars.tsx";
import { expect, test } from "vitest";

test("[UI55] the middle turn and the worst, whatever the order in which they came", () => {
  expect(latencyFigures([])).toEqual({ middle: 0, worst: 0 });
  expect(latencyFigures([700])).toEqual({ middle: 700, worst: 700 });
  expect(latencyFigures([900, 100, 500, 300])).toEqual({ middle: 300, worst: 900 });
});
