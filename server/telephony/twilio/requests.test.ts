import { expect, onTestFinished, test } from "vitest";
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

async function given(...replies: Reply[]) {
  const server = await startRestServer(...replies);
  onTestFinished(server.stop);
  const telephony = createTwilioTelephony({
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    baseUrl: server.baseUrl,
    publicUrl: "https://pub.test",
    nodePublicUrl: "https://node.test",
    fromNumbers: [FROM],
    requestTimeoutMs: 5_000,
  });
  return { telephony, server };
}

const withStatus = (status: string) => json(200, callResource({ status }));

test.each<[string, Reply[], object, string[]]>([
  ["a ringing phone", [withStatus("canceled")], { kind: "accepted", status: "cancelled" }, ["canceled"]],
  ["not stopped yet", [withStatus("ringing")], { kind: "accepted", status: "ringing" }, ["canceled"]],
  [
    "a talking phone",
    [withStatus("in-progress"), withStatus("completed")],
    { kind: "accepted", status: "completed" },
    ["canceled", "completed"],
  ],
  ["one that was not answered", [withStatus("no-answer")], { kind: "over" }, ["canceled"]],
  ["a finished call", [twilioError(400, 21220)], { kind: "over" }, ["canceled", "completed"]],
  [
    "picked up between two looks",
    [twilioError(400, 21220), withStatus("completed")],
    { kind: "accepted", status: "completed" },
    ["canceled", "completed"],
  ],
  [
    "hung up between two requests",
    [withStatus("in-progress"), twilioError(404, 20404)],
    { kind: "over" },
    ["canceled", "completed"],
  ],
  ["a fault", [twilioError(503, 20503)], { kind: "unreachable" }, ["canceled"]],
])("[TW5] end: %s", async (_name, replies, outcome, sent) => {
  const { telephony, server } = await given(...replies);
  expect(await telephony.end(CALL_SID)).toMatchObject(outcome);
  expect(server.seen.map(({ form }) => form.get("Status"))).toEqual(sent);
});

test.each<[string, Reply, object]>([
  ["a phone in somebody's hand", withStatus("in-progress"), { kind: "accepted", status: "in_progress" }],
  ["a finished call", twilioError(400, 21220), { kind: "over" }],
  ["an unknown call", twilioError(404, 20404), { kind: "over" }],
  ["a fault", twilioError(503, 20503), { kind: "unreachable" }],
])("[TW34] instruct: %s", async (_name, reply, outcome) => {
  const { telephony, server } = await given(reply);
  const instruction = { kind: "connect", token: "t1" } as const;
  expect(await telephony.instruct(CALL_SID, "att_1", instruction)).toMatchObject(outcome);
  expect(server.seen).toHaveLength(1);
  const twiml = server.seen[0]?.form.get("Twiml");
  expect(twiml).toContain('<Stream url="wss://node.test/twilio/media/att_1/t1"');
  expect(twiml).toContain('action="https://pub.test/twilio/stream-ended/att_1');
});

test("[TW5] an unknown call is over", async () => {
  const { telephony } = await given(twilioError(404, 20404));
  expect(await telephony.end(CALL_SID)).toEqual({ kind: "over" });
});

test.each<[Record<string, unknown>, object]>([
  [
    { price: "-0.01400", duration: "34" },
    { durationSeconds: 34, priceCents: 1.4 },
  ],
  [
    { price: null, duration: null },
    { durationSeconds: null, priceCents: null },
  ],
  [{ price: "-0.01400", price_unit: "EUR" }, { priceCents: null }],
])("[TW7] fetch reads %o", async (fields, expected) => {
  const { telephony } = await given(json(200, callResource({ status: "completed", ...fields })));
  const outcome = await telephony.fetch(CALL_SID);
  expect(outcome).toMatchObject({ kind: "found", call: { status: "completed", ...expected } });
});

test("fetch tells an absent call from an unreachable carrier", async () => {
  const { telephony } = await given(twilioError(404, 20404), twilioError(500, 20500), json(200, "x"));
  expect(await telephony.fetch(CALL_SID)).toEqual({ kind: "absent" });
  expect(await telephony.fetch(CALL_SID)).toMatchObject({ kind: "unreachable" });
  expect(await telephony.fetch(CALL_SID)).toMatchObject({ kind: "unreachable" });
});

const other = `CA${"2".repeat(32)}`;

/** Two calls between the same numbers; the second one was created for att_1. */
const twoCalls: Reply = (response, { path }) => {
  const attempt = path.includes(other) ? "att_10" : "att_1";
  const parameters = { to: TO, status_callback: `https://pub.test/twilio/status/${attempt}#rc=3&rp=all` };
  const body = path.includes("/Events.json")
    ? { events: [{ request: { method: "POST", parameters }, response: { response_code: 201 } }] }
    : { calls: [callResource({ sid: other }), callResource({ status: "ringing" })] };
  json(200, { ...body, page: 0, page_size: 50, next_page_uri: null })(response, {
    method: "",
    path,
    form: new URLSearchParams(),
  });
};

test("[TW6] find takes the call whose create request names the attempt", async () => {
  const { telephony, server } = await given(twoCalls);
  expect(await telephony.find({ attemptId: "att_1", to: TO, from: FROM })).toMatchObject({
    kind: "found",
    call: { carrierCallId: CALL_SID, status: "ringing" },
  });
  expect(server.seen[0]?.path).toMatch(/\/Calls\.json\?To=%2B14155550123&From=%2B14155550100/);
  expect(await telephony.find({ attemptId: "att_2", to: TO, from: FROM })).toEqual({ kind: "absent" });
});

test("[TW6] an unreachable listing is not an absent call", async () => {
  const { telephony } = await given(twilioError(500, 20500));
  expect(await telephony.find({ attemptId: "att_1", to: TO, from: FROM })).toMatchObject({
    kind: "unreachable",
  });
});

test("[TW8] a text message is sent, refused or unreachable", async () => {
  const sms = { sid: `SM${"3".repeat(32)}`, status: "queued" };
  const { telephony, server } = await given(json(201, sms), twilioError(400, 21610), twilioError(500, 20500));
  const message = { to: TO, body: "Your code is 123456." };
  expect(await telephony.sendSms(message)).toEqual({ kind: "sent" });
  expect(Object.fromEntries(server.seen[0]?.form ?? [])).toEqual({ To: TO, From: FROM, Body: message.body });
  expect(await telephony.sendSms(message)).toEqual({
    kind: "refused",
    reason: "Twilio refused the request (code 21610).",
  });
  expect(await telephony.sendSms(message)).toMatchObject({ kind: "unreachable" });
});

test("[TW8] check lists one call", async () => {
  const { telephony, server } = await given(
    json(200, { calls: [callResource()], page: 0, page_size: 1, next_page_uri: null }),
    twilioError(401, 20003),
    twilioError(403, 20403),
    twilioError(503, 20503),
  );
  expect(await telephony.check()).toEqual({ ok: true, reason: "Twilio accepts the credentials." });
  expect((await telephony.check()).reason).toMatch(/^Twilio refused the credentials/);
  expect((await telephony.check()).reason).toMatch(/^Twilio refused the credentials/);
  expect(await telephony.check()).toEqual({ ok: false, reason: "Twilio had a fault (status 503)." });
  expect(server.seen[0]?.path).toBe(
    `/api.twilio.com/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json?PageSize=1`,
  );
});
