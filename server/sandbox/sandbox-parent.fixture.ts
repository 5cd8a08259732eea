import { startSandbox } from "#server/sandbox/sandbox.ts";

/** A parent for sandbox.integration.test.ts: starts a sandbox, says where it is, and waits to be killed. */
const sandbox = await startSandbox({
  accountSid: `AC${"a1".repeat(16)}`,
  authToken: "phone-secret",
  openaiApiKey: "voice-secret",
  anthropicApiKey: "analyst-secret",
  fromNumbers: [],
});
const about = await fetch(`${sandbox.baseUrl}/sandbox/process`);
const { pid } = (await about.json()) as { pid: number };
process.stdout.write(JSON.stringify({ baseUrl: sandbox.baseUrl, pid }));
