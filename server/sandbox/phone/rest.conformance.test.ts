import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  ACCOUNT,
  API_KEY,
  API_SECRET,
  eventually,
  FROM,
  type Rig,
  startRig,
  TOKEN,
} from "#server/sandbox/phone/testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());
afterEach(() => rig.control("DELETE", "/faults"));

const create = async (more: object = {}) =>
  rig.client.calls.create({
    to: await rig.newNumber("no-answer"),
    from: FROM,
    url: `${rig.customer.origin}/v`,
    ...more,
  });
const fault = (target: string, name: string, more: object = {}) =>
  rig.control("POST", "/faults", { target, fault: name, ...more });
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    ({ status, code }) => ({ status, code }),
  );

test("[SB10] unmodified SDK: create, fetch, update, list; prefixed and bare paths", async () => {
  const call = await create();
  expect(call).toMatchObject({ status: "queued", direction: "outbound-api", apiVersion: "2010-04-01" });
  expect((await rig.client.calls(call.sid).fetch()).sid).toBe(call.sid);
  const authorization = `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64")}`;
  const bare = await fetch(`${rig.base}/2010-04-01/Accounts/${ACCOUNT}/Calls/${call.sid}.json`, {
    headers: { authorization },
  });
  expect(await bare.json()).toMatchObject({ sid: call.sid });
  expect((await rig.client.calls(call.sid).update({ status: "canceled" })).status).toBe("canceled");
});

test("[SB10] the Call resource has Twilio's names and types", async () => {
  const { sid } = await create();
  const authorization = `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64")}`;
  const response = await fetch(`${rig.base}/2010-04-01/Accounts/${ACCOUNT}/Calls/${sid}.json`, {
    headers: { authorization },
  });
  const body = await response.json();
  expect(Object.keys(body)).toHaveLength(26);
  expect(body).toMatchObject({
    sid: expect.stringMatching(/^CA[0-9a-f]{32}$/),
    date_created: expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/),
    duration: null,
    price: null,
    queue_time: "0",
    answered_by: null,
    start_time: null,
    subresource_uris: {
      user_defined_message_subscriptions: expect.stringContaining("/UserDefinedMessageSubscriptions"),
    },
  });
});

test("[SB10] a call that is being dialled is still queued for REST: initiated is a word of callbacks only", async () => {
  await rig.control("PUT", "/settings", { dialMs: 60_000 });
  const call = await rig.dial("");
  expect((await call.webhook("status")).fields["CallStatus"]).toBe("initiated");
  expect((await rig.client.calls(call.sid).fetch()).status).toBe("queued");
  await rig.client.calls(call.sid).update({ status: "canceled" });
  await rig.control("PUT", "/settings", { dialMs: 2 });
});

test("[SB12] who may ask: account and API key; wrong secrets and unknown things get Twilio's errors", async () => {
  const { sid } = await create();
  expect((await rig.clientAs(API_KEY, API_SECRET).calls(sid).fetch()).sid).toBe(sid);
  expect(await failureOf(rig.clientAs(ACCOUNT, "wrong").calls(sid).fetch())).toEqual({
    status: 401,
    code: 20_003,
  });
  const unknown = rig.client.calls(`CA${"0".repeat(32)}`);
  expect(await failureOf(unknown.fetch())).toEqual({ status: 404, code: 20_404 });
  expect(await failureOf(unknown.update({ status: "completed" }))).toEqual({ status: 404, code: 20_404 });
  const bad = await rig.client.calls
    .create({ to: "123", from: FROM, url: "https://h.test" })
    .catch((error) => error);
  expect(bad).toMatchObject({
    status: 400,
    code: 21_211,
    moreInfo: "https://www.twilio.com/docs/errors/21211",
  });
});

test("[SB14] lists filter and page", async () => {
  const to = await rig.newNumber("no-answer");
  const sids = [];
  for (let index = 0; index < 5; index++) sids.unshift((await create({ to })).sid);
  const listed = await rig.client.calls.list({ to, from: FROM, pageSize: 2, limit: 20 });
  expect(listed.map((call) => call.sid)).toEqual(sids);
  expect(await rig.client.calls.list({ to, status: "completed" })).toEqual([]);
  expect(await rig.client.calls.list({ to, startTimeAfter: new Date(0) })).toEqual([]);
});

