import { ageText, numberText, placeText } from "#client/calls/queue-words.ts";
import { expect, test } from "vitest";

const place = (queuePosition: number | null, estimatedWaitSeconds: number, dialingPaused = false) => ({
  queuePosition,
  estimatedWaitSeconds,
  dialingPaused,
  at: "2026-12-08T15:00:00.000Z",
  fromNumber: "+16465550122",
});

test("[UI12] the place in line as a sentence, the wait rounded up", () => {
  expect(placeText(place(1, 20), "consumer")).toBe("You are 1st in line, less than a minute.");
  expect(placeText(place(2, 61), "consumer")).toBe("You are 2nd in line, about 2 minutes.");
  expect(placeText(place(3, 360), "consumer")).toBe("You are 3rd in line, about 6 minutes.");
  expect(placeText(place(11, 361), "consumer")).toBe("You are 11th in line, about 7 minutes.");
  expect(placeText(place(null, 0), "consumer")).toBe("Your call begins in less than a minute.");
});

test("[UI12] while dialling is paused no wait is promised, and a booked call keeps its time", () => {
  expect(placeText(place(1, 20, true), "consumer")).toBe(
    "You are 1st in line. Calling is paused at the moment; your place is kept.",
  );
  expect(placeText(place(null, 120, true), "consumer")).toBe("Your call begins in about 2 minutes.");
});

test("[UI33] a business reads the same about its call", () => {
  expect(placeText(place(3, 360), "staff")).toBe("It is 3rd in line, about 6 minutes.");
  expect(placeText(place(1, 20, true), "staff")).toBe(
    "It is 1st in line. Calling is paused at the moment; its place is kept.",
  );
});

test("[UI12] an estimate says how old it is, a number looks as on the phone", () => {
  expect(ageText(place(1, 0), Date.parse("2026-12-08T15:00:04.000Z"))).toBe("updated 4 s ago");
  expect(numberText("+16465550122")).toBe("+1 (646) 555-0122");
  expect(numberText("+4930123456")).toBe("+4930123456");
});
