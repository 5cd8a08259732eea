import { agreedTimeText, instantText, wholeMoneyText } from "#client/ui/format.ts";
import { expect, test } from "vitest";

const NOW = Date.parse("2026-11-24T16:00:00Z");

test("an agreed time always says its day; a clock time only when it is not today", () => {
  const times = ["2026-11-24T19:00:00Z", "2026-11-25T19:00:00Z", "2026-11-27T19:00:00Z"];
  expect(times.map((iso) => agreedTimeText(iso, NOW, "America/Chicago"))).toEqual([
    "1:00 PM today",
    "1:00 PM tomorrow",
    "Fri, Nov 27, 1:00 PM",
  ]);
  expect(times.map((iso) => instantText(iso, NOW, "America/Chicago"))[0]).toBe("1:00 PM");
});

test("[UI30] a time of another year says which one, and a budget has no cents", () => {
  expect(agreedTimeText("2035-01-01T16:00:00Z", NOW, "America/Chicago")).toBe("Mon, Jan 1, 2035, 10:00 AM");
  expect(wholeMoneyText(300_000)).toBe("$3,000");
});
