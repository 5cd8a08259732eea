import type { AddressInfo } from "node:net";
import express from "express";
import twilio from "twilio";
import { expect, onTestFinished, test } from "vitest";
import { type Clock, systemClock } from "#server/lib/clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import type { AnswerInstruction } from "#server/telephony/telephony.ts";
import { ACCOUNT_SID, AUTH_TOKEN, CALL_SID, FROM, TO } from "#server/telephony/twilio/rest-server.fixture.ts";
import { createTwilioWebhooks } from "#server/telephony/twilio/webhooks.ts";

const PUBLIC_URL = "https://pub.test";

async function startWebhooks(
  answer: (name: string) => Promise<AnswerInstruction> = async () => ({ kind: "hangUp" }),
  clock: Clock = systemClock,
) {
  const heard: unknown[][] = [];
  const rejected: string[] = [];
  const note =
    (name: string) =>
    async (...told: unknown[]) => {
      heard.push([name, ...told]);
      return answer(name);
    };
  const app = express();
  app.use(
    createTwilioWebhooks({
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      publicUrl: PUBLIC_URL,
      nodePublicUrl: "https://node.test:8443",
      events: {
        answered: note("answered"),
        streamEnded: note("streamEnded"),
        transferEnded: note("transferEnded"),
        statusChanged: async (...told) => void (await note("statusChanged")(...told)),
        machineDetected: async (...told) => void (await note("machineDetected")(...told)),
        streamReported: (...told) => void heard.push(["streamReported", ...told]),
        admitStream: async () => false,
        streamOpened: () => undefined,
      },
      logger: silentLogger,
      clock,
      onRejected: (reason) => rejected.push(reason),
    }),
  );
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(local + path, {
      method: "POST",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    });
  const postSigned = (path: string, form: Record<string, string>) =>
    post(path, new URLSearchParams(form).toString(), {
      "x-twilio-signature": twilio.getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC_URL + path, form),
    });
  return { heard, rejected, post, postSigned };
}

const base = {
  AccountSid: ACCOUNT_SID,
  CallSid: CALL_SID,
  From: FROM,
  To: TO,
  ToCity: "",
  ApiVersion: "2010-04-01",
};
const completed = {
  ...base,
  CallStatus: "completed",
  CallDuration: "34",
  Duration: "1",
  SequenceNumber: "3",
  CallbackSource: "call-progress-events",
};

test("[TW10][TW13][TW14] reports are passed on and answered with 204", async () => {
  const { heard, postSigned } = await startWebhooks();
  const sent: [string, Record<string, string>][] = [
    ["status", completed],
    ["status", { ...base, CallStatus: "in-progress", SequenceNumber: "2" }],
    ["status", { ...base, CallStatus: "initiated" }],
    ["amd", { ...base, AnsweredBy: "machine_end_beep", MachineDetectionDuration: "2100" }],
    ["amd", { ...base, AnsweredBy: "human", SomethingNew: "yes" }],
    ["stream-status", { ...base, StreamEvent: "stream-started", StreamSid: "MZ1", StreamError: "" }],
    ["stream-status", { ...base, StreamEvent: "stream-error", StreamError: "31921 - Stream" }],
  ];
  for (const [kind, form] of sent) {
    expect((await postSigned(`/twilio/${kind}/att_1`, form)).status, kind).toBe(204);
  }
  const report = { carrierCallId: CALL_SID, sequence: null, durationSeconds: null };
  expect(heard).toEqual([
    ["statusChanged", "att_1", { ...report, status: "completed", sequence: 3, durationSeconds: 34 }],
    ["statusChanged", "att_1", { ...report, status: "in_progress", sequence: 2 }],
    ["statusChanged", "att_1", { ...report, status: "initiated" }],
    ["machineDetected", "att_1", { carrierCallId: CALL_SID, answeredBy: "machine", greetingEnded: true }],
    ["machineDetected", "att_1", { carrierCallId: CALL_SID, answeredBy: "human", greetingEnded: false }],
    ["streamReported", "att_1", { event: "started", code: null }],
    ["streamReported", "att_1", { event: "error", code: "31921" }],
  ]);
});

const XML = '<?xml version="1.0" encoding="UTF-8"?>';

