import { NO_USAGE, PRICE_TABLE_VERSION, voiceCents } from "#server/voice/openai/prices.ts";
import type { VoiceUsage } from "#server/voice/voice.ts";
import { describe, expect, test } from "vitest";

const MILLION_EACH: VoiceUsage = {
  textIn: 1_000_000,
  textInCached: 0,
  audioIn: 1_000_000,
  audioInCached: 0,
  textOut: 1_000_000,
  audioOut: 1_000_000,
};

describe("[VO16] prices", () => {
  test("the table is dated", () => {
    expect(PRICE_TABLE_VERSION).toMatch(/^openai-\d{4}-\d{2}-\d{2}$/);
  });

  test.each([
    ["gpt-realtime-2.1", 12_400],
    ["gpt-realtime-2", 12_400],
    ["gpt-realtime-2.1-mini", 3300],
    ["gpt-realtime-2.1-mini-2026-09-01", 3300],
    ["gpt-realtime-1.5", 11_600],
    ["a-model-of-tomorrow", 12_400],
  ])("%s: a million tokens of each class cost %i cents", (model, cents) => {
    expect(voiceCents(model, MILLION_EACH, 0)).toBeCloseTo(cents);
  });

  test("cached tokens are part of the input and cost less", () => {
    const cached = { ...MILLION_EACH, textInCached: 1_000_000, audioInCached: 500_000 };
    expect(voiceCents("gpt-realtime-2.1", cached, 0)).toBeCloseTo(12_400 - 360 - 1580);
  });

  test("transcription costs 0.45 cents a minute", () => {
    expect(voiceCents("gpt-realtime-2.1", NO_USAGE, 90)).toBeCloseTo(0.675);
  });
});
