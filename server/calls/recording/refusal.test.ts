import { refusesRecording } from "#server/calls/recording/refusal.ts";
import { expect, test } from "vitest";

test.each([
  "Please don't record me.",
  "Do not record this call",
  "I don’t want to be recorded",
  "I do not want this conversation to be recorded.",
  "Stop recording.",
  "Stop the recording, please",
  "Can you turn off the recording?",
  "Could you turn that recording off?",
  "I'd rather not be recorded.",
  "no recording please",
  "Delete that recording.",
  "I refuse to be taped.",
  "Recording is not okay with me",
  "never record my calls",
])("[CL122] %s: a refusal", (words) => expect(refusesRecording(words)).toBe(true));

test.each([
  "Yes, go ahead.",
  "Is this recorded?",
  "That's fine, you can record it.",
  "Off the record, the roof is old.",
  "For the record, I never said that.",
  "We have a record of three leaks a year.",
  "Please stop calling me.",
  "I am recording the leak with my phone.",
])("[CL122] %s: none", (words) => expect(refusesRecording(words)).toBe(false));
