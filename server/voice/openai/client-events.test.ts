import { sayInstructions } from "#server/voice/openai/client-events.ts";
import { expect, test } from "vitest";

test("[VO8] quotation marks and line breaks in exact words cannot end the quotation", () => {
  expect(sayInstructions("Be brief.", 'Say "hi"\nand go.')).toMatch(
    /Say exactly these words and nothing else: "Say 'hi' and go\."$/,
  );
});
