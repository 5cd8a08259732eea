import { objectiveText } from "#client/calls/words.ts";
import { expect, test } from "vitest";

test("[UI34] a call that was asked for without saying why is explained to its consumer, not about them", () => {
  const unsaid = "Call consumer to discuss their plumbing needs and schedule a consultation";
  expect(objectiveText(unsaid, "consumer")).toBe(
    "To discuss your plumbing needs and schedule a consultation",
  );
  expect(objectiveText(unsaid, "staff")).toBe(unsaid);
  expect(objectiveText("Find out what is leaking.", "consumer")).toBe("Find out what is leaking.");
});
