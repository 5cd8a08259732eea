import type { CallBriefing } from "#server/calls/call-document.ts";
import { voicemailWords } from "#server/calls/live/voicemail.ts";
import { expect, test } from "vitest";

const BRIEFING: CallBriefing = {
  businessName: "Acme",
  legalName: "Acme\nRoofing  LLC",
  voice: "marin",
  callbackNumber: "+18005550123",
  consumerName: "Maria Canary",
  category: "legal",
  need: "Canary matter",
  objective: "Canary objective",
  timeZone: "America/New_York",
};

test("[CL96] the message says who, that it is an AI, why, the number twice, and how to stop it; in less than 40 s", () => {
  const words = voicemailWords(BRIEFING) ?? "";
  expect(words).toMatch(/AI assistant calling for Acme Roofing LLC\. We are calling back about a request\./);
  expect(words.match(/8 0 0, 5 5 5, 0 1 2 3/g)).toHaveLength(2);
  expect(words).toContain("If you do not want calls like this");
  expect((words.split(" ").length / 150) * 60).toBeLessThan(40);
});

test("[CL96] the message holds nothing personal and nothing of the matter", () => {
  expect(voicemailWords(BRIEFING)).not.toMatch(/canary|legal |maria/i);
});

test("[CL96] a number outside North America is read with its country code", () => {
  expect(voicemailWords({ ...BRIEFING, callbackNumber: "+442079460123" })).toContain(
    "at plus 4 4 2 0 7 9 4 6 0 1 2 3.",
  );
});

test.each([null, undefined])("[CL96] without a number (%s) there is no message", (callbackNumber) => {
  const { callbackNumber: _, ...rest } = BRIEFING;
  expect(voicemailWords(callbackNumber === undefined ? rest : { ...rest, callbackNumber })).toBeNull();
});
