import { complaintsIn } from "#e2e/load/complaints.ts";
import { createLogger } from "#server/observability/logger.ts";
import { expect, test } from "vitest";

test("what a server's log complains of is counted by message and cause; what it only tells is not", () => {
  let log = "  Ringside is ready: http://127.0.0.1:1\n";
  const logger = createLogger({ level: "info" }, { write: (line) => void (log += line) });
  logger.info({ callId: "a" }, "a call began");
  for (const callId of ["a", "b"]) logger.warn({ callId, errorName: "TypeError" }, "work failed");
  logger.error({ callId: "c" }, "a socket was closed");
  expect(complaintsIn(log)).toEqual({ "work failed TypeError": 2, "a socket was closed": 1 });
});
