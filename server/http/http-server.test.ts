import { PUBLIC_URL, startHttpFixture } from "#server/http/http-fixture.suite.ts";
import type { contract } from "#shared/contract/contract.ts";
import { createORPCClient, safe } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import type { ContractRouterClient } from "@orpc/contract";
import { once } from "node:events";
import { connect } from "node:net";
import { Router } from "express";
import { expect, test } from "vitest";

const lead = {
  description: "A leaking roof over the kitchen",
  postalCode: "11201",
  timeZone: "America/New_York",
};

test("[HT1] healthz answers, readyz lists the parts and turns 503 with a required part", async () => {
  const { url, health } = await startHttpFixture();
  health.register({ name: "database", check: async () => ({ ok: true, reason: "answers" }) });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const ready = await fetch(`${url}/readyz`);
  expect(ready.status).toBe(200);
  expect(await ready.json()).toMatchObject({
    ready: true,
    parts: [{ name: "database", ok: true, reason: "answers", address: "mongodb://127.0.0.1:27017/ringside" }],
  });
  health.register({ name: "phones", check: async () => ({ ok: false, reason: "no line" }) });
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
});

test("[HT2] callers behind a proxy see neither metrics nor the database's address without the token", async () => {
  const { url } = await startHttpFixture();
  const proxied = { "x-forwarded-for": "203.0.113.9" };
  expect(await (await fetch(`${url}/readyz`, { headers: proxied })).text()).not.toContain("mongodb");
  expect((await fetch(`${url}/metrics`, { headers: proxied })).status).toBe(403);
  const wrong = { ...proxied, authorization: "Bearer metrics-tokem" };
  expect((await fetch(`${url}/metrics`, { headers: wrong })).status).toBe(403);
  const right = { ...proxied, authorization: "Bearer metrics-token" };
  expect((await fetch(`${url}/metrics`, { headers: right })).status).toBe(200);
});

test("[HT3] metrics name procedures, never addresses", async () => {
  const { url } = await startHttpFixture();
  await fetch(`${url}/api/account/me?who=canary`, { headers: { authorization: "Bearer consumer" } });
  await fetch(`${url}/no-such-canary`);
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toContain('method="GET",route="account.me",status="2xx"');
  expect(text).not.toContain("canary");
});

test("[HT4] REST and RPC serve the same procedure", async () => {
  const { url, post } = await startHttpFixture();
  const rest = await fetch(`${url}/api/account/me`, { headers: { authorization: "Bearer consumer" } });
  expect(await rest.json()).toMatchObject({ accountId: "acc_consumer", role: "consumer" });
  const rpc = await post("/rpc/account/me", {});
  expect(await rpc.json()).toMatchObject({ json: { accountId: "acc_consumer", role: "consumer" } });
});

test("[HT5] nobody signed in is 401, the wrong role 403, and neither learns what the input should be", async () => {
  const { url, post } = await startHttpFixture();
  const anonymous = await post("/api/leads", {}, {});
  expect(anonymous.status).toBe(401);
  expect(await anonymous.json()).toEqual({ code: "UNAUTHENTICATED", message: "Please sign in first." });
  const foreign = await fetch(`${url}/api/business/leads`, { headers: { authorization: "Bearer consumer" } });
  expect(foreign.status).toBe(403);
  expect(await foreign.json()).toMatchObject({ code: "FORBIDDEN" });
});

test("[HT6] bad input is 400 with places and reasons and without the values", async () => {
  const { post } = await startHttpFixture();
  for (const path of ["/api/leads", "/rpc/lead/submit"]) {
    const body = { ...lead, postalCode: 77_777_777, timeZone: "Canary/Nowhere" };
    const reply = await post(path, path.startsWith("/rpc") ? { json: body } : body);
    expect(reply.status).toBe(400);
    const text = await reply.text();
    expect(text).toContain('"INVALID_INPUT"');
    expect(text).toContain('"postalCode"');
    expect(text).not.toMatch(/77777777|Canary/);
  }
});

