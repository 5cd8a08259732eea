import type { Caller } from "#server/accounts/caller.ts";
import { startHttpFixture } from "#server/http/http-fixture.suite.ts";
import { Failure } from "#server/lib/failure.ts";
import { expect, test } from "vitest";

const AS_BUSINESS = { authorization: "Bearer business" };

const ask = (url: string, name: string, body: unknown, headers: Record<string, string> = AS_BUSINESS) =>
  fetch(`${url}/api/exports/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

/** A server whose exports are what the test says. */
async function serverWith(text: () => AsyncIterable<string>) {
  const asked: unknown[] = [];
  const file = (fileName: string) => ({ fileName, format: "csv" as const, text: text() });
  const fixture = await startHttpFixture({
    exports: {
      async calls(by: Caller, filter, format) {
        asked.push([by.accountId, filter, format]);
        return file("calls.csv");
      },
      async transcript(_by, callId) {
        if (callId !== "call_own") throw new Failure("NOT_FOUND");
        return file("transcript.csv");
      },
    },
  });
  return { ...fixture, asked };
}

async function* lines() {
  yield "one\r\n";
  yield "two\r\n";
}

test("[CL370] a file comes with its name and type; the words that are searched for are in the body alone", async () => {
  const { url, asked, logged } = await serverWith(lines);
  const reply = await ask(url, "calls", { format: "csv", status: "completed", search: " Zora " });
  expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
  expect(reply.headers.get("content-disposition")).toBe('attachment; filename="calls.csv"');
  expect(reply.headers.get("cache-control")).toBe("no-store");
  expect(await reply.text()).toBe("one\r\ntwo\r\n");
  expect(asked).toEqual([["acc_business", { status: "completed", search: "Zora" }, "csv"]]);
  expect(logged()).not.toContain("Zora");
});

test("[CL370] nobody signed in, wrong requests and foreign calls get the usual refusals", async () => {
  const { url, asked } = await serverWith(lines);
  expect((await ask(url, "calls", { format: "csv" }, {})).status).toBe(401);
  expect((await ask(url, "calls", { format: "pdf" })).status).toBe(400);
  expect((await ask(url, "transcript", { format: "csv", callId: "call_foreign" })).status).toBe(404);
  expect((await ask(url, "transcript", { format: "csv", callId: "call_own" })).status).toBe(200);
  const otherSite = { cookie: "session=1", origin: "https://elsewhere.test" };
  expect((await ask(url, "calls", { format: "csv" }, otherSite)).status).toBe(403);
  expect(asked).toEqual([]);
});

test("[CL370] a file that breaks off does not look whole", async () => {
  const { url } = await serverWith(async function* () {
    yield "one\r\n";
    throw new Error("The database is gone.");
  });
  const reply = await ask(url, "calls", { format: "csv" });
  await expect(reply.text()).rejects.toThrow();
});
