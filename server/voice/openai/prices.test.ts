import { PRICE_TABLE_VERSION, voicePrice } from "#server/voice/openai/prices.ts";
import { NO_VOICE_TOTALS, type VoiceTotals } from "#shared/call/cost.ts";
import { describe, expect, test } from "vitest";

const MILLION_EACH: VoiceTotals = {
  ...NO_VOICE_TOTALS,
  textIn: 1_000_000,
  textInCached: 0,
  audioIn: 1_000_000,
  audioInCached: 0,
  textOut: 1_000_000,
  audioOut: 1_000_000,
};

const voiceCents = (model: string, usage: VoiceTotals) =>
  Object.values(voicePrice(model, usage)).reduce((sum, cents) => sum + cents, 0);

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
    expect(voiceCents(model, MILLION_EACH)).toBeCloseTo(cents);
  });

  test("cached tokens are part of the input and cost less", () => {
    const cached = { ...MILLION_EACH, textInCached: 1_000_000, audioInCached: 500_000 };
    expect(voiceCents("gpt-realtime-2.1", cached)).toBeCloseTo(12_400 - 360 - 1580);
  });

  test("each class has its own price", () => {
    const usage = {
      ...NO_VOICE_TOTALS,
      textIn: 1000,
      textInCached: 400,
      audioOut: 2000,
      transcriptionSeconds: 60,
    };
    const { textIn, textInCached, audioOut, transcription, ...rest } = voicePrice("gpt-realtime-2.1", usage);
    expect(textIn).toBeCloseTo(0.24);
    expect(textInCached).toBeCloseTo(0.016);
    expect(audioOut).toBeCloseTo(12.8);
    expect(transcription).toBeCloseTo(0.45);
    expect(Object.values(rest)).toEqual([0, 0, 0]);
  });

  test("transcription costs 0.45 cents a minute", () => {
    expect(voiceCents("gpt-realtime-2.1", { ...NO_VOICE_TOTALS, transcriptionSeconds: 90 })).toBeCloseTo(
      0.675,
    );
  });
});