test.each<[AnswerInstruction, string]>([
  [{ kind: "hangUp" }, `${XML}<Response><Hangup/></Response>`],
  [
    { kind: "sayAndHangUp", text: "Sorry & <goodbye>." },
    `${XML}<Response><Say>Sorry &amp; &lt;goodbye&gt;.</Say><Hangup/></Response>`,
  ],
  [
    { kind: "transfer", to: "+14155550199", from: FROM, ringTimeoutSeconds: 20 },
    `${XML}<Response><Dial action="https://pub.test/twilio/dial-ended/att_1#rc=3&amp;rp=all" method="POST" callerId="${FROM}" timeout="20" answerOnBridge="true"><Number>+14155550199</Number></Dial><Hangup/></Response>`,
  ],
  [
    { kind: "connect", token: "t0k_en-1" },
    `${XML}<Response><Connect action="https://pub.test/twilio/stream-ended/att_1#rc=3&amp;rp=all" method="POST"><Stream url="wss://node.test:8443/twilio/media/att_1/t0k_en-1" name="att_1" statusCallback="https://pub.test/twilio/stream-status/att_1" statusCallbackMethod="POST"><Parameter name="attemptId" value="att_1"/></Stream></Connect><Hangup/></Response>`,
  ],
])("[TW14][TW15] the document of %o", async (instruction, document) => {
  const { heard, postSigned } = await startWebhooks(async () => instruction);
  const asked = [
    await postSigned("/twilio/voice/att_1", { ...base, CallStatus: "in-progress" }),
    await postSigned("/twilio/stream-ended/att_1", { ...base, CallStatus: "in-progress" }),
    await postSigned("/twilio/dial-ended/att_1", { ...base, DialCallStatus: "no-answer" }),
  ];
  for (const response of asked) {
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/xml/);
    expect(await response.text()).toBe(document);
  }
  expect(heard).toEqual([
    ["answered", "att_1", CALL_SID],
    ["streamEnded", "att_1", CALL_SID],
    ["transferEnded", "att_1", CALL_SID, "no_answer"],
  ]);
});

test("[TW11] the documented vector and every way to be unsigned", async () => {
  const { heard, rejected, post } = await startWebhooks();
  const path = "/twilio/status/att_1";
  const body = new URLSearchParams(completed).toString();
  const sign = (url: string, form: object = completed) => ({
    "x-twilio-signature": twilio.getExpectedTwilioSignature(AUTH_TOKEN, url, form as Record<string, string>),
  });
  const right = sign(PUBLIC_URL + path);
  const refused: [string, string, string, Record<string, string>][] = [
    ["unsigned", path, body, {}],
    ["empty signature", path, body, { "x-twilio-signature": "" }],
    ["wrong signature", path, body, { "x-twilio-signature": "AAAA" }],
    [
      "another token",
      path,
      body,
      { "x-twilio-signature": twilio.getExpectedTwilioSignature("x", PUBLIC_URL + path, completed) },
    ],
    [
      "signed for the Host header",
      path,
      body,
      { ...sign(`https://evil.test${path}`), host: "evil.test", "x-forwarded-host": "evil.test" },
    ],
    ["http instead of https", path, body, sign(`http://pub.test${path}`)],
    ["another attempt", "/twilio/status/att_2", body, right],
    ["another kind", "/twilio/voice/att_1", body, right],
    ["a changed value", path, body.replace("completed", "busy"), right],
    ["a truncated body", path, body.slice(0, -9), right],
    ["a query", `${path}?a=b`, body, right],
    ["an escaped path", "/twilio/status/att%5F1", body, right],
    ["JSON", path, JSON.stringify(completed), { ...right, "content-type": "application/json" }],
    ["too many fields", path, Array.from({ length: 101 }, (_, i) => `k${i}=1`).join("&"), right],
    ["too large", path, `a=${"x".repeat(17_000)}`, right],
    [
      "a strange charset",
      path,
      body,
      { ...right, "content-type": "application/x-www-form-urlencoded; charset=koi8-r" },
    ],
    ["an id that is none", "/twilio/status/att.1", body, sign(`${PUBLIC_URL}/twilio/status/att.1`)],
  ];
  for (const [name, to, sentBody, headers] of refused) {
    expect((await post(to, sentBody, headers)).status, name).toBe(403);
  }
  expect(heard).toEqual([]);
  expect(rejected).toEqual(refused.map(() => "signature"));
  expect((await post(path, body, { ...right, host: "evil.test" })).status).toBe(204);
});

