import { afterAll, beforeAll, test } from "vitest";
import { protocolSuite } from "#server/sandbox/voice-model/conformance/protocol.suite.ts";
import { speechSuite } from "#server/sandbox/voice-model/conformance/speech.suite.ts";
import { PatientClock } from "#server/sandbox/voice-model/testing/patient-clock.ts";
import { startTestServer } from "#server/sandbox/voice-model/testing/test-server.ts";

let server: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => {
  server = await startTestServer(new PatientClock());
});
afterAll(() => server.stop());

protocolSuite("sandbox voice model", () => server.target);
speechSuite("sandbox voice model", () => server.target);

/** The same suites against the service itself: what the sandbox promises must be true there as well. */
const apiKey = process.env["OPENAI_API_KEY"];
if (apiKey) {
  const target = {
    apiKey,
    baseURL: process.env["OPENAI_BASE_URL"] ?? "https://api.openai.com/v1",
    model: process.env["OPENAI_REALTIME_MODEL"] ?? "gpt-realtime-2.1",
  };
  protocolSuite("OpenAI", () => target);
  speechSuite("OpenAI", () => target);
} else {
  test.skip("OpenAI: the same suites against the service; set OPENAI_API_KEY to run them", () => undefined);
}
