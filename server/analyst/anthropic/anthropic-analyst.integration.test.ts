import { analystSuite } from "#server/analyst/analyst.suite.ts";
import { createAnthropicAnalyst } from "#server/analyst/anthropic/anthropic-analyst.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { createAnalystRouter } from "#server/sandbox/analyst/analyst.ts";
import express from "express";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll } from "vitest";

/** Set in the environment, the suite runs against the real service. */
const REAL_KEY = process.env["ANTHROPIC_API_KEY"];
const MODEL = process.env["ANTHROPIC_MODEL"] ?? "claude-haiku-5-5";
const SANDBOX_KEY = "sk-ant-sandbox";

const http = createServer(express().use(createAnalystRouter({ apiKey: SANDBOX_KEY })));

beforeAll(() => new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  http.closeAllConnections();
  return new Promise((resolve) => http.close(resolve));
});

function withKey(apiKey: string) {
  const { port } = http.address() as AddressInfo;
  const baseUrl = REAL_KEY ? null : `http://127.0.0.1:${port}`;
  return createAnthropicAnalyst({ apiKey, baseUrl, model: MODEL, logger: silentLogger });
}

analystSuite(REAL_KEY ? "Anthropic" : "sandbox over Anthropic's protocol", {
  analyst: () => withKey(REAL_KEY ?? SANDBOX_KEY),
  withKey,
});