test("[TW12] a captured signature does not fit a message that was cut anew", async () => {
  const { heard, rejected, post } = await startWebhooks();
  const path = "/twilio/status/att_1";
  const signature = twilio.getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC_URL + path, completed);
  const recut = (change: (form: Record<string, string>) => void) => {
    const form: Record<string, string> = { ...completed };
    change(form);
    return new URLSearchParams(form).toString();
  };
  const cuts = [
    recut((form) => {
      delete form["CallStatus"];
      form["CallStatusc"] = "ompleted";
    }),
    recut((form) => {
      delete form["SequenceNumber"];
      form["SequenceNumber3"] = "";
    }),
    recut((form) => {
      delete form["CallDuration"];
      form["CallDuration3"] = "4";
    }),
    recut((form) => {
      form["CallDuration"] = `34CallSid${CALL_SID}`;
      delete form["CallSid"];
    }),
    recut((form) => {
      form["ApiVersion"] += `CallDuration34CallSid${CALL_SID}`;
      delete form["CallDuration"];
      delete form["CallSid"];
    }),
    `${recut(() => undefined)}&CallSid=${CALL_SID}`,
    `${recut(() => undefined)}&ToCity=`,
  ];
  for (const body of cuts) {
    const response = await post(path, body, { "x-twilio-signature": signature });
    expect(response.status, body).toBe(400);
  }
  expect(heard).toEqual([]);
  expect(rejected).toEqual(cuts.map(() => "malformed"));
});

test.each<[string, string, Record<string, string>]>([
  ["a foreign account", "status", { ...completed, AccountSid: `AC${"9".repeat(32)}` }],
  ["a call id that is none", "status", { ...completed, CallSid: "CA1" }],
  ["an unknown status", "status", { ...completed, CallStatus: "answered" }],
  ["a sequence that is no number", "status", { ...completed, SequenceNumber: "-1" }],
  ["an unknown verdict", "amd", { ...base, AnsweredBy: "robot" }],
  ["no verdict", "amd", base],
  ["no stream event", "stream-status", base],
  ["no dial status", "dial-ended", base],
])("[TW12] %s is refused", async (_name, kind, form) => {
  const { heard, postSigned } = await startWebhooks();
  expect((await postSigned(`/twilio/${kind}/att_1`, form)).status).toBe(400);
  expect(heard).toEqual([]);
});

test("[TW16] a failing decision hangs up; a failing report comes again", async () => {
  const { postSigned } = await startWebhooks(async () => {
    throw new Error("no database");
  });
  const voice = await postSigned("/twilio/voice/att_1", base);
  expect([voice.status, await voice.text()]).toEqual([200, `${XML}<Response><Hangup/></Response>`]);
  expect((await postSigned("/twilio/status/att_1", completed)).status).toBe(500);
});

test("[TW16] a decision that takes too long hangs up", async () => {
  const impatient: Clock = { ...systemClock, after: (_delayMs, task) => systemClock.after(0, task) };
  const { postSigned } = await startWebhooks(() => new Promise(() => undefined), impatient);
  const voice = await postSigned("/twilio/voice/att_1", base);
  expect([voice.status, await voice.text()]).toEqual([200, `${XML}<Response><Hangup/></Response>`]);
});

test("[TW17] a repeated webhook is passed on again", async () => {
  const { heard, postSigned } = await startWebhooks();
  await postSigned("/twilio/status/att_1", completed);
  await postSigned("/twilio/status/att_1", completed);
  expect(heard).toHaveLength(2);
});

test("[TW10] other methods and paths are none of ours", async () => {
  const { post } = await startWebhooks();
  for (const path of [
    "/twilio/fax/att_1",
    "/twilio/status",
    "/twilio/status/att_1/",
    "/Twilio/status/att_1",
  ]) {
    expect((await post(path, "a=1")).status, path).toBe(404);
  }
});