test("[SB14] reads can lag: old states, and a new call is missing from the list", async () => {
  await rig.control("PUT", "/settings", { restLagMs: 60_000 });
  const to = await rig.newNumber("no-answer");
  const { sid } = await create({ to });
  await rig.client.calls(sid).update({ status: "canceled" });
  expect(await rig.client.calls.list({ to })).toEqual([]);
  expect((await rig.client.calls(sid).fetch()).status).toBe("queued");
  await rig.control("PUT", "/settings", { restLagMs: 0 });
  expect((await rig.client.calls(sid).fetch()).status).toBe("canceled");
});

test("[SB15] Events show the original parameters, update requests included", async () => {
  const { sid, to } = await create({ statusCallbackEvent: ["initiated", "ringing"], timeout: 17 });
  await rig.client.calls(sid).update({ status: "canceled" });
  const events = await rig.client.calls(sid).events.list();
  expect(events.map((event) => event.request)).toMatchObject([
    {
      method: "POST",
      parameters: { to, from: FROM, timeout: "17", status_callback_event: ["initiated", "ringing"] },
    },
    { method: "POST", parameters: { status: "canceled" } },
  ]);
});

test("[SB16] cancel in the queue is silent", async () => {
  const slow = await startRig({ callsPerSecond: 0.01 });
  const first = await slow.dial("", {}, "no-answer");
  const second = await slow.dial("");
  await first.webhook("status");
  expect((await slow.client.calls(second.sid).fetch()).status).toBe("queued");
  expect((await slow.client.calls(second.sid).update({ status: "canceled" })).status).toBe("canceled");
  await slow.client.calls(first.sid).update({ status: "canceled" });
  await first.over();
  expect(second.statuses()).toEqual([]);
  expect((await second.view()).rings).toBe(0);
  await slow.stop();
});

test("[SB16] cancel is reported while ringing, and without effect once talking", async () => {
  const ringing = await rig.dial("", {}, "no-answer");
  await rig.customer.webhooks.first(({ path, fields }) => {
    return path === ringing.path("status") && fields["CallStatus"] === "ringing";
  });
  expect((await rig.client.calls(ringing.sid).update({ status: "canceled" })).status).toBe("canceled");
  expect((await ringing.over()).fields).toMatchObject({ CallStatus: "canceled", SipResponseCode: "487" });
  const talking = await rig.dial('<Pause length="60"/>');
  await talking.webhook("voice");
  expect((await rig.client.calls(talking.sid).update({ status: "canceled" })).status).toBe("in-progress");
  expect((await rig.client.calls(talking.sid).update({ status: "completed" })).status).toBe("completed");
  expect((await talking.over()).fields).toMatchObject({ CallStatus: "completed", SipResponseCode: "200" });
});

test("[SB16] a call that is over, or not yet talking, refuses with 21220", async () => {
  const { sid } = await create();
  expect(await failureOf(rig.client.calls(sid).update({ twiml: "<Response/>" }))).toEqual({
    status: 400,
    code: 21_220,
  });
  await rig.client.calls(sid).update({ status: "completed" });
  expect(await failureOf(rig.client.calls(sid).update({ status: "completed" }))).toEqual({
    status: 400,
    code: 21_220,
  });
  await rig.control("PUT", "/settings", { endedUpdate: "20404" });
  expect(await failureOf(rig.client.calls(sid).update({ status: "completed" }))).toEqual({
    status: 404,
    code: 20_404,
  });
  await rig.control("PUT", "/settings", { endedUpdate: "21220" });
});

test("[SB17] duration when completed, price a while later", async () => {
  const call = await rig.dial("");
  await call.over();
  expect(await rig.client.calls(call.sid).fetch()).toMatchObject({ status: "completed", duration: "1" });
  await eventually(async () => {
    expect(await rig.client.calls(call.sid).fetch()).toMatchObject({ price: "-0.01400", priceUnit: "USD" });
  });
});

