import type { CallBriefing } from "#server/calls/call-document.ts";
import { apologyWords } from "#server/calls/live/apology.ts";
import { openingWords, screenerWords } from "#server/calls/live/prompt.ts";
import { voicemailWords } from "#server/calls/live/voicemail.ts";
import { expect, test } from "vitest";

const BRIEFING: CallBriefing = {
  businessName: "Acme",
  legalName: "Acme LLC",
  voice: "marin",
  callbackNumber: "+18005550123",
  consumerName: "Maria Canary",
  category: "legal",
  need: "Canary divorce",
  objective: "Talk about the canary papers",
  timeZone: "America/New_York",
};

test.each([
  ["opening", openingWords(BRIEFING)],
  ["opening of a recorded call", openingWords(BRIEFING, true)],
  ["words for a screener", screenerWords(BRIEFING)],
  ["message on a machine", voicemailWords(BRIEFING) ?? ""],
  ["apology", apologyWords(BRIEFING)],
])("[CL80] whoever hears the %s learns who calls, and nothing about the person or the matter", (_, words) => {
  expect(words).toContain("Acme LLC");
  expect(words).toMatch(/\b(AI|automated)\b/);
  expect(words).not.toMatch(/maria|canary|divorce|papers|legal\b/i);
});
