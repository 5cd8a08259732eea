import { afterAll, beforeAll } from "vitest";
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
