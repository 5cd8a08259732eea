import { createFloodGuard } from "#server/http/flood-guard.ts";
import { createMetrics } from "#server/observability/metrics.ts";
import { createServer } from "node:http";
import express from "express";
import { expect, onTestFinished, test } from "vitest";

async function start(maxPerWindow: number) {
  const metrics = createMetrics({ processMetrics: false });
  const app = express();
  app.use("/api", createFloodGuard(metrics, maxPerWindow), (_request, response) => response.json({}));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const statuses = async (path: string, headers: Record<string, string>, times: number) => {
    const list: number[] = [];
    for (let count = 0; count < times; count++) list.push((await fetch(`${url}${path}`, { headers })).status);
    return list;
  };
  return { url, metrics, statuses };
}

test("[HT26] strangers are counted per address; who shows credentials is not, except at the auth library", async () => {
  const { url, metrics, statuses } = await start(3);
  const bearer = { authorization: "Bearer x.y" };
  expect(await statuses("/api/account/me", bearer, 5)).toEqual([200, 200, 200, 200, 200]);
  expect(await statuses("/api/auth/sign-in/email", bearer, 2)).toEqual([200, 200]);
  expect(await statuses("/api/public-info", {}, 2)).toEqual([200, 429]);
  const refused = await fetch(`${url}/api/public-info`);
  expect(await refused.json()).toMatchObject({ code: "RATE_LIMITED", data: { retryAfterSeconds: 60 } });
  expect(await metrics.registry.metrics()).toContain('ringside_rate_limited_total{limit="flood"} 2');
});