test.each(["{", '"x', "[1,"])("[HT6] malformed JSON is 400: %s", async (body) => {
  const { post } = await startHttpFixture();
  const reply = await post("/api/leads", body);
  expect(reply.status).toBe(400);
  expect(await reply.json()).toMatchObject({ code: "INVALID_INPUT" });
});

test("[HT7] operators and prototype keys in the body change nothing", async () => {
  const { post, effects } = await startHttpFixture();
  expect((await post("/api/leads", { ...lead, postalCode: { $ne: null } })).status).toBe(400);
  const sly = `{"__proto__":{"admin":true},"constructor":{"x":1},"role":"supervisor","accountId":"acc_other",${JSON.stringify(lead).slice(1)}`;
  expect((await post("/api/leads", sly)).status).toBe(200);
  expect(effects.submitted).toEqual([lead]);
  expect(Reflect.get({}, "admin")).toBeUndefined();
});

test("[HT8] a bug is 500 with a fixed sentence, and neither reply nor log quotes it", async () => {
  const { post, logged } = await startHttpFixture();
  const reply = await post("/api/account/phone", { phoneNumber: "+12125550123", code: "123456" });
  expect(reply.status).toBe(500);
  expect(await reply.json()).toEqual({
    code: "INTERNAL",
    message: "Something went wrong on our side. Please try again.",
  });
  expect(logged()).toContain('"operation":"account.verifyPhone"');
  expect(logged()).not.toMatch(/canary|5550123|123456/i);
});

test("[HT9] unknown addresses under /api, /rpc and /twilio are 404 JSON", async () => {
  const { url, post } = await startHttpFixture();
  for (const reply of [
    await fetch(`${url}/api/nothing`),
    await post("/rpc/nothing/here", {}),
    await post("/twilio/voice/att_1", ""),
    await fetch(`${url}/api/auth/list-accounts`),
  ]) {
    expect(reply.status).toBe(404);
    expect(await reply.json()).toMatchObject({ code: "NOT_FOUND" });
  }
});

test("[HT10] a cookie changes something only from our own page and only as JSON", async () => {
  const { url, post, effects } = await startHttpFixture();
  const cookie = "session=consumer";
  const refused = [
    await post("/api/leads", lead, { cookie }),
    await post("/api/leads", lead, { cookie, origin: "https://evil.test" }),
    await post("/api/leads", lead, { cookie, origin: "null" }),
    await post("/api/leads", lead, { cookie, origin: "http://127.0.0.1:3001" }),
    await post("/api/leads", lead, { cookie, "sec-fetch-site": "cross-site" }),
    await post("/rpc/lead/submit", { json: lead }, { cookie, "sec-fetch-site": "same-site" }),
    await post("/api/leads", lead, { cookie, origin: PUBLIC_URL, "content-type": "text/plain" }),
    await fetch(`${url}/api/leads`, {
      method: "POST",
      headers: { cookie, origin: PUBLIC_URL },
      body: new URLSearchParams({ description: lead.description }),
    }),
  ];
  for (const reply of refused) expect(reply.status).toBe(403);
  expect(effects.submitted).toEqual([]);
  const accepted = [
    await post("/api/leads", lead, { cookie, origin: PUBLIC_URL }),
    await post("/api/leads", lead, { cookie, origin: "http://localhost:3000" }),
    await post("/api/leads", lead, { cookie, "sec-fetch-site": "same-origin" }),
    await post("/api/leads", lead, { authorization: "Bearer consumer", origin: "https://partner.test" }),
  ];
  for (const reply of accepted) expect(reply.status).toBe(200);
});

test("[HT11] a body over 64 kB is refused, also without a length", async () => {
  const { url, post } = await startHttpFixture();
  const big = JSON.stringify({ ...lead, padding: "x".repeat(70_000) });
  expect((await post("/api/leads", big)).status).toBe(413);
  const chunked = await fetch(`${url}/api/leads`, {
    method: "POST",
    headers: { authorization: "Bearer consumer", "content-type": "application/json" },
    body: new Blob([big]).stream(),
    duplex: "half",
  } as RequestInit);
  expect(chunked.status).toBe(413);
});

