import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { expect, onTestFinished, test } from "vitest";
import { createPages } from "#server/sandbox/pages.ts";

async function serve(dist: string) {
  const app = express();
  app.use(createPages(dist));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
}

test("[SB54] both pages are the built one, and nobody may frame them", async () => {
  const dist = await mkdtemp(join(tmpdir(), "ringside-pages-"));
  onTestFinished(() => rm(dist, { recursive: true }));
  await mkdir(join(dist, "assets"));
  await writeFile(join(dist, "sandbox.html"), "<title>the page</title>");
  await writeFile(join(dist, "assets", "sandbox-1.js"), "export {};");
  const get = await serve(dist);
  for (const path of ["/sandbox", "/sandbox/phone"]) {
    const reply = await get(path);
    expect(await reply.text()).toContain("the page");
    expect(reply.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  }
  expect((await get("/assets/sandbox-1.js")).status).toBe(200);
  expect((await get("/assets/other.js")).status).toBe(404);
});

test("[SB54] without a build a sentence says what to do", async () => {
  const reply = await (await serve(join(tmpdir(), "ringside-nowhere")))("/sandbox/phone");
  expect([reply.status, await reply.text()]).toEqual([503, expect.stringContaining("npm run build")]);
});