test("[SB18] caps: concurrent calls 10004, concurrent requests 429 with Retry-After", async () => {
  await create();
  await rig.control("PUT", "/settings", { maxLiveCalls: 1 });
  expect(await failureOf(create())).toEqual({ status: 400, code: 10_004 });
  await rig.control("PUT", "/settings", { maxLiveCalls: 1000, restConcurrency: 1 });
  await fault("list", "delay-before", { delayMs: 300 });
  const results = await Promise.all([failureOf(rig.client.calls.list()), failureOf(rig.client.calls.list())]);
  expect(results).toContainEqual({ status: 429, code: 20_429 });
  expect(results).toContain(null);
  await rig.control("PUT", "/settings", { restConcurrency: 100 });
});

test.each([
  ["drop-before", null, undefined, 0],
  ["drop-reply", null, undefined, 1],
  ["cut-reply", 201, "ERR_BAD_RESPONSE", 1],
  ["bad-json", null, undefined, 1],
  ["error-before", 503, 20_503, 0],
  ["error-after", 503, 20_503, 1],
  ["too-many", 429, 20_429, 0],
])("[SB70] create with the fault %s", async (name, status, code, created) => {
  const to = await rig.newNumber("no-answer");
  await fault("create", name);
  const failure = await failureOf(create({ to }));
  expect(failure).not.toBeNull();
  if (status !== null) expect(failure).toEqual({ status, code });
  expect(await rig.client.calls.list({ to })).toHaveLength(created);
});

test("[SB70] a delayed reply lets the first callbacks overtake it; faults end by themselves", async () => {
  await fault("create", "delay-reply", { delayMs: 1000 });
  let replied = false;
  const dialled = rig.dial("", {}, "no-answer").then((call) => {
    replied = true;
    return call;
  });
  await rig.customer.webhooks.first(({ fields }) => fields["CallStatus"] === "initiated" && !replied);
  await rig.client.calls((await dialled).sid).update({ status: "canceled" });
  expect((await rig.control("GET", "/faults")).json).toEqual({ faults: [] });
});

test("[SB19] text messages: inbox, magic numbers, status callbacks", async () => {
  const to = await rig.newNumber();
  const send = (number: string, body = "Your code is 123456.") =>
    rig.client.messages.create({
      to: number,
      from: FROM,
      body,
      statusCallback: `${rig.customer.origin}/sms`,
    });
  const first = await send(to);
  await send(to, "Second.");
  expect(first).toMatchObject({ status: "queued", direction: "outbound-api", price: null });
  expect((await rig.control("GET", `/messages?to=${encodeURIComponent(to)}`)).json).toMatchObject({
    messages: [
      { to, from: FROM, body: "Second." },
      { to, from: FROM, body: "Your code is 123456.", sentAt: expect.any(String) },
    ],
  });
  const delivered = await rig.customer.webhooks.first(
    ({ path, fields }) => path === "/sms" && fields["MessageStatus"] === "delivered",
  );
  expect(delivered.genuine).toBe(true);
  expect(await failureOf(send("+15005550004"))).toEqual({ status: 400, code: 21_610 });
  expect(await failureOf(send(to, "x".repeat(1601)))).toEqual({ status: 400, code: 21_617 });
});

test("[SB71] the control interface answers this machine only, and says what is wrong", async () => {
  expect((await rig.control("GET", "/calls/CA1")).status).toBe(404);
  expect((await rig.control("PUT", "/settings", { ringMs: -1 })).status).toBe(400);
  expect((await rig.control("PUT", "/settings", { speed: 2 })).status).toBe(400);
  expect((await rig.control("POST", "/faults", { target: "create", fault: "lose" })).status).toBe(400);
  expect((await rig.control("PUT", "/numbers/+14155550100", { script: "nobody" })).status).toBe(400);
  expect((await rig.control("GET", "/numbers/+14155550107")).json).toEqual({ script: "busy" });
});
