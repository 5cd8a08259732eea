import { callTimeText } from "#client/calls/steer/steer-times.ts";
import { expect, test } from "vitest";

test("[UI51] what was done in a call stands on the call's own clock, what came before it on the day's", () => {
  const answeredAt = "2026-11-24T15:00:00.000Z";
  expect(callTimeText("2026-11-24T15:02:05.400Z", { answeredAt })).toBe("02:05");
  expect(callTimeText("2026-11-24T16:02:05Z", { answeredAt })).toBe("1:02:05");
  expect(callTimeText("2026-11-24T14:59:00Z", { answeredAt })).toMatch(/^\d{1,2}:59/);
  expect(callTimeText("2026-11-24T15:02:05Z", { answeredAt: null })).toMatch(/^\d{1,2}:02/);
});
