import { createLogger } from "#server/observability/logger.ts";
import { expect, test } from "vitest";

function capture() {
  const lines: string[] = [];
  const logger = createLogger({ level: "info" }, { write: (line: string) => lines.push(line) });
  return { lines, logger };
}

test("a careless log of a whole object prints no fact about a person", () => {
  const { lines, logger } = capture();
  const call = { callId: "call_1", phoneNumber: "+12125550147", consumer: { email: "canary@example.test" } };
  logger.pino.info({ call }, "a call");
  expect(lines.join("")).toContain("call_1");
  expect(lines.join("")).not.toMatch(/2125550147|canary/);
});

test("one JSON line per event, with its level in words, and nothing below the level", () => {
  const { lines, logger } = capture();
  logger.debug({ callId: "call_1" }, "not shown");
  logger.warn({ callId: "call_2", code: "HELD" }, "shown");
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    level: "warn",
    msg: "shown",
    callId: "call_2",
    code: "HELD",
  });
});
