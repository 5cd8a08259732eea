import { expect, onTestFinished, test, vi } from "vitest";
import { silentLogger } from "#server/lib/logger.ts";
import type { Telephony } from "#server/telephony/telephony.ts";
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  CALL_SID,
  callResource,
  FROM,
  json,
  type Reply,
  startRestServer,
  TO,
  twilioError,
} from "#server/telephony/twilio/rest-server.fixture.ts";
import { createTwilioTelephony } from "#server/telephony/twilio/twilio-telephony.ts";

const request = {
  attemptId: "att_1",
  to: TO,
  from: FROM,
  ringTimeoutSeconds: 25,
  timeLimitSeconds: 900,
  awaitGreetingEnd: false,
};

function telephonyAt(baseUrl: string | null, requestTimeoutMs = 5_000): Telephony {
  return createTwilioTelephony({
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    baseUrl,
    publicUrl: "https://pub.test",
    nodePublicUrl: "https://node.test",
    fromNumbers: [FROM],
    logger: silentLogger,
    requestTimeoutMs,
  });
}

async function restServer(...replies: Reply[]) {
  const server = await startRestServer(...replies);
  onTestFinished(server.stop);
  return server;
}

test("[TW1][TW3] one create request carries the attempt in every URL", async () => {
  const server = await restServer(json(201, callResource()));
  expect(await telephonyAt(server.baseUrl).dial(request)).toEqual({
    kind: "placed",
    carrierCallId: CALL_SID,
    status: "queued",
  });
  expect(server.seen).toHaveLength(1);
  const [{ method, path, form }] = server.seen as [(typeof server.seen)[0]];
  expect([method, path]).toEqual(["POST", `/api.twilio.com/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`]);
  expect([...form].toSorted()).toEqual(
    [
      ["To", TO],
      ["From", FROM],
      ["Url", "https://pub.test/twilio/voice/att_1#rc=3&rp=all"],
      ["Method", "POST"],
      ["StatusCallback", "https://pub.test/twilio/status/att_1#rc=3&rp=all"],
      ["StatusCallbackEvent", "initiated"],
      ["StatusCallbackEvent", "ringing"],
      ["StatusCallbackEvent", "answered"],
      ["StatusCallbackEvent", "completed"],
      ["StatusCallbackMethod", "POST"],
      ["MachineDetection", "Enable"],
      ["AsyncAmd", "true"],
      ["AsyncAmdStatusCallback", "https://pub.test/twilio/amd/att_1#rc=3&rp=all"],
      ["AsyncAmdStatusCallbackMethod", "POST"],
      ["Timeout", "25"],
      ["TimeLimit", "900"],
    ].toSorted(),
  );
});

test("[TW33] a dial that may leave a message asks for the verdict at the end of the greeting", async () => {
  const server = await restServer(json(201, callResource()));
  await telephonyAt(server.baseUrl).dial({ ...request, awaitGreetingEnd: true });
  expect(server.seen[0]?.form.get("MachineDetection")).toBe("DetectMessageEnd");
  expect(server.seen[0]?.form.get("AsyncAmd")).toBe("true");
});

test("[TW1] region and edge of the environment do not rewrite hosts", async () => {
  vi.stubEnv("TWILIO_REGION", "ie1");
  vi.stubEnv("TWILIO_EDGE", "dublin");
  onTestFinished(() => void vi.unstubAllEnvs());
  const server = await restServer(json(201, callResource()));
  await telephonyAt(`${server.baseUrl}/`).dial(request);
  expect(server.seen[0]?.path).toMatch(/^\/api\.twilio\.com\/2010-04-01\//);
});

const cutInTheMiddle: Reply = (response) => {
  response.writeHead(201, { "content-type": "application/json", "content-length": "500" });
  response.write('{"sid":"CA', () => response.destroy());
};

test.each<[string, Reply, object]>([
  ["200 with a call", json(200, callResource({ status: "ringing" })), { kind: "placed", status: "ringing" }],
  ["21217", twilioError(400, 21217), { kind: "refused", permanent: true, code: 21217 }],
  ["21211", twilioError(400, 21211), { kind: "refused", permanent: true, code: 21211 }],
  ["21215", twilioError(400, 21215), { kind: "refused", permanent: true, code: 21215 }],
  ["a From that is not ours", twilioError(400, 21210), { kind: "refused", permanent: false, code: 21210 }],
  ["an unknown code", twilioError(400, 29999), { kind: "refused", permanent: false, code: 29999 }],
  ["404 of a proxy", json(404, "<html>"), { kind: "refused", permanent: false, code: null }],
  ["401", twilioError(401, 20003), { kind: "unauthorized" }],
  ["403", twilioError(403, 20403), { kind: "unauthorized" }],
  ["429", twilioError(429, 20429), { kind: "throttled" }],
  ["429 without a body", json(429, ""), { kind: "throttled" }],
  ["the account's concurrency", twilioError(400, 10004), { kind: "throttled" }],
  ["408", json(408, ""), { kind: "unknown" }],
  ["500 with JSON", twilioError(500, 20500), { kind: "unknown" }],
  ["503 with HTML", json(503, "<html>busy</html>"), { kind: "unknown" }],
  ["a redirect", (response) => response.writeHead(302, { location: "/x" }).end(), { kind: "unknown" }],
  ["201 with bad JSON", json(201, '{"sid":'), { kind: "unknown" }],
  ["201 with nothing", json(201, ""), { kind: "unknown" }],
  ["201 without a call id", json(201, callResource({ sid: "x" })), { kind: "unknown" }],
  ["201 cut in the middle", cutInTheMiddle, { kind: "unknown" }],
  ["a reset", (response) => response.destroy(), { kind: "unknown" }],
])("[TW2][TW4][TW8] %s", async (_name, reply, expected) => {
  const server = await restServer(reply);
  const outcome = await telephonyAt(server.baseUrl).dial(request);
  expect(outcome).toMatchObject(expected);
  expect(server.seen).toHaveLength(1);
  expect(JSON.stringify(outcome)).not.toMatch(/\+?1?415555/);
});

test.each<[string, Reply]>([
  ["no reply", () => undefined],
  ["a body that never ends", (response) => response.writeHead(201).write("{")],
])("[TW4] %s in time is unknown, and is not sent twice", async (_name, reply) => {
  const server = await restServer(reply);
  expect(await telephonyAt(server.baseUrl, 700).dial(request)).toEqual({
    kind: "unknown",
    reason: "Twilio did not answer in time.",
  });
  expect(server.seen).toHaveLength(1);
});

test("[TW4] what never left this machine is unsent", async () => {
  const server = await startRestServer(json(201, callResource()));
  expect(await telephonyAt(`https://127.0.0.1:${server.port}`).dial(request)).toMatchObject({
    kind: "unsent",
  });
  await server.stop();
  expect(await telephonyAt(server.baseUrl).dial(request)).toMatchObject({ kind: "unsent" });
  expect(await telephonyAt("http://nobody.invalid").dial(request)).toMatchObject({ kind: "unsent" });
  expect(server.seen).toEqual([]);
});
