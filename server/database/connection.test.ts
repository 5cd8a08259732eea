import { connectDatabase } from "#server/database/connection.ts";
import { StartProblem } from "#server/lib/failure.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { createServer } from "node:net";
import { expect, test } from "vitest";

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 1;
}

test.each(["nonsense", "http://secret-user:secret-word@127.0.0.1/db", "mongodb://"])(
  "a wrong address stops the start with one sentence and without what was in it: %s",
  async (uri) => {
    const problem = await connectDatabase(uri, silentLogger).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(StartProblem);
    expect(String(problem)).toContain("MONGODB_URI");
    expect(String(problem)).not.toContain("secret");
  },
);

test("a database that is not there stops the start without its password", async () => {
  const uri = `mongodb://secret-user:secret-word@127.0.0.1:${await closedPort()}/ringside`;
  const problem = await connectDatabase(uri, silentLogger, { connectTimeoutMs: 50 }).catch(
    (error: unknown) => error,
  );
  expect(problem).toBeInstanceOf(StartProblem);
  expect(String(problem)).toContain("cannot be reached");
  expect(String(problem)).not.toContain("secret");
});
