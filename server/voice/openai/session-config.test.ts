import { sessionConfig } from "#server/voice/openai/session-config.ts";
import { SESSION } from "#server/voice/openai/testing/open-session.ts";
import { expect, test } from "vitest";

test.each([
  ["gpt-realtime-2", true],
  ["gpt-realtime-2.1", true],
  ["gpt-realtime-2.1-mini", true],
  ["gpt-realtime-1.5", false],
  ["gpt-realtime-2025-08-28", false],
  ["gpt-realtime", false],
])("[VO1] %s is sent reasoning settings: %s", (model, isSent) => {
  expect("reasoning" in sessionConfig(model, SESSION)).toBe(isSent);
});
