import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { startSandbox } from "#server/sandbox/sandbox.ts";

const options = {
  accountSid: `AC${"a1".repeat(16)}`,
  authToken: "phone-secret",
  openaiApiKey: "voice-secret",
  anthropicApiKey: "analyst-secret",
  fromNumbers: ["+14155550100"],
};

test("[SB50][SB53] serves all peers on one loopback address, and stops", async () => {
  const sandbox = await startSandbox(options);
  const statusOf = async (path: string, init?: RequestInit) =>
    (await fetch(sandbox.baseUrl + path, init)).status;
  const basic = Buffer.from(`${options.accountSid}:${options.authToken}`).toString("base64");
  const calls = `/api.twilio.com/2010-04-01/Accounts/${options.accountSid}/Calls.json`;
  expect(sandbox.baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await statusOf(calls)).toBe(401);
  expect(await statusOf(calls, { headers: { Authorization: `Basic ${basic}` } })).toBe(200);
  expect(await statusOf("/sandbox/calls")).toBe(200);
  expect(await statusOf("/v1/messages", { method: "POST" })).toBe(401);
  expect(await statusOf("/v1/models/gpt-realtime", { headers: { Authorization: "Bearer wrong" } })).toBe(401);
  const foreign = { method: "DELETE", headers: { origin: "https://evil.test" } };
  for (const path of ["numbers/+14155550100", "faults", "process"]) {
    expect(await statusOf(`/sandbox/${path}`, foreign), path).toBe(403);
  }
  await sandbox.stop();
  expect(await sandbox.exited).toEqual({ code: 0 });
  await sandbox.stop();
});

test("[SB51] a taken port ends the start with an error", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;
  await expect(startSandbox({ ...options, port })).rejects.toThrow("before it was ready");
  other.close();
});

test("[SB52] ignores Ctrl-C, and ends when its parent is killed", async () => {
  const parent = fileURLToPath(new URL("sandbox-parent.fixture.ts", import.meta.url));
  const child = spawn(process.execPath, [parent], { stdio: ["ignore", "pipe", "inherit"], env: {} });
  const [line] = await once(child.stdout, "data");
  const { baseUrl, pid } = JSON.parse(String(line));
  process.kill(pid, "SIGINT");
  expect((await fetch(`${baseUrl}/sandbox/settings`)).status).toBe(200);
  child.kill("SIGKILL");
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 10_000 });
});