test("[HT12] every reply carries the security headers; scripts come from here only", async () => {
  const { url } = await startHttpFixture();
  const { headers } = await fetch(`${url}/healthz`);
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("script-src 'self';");
  // An IPv6 source is not valid in a policy; browsers count their own web sockets as 'self'.
  expect(policy).toContain("connect-src 'self';");
  expect(policy).not.toContain("upgrade-insecure-requests");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("x-powered-by")).toBeNull();
  expect(headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
});

test("[HT13] a log line names the procedure and holds no query, header or body", async () => {
  const { url, post, logged } = await startHttpFixture();
  await post("/api/leads?secret=canary", { ...lead, description: "words of canary about a roof" });
  await fetch(`${url}/anything?phone=canary`, { headers: { "user-agent": "canary", cookie: "canary=1" } });
  expect(logged()).toContain('"route":"lead.submit"');
  expect(logged()).not.toContain("canary");
});

test("[HT14] Twilio's router reads raw bodies before any JSON parser or same-site guard", async () => {
  const twilioRouter = Router();
  twilioRouter.post("/twilio/voice/:attemptId", (request, response) => {
    response.json({ parsed: request.body !== undefined });
  });
  const { post } = await startHttpFixture({ twilioRouter });
  const reply = await post("/twilio/voice/att_1", "{}", { cookie: "a=b" });
  expect(await reply.json()).toEqual({ parsed: false });
});

test("[HT15] public facts need no session", async () => {
  const { url } = await startHttpFixture();
  expect(await (await fetch(`${url}/api/public-info`)).json()).toEqual({ demo: true, version: "0.0.1" });
});

test("[HT16] a bad Host header and a broken escape in the path break nothing", async () => {
  const { url } = await startHttpFixture();
  const { port } = new URL(url);
  const ask = async (head: string) => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(`${head}\r\nauthorization: Bearer consumer\r\nconnection: close\r\n\r\n`);
    let text = "";
    socket.on("data", (bytes) => (text += bytes.toString()));
    await once(socket, "close");
    return text;
  };
  expect(await ask("GET /api/account/me HTTP/1.1\r\nhost: a b c:::")).toMatch(/^HTTP\/1.1 200/);
  expect(await ask("GET /api/auth/get-session HTTP/1.1\r\nhost: ???")).toMatch(/^HTTP\/1.1 200/);
  expect(await ask("GET /api/calls/%E0%A4%A HTTP/1.1\r\nhost: x")).toMatch(/^HTTP\/1.1 (4|500)/);
  expect(await ask("GET //evil.test/%2e%2e HTTP/1.1\r\nhost: x")).toMatch(/^HTTP\/1.1 [45]/);
});

test("[HT10] no procedure that changes something can be reached from a foreign page with a cookie", async () => {
  const { url, post } = await startHttpFixture();
  const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const changing = Object.entries(document.paths).flatMap(([path, item]) => ("post" in item ? [path] : []));
  expect(changing.length).toBeGreaterThan(5);
  const foreign = { cookie: "session=consumer", origin: "https://evil.test" };
  for (const path of changing) {
    const reply = await post(`/api${path.replaceAll(/\{\w+\}/g, "call_12345678")}`, {}, foreign);
    expect([path, reply.status]).toEqual([path, 403]);
  }
});

test("[HT4] our own client's protocol works", async () => {
  const { url } = await startHttpFixture();
  const link = new RPCLink({ url: `${url}/rpc`, headers: { authorization: "Bearer consumer" } });
  const client: ContractRouterClient<typeof contract> = createORPCClient(link);
  expect(await client.account.me()).toMatchObject({ accountId: "acc_consumer" });
  const refused = await safe(client.business.leads());
  expect(refused.error).toMatchObject({ code: "FORBIDDEN", status: 403, defined: true });
  const wrong = await safe(client.lead.submit({ ...lead, description: "short" }));
  expect(wrong.error).toMatchObject({ code: "INVALID_INPUT", data: { issues: [{ path: ["description"] }] } });
});

test("[HT19] slow senders are timed out, and the limits are checked every second", async () => {
  const { server } = await startHttpFixture();
  expect(server).toMatchObject({ headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 65_000 });
});
