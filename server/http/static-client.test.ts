import { fixtureConfig, startHttpFixture } from "#server/http/http-fixture.suite.ts";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

async function builtClient(): Promise<string> {
  const dist = await mkdtemp(join(tmpdir(), "ringside-client-"));
  onTestFinished(() => rm(dist, { recursive: true }));
  await mkdir(join(dist, "assets"));
  await writeFile(join(dist, "index.html"), "<title>the page</title>");
  await writeFile(join(dist, "assets", "main-abc123.js"), "export {};");
  await writeFile(join(dist, "favicon.svg"), "<svg/>");
  return dist;
}

test("[HT18] hashed files are kept for ever, everything else is asked for again", async () => {
  const { url } = await startHttpFixture({ config: fixtureConfig(await builtClient()) });
  const asset = await fetch(`${url}/assets/main-abc123.js`);
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect((await fetch(`${url}/favicon.svg`)).headers.get("cache-control")).toBe("no-cache");
  expect((await fetch(`${url}/`)).headers.get("cache-control")).toBe("no-cache");
});

test("[HT18] every page address gets the page; a missing file is missing", async () => {
  const { url } = await startHttpFixture({ config: fixtureConfig(await builtClient()) });
  for (const path of ["/", "/board", "/calls/call_123/replay"]) {
    expect(await (await fetch(`${url}${path}`)).text()).toContain("the page");
  }
  for (const path of ["/assets/main-old.js", "/robots.txt", "/../package.json", "/.env"]) {
    expect((await fetch(`${url}${path}`)).status).toBe(404);
  }
  expect((await fetch(`${url}/board`, { method: "POST" })).status).toBe(404);
});

test("[HT18] without a built client a sentence says what to do", async () => {
  const { url } = await startHttpFixture();
  const reply = await fetch(`${url}/board`);
  expect(reply.status).toBe(503);
  expect(await reply.text()).toContain("npm run build");
});
