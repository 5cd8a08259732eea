import { afterAll, beforeAll, expect, test } from "vitest";
import { type Rig, startRig, eventually } from "#server/sandbox/phone/testing/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const logOf = async (call: { view(): Promise<{ log: { type: string; code?: number }[] }> }) =>
  (await call.view()).log;
const typesOf = async (call: Parameters<typeof logOf>[0]) => (await logOf(call)).map(({ type }) => type);

test("[SB20] every webhook is signed and carries its own idempotency token", async () => {
  const call = await rig.dial("<Hangup/>");
  await call.over();
  const mine = rig.customer.webhooks.all.filter(({ fields }) => fields["CallSid"] === call.sid);
  expect(mine).toHaveLength(5);
  expect(mine.every(({ genuine }) => genuine)).toBe(true);
  expect(new Set(mine.map(({ token }) => token)).size).toBe(5);
});

test("[SB22] the answer asks for TwiML with the standard fields; status callbacks count from 0", async () => {
  const call = await rig.dial("<Hangup/>");
  await call.over();
  const voice = await call.webhook("voice");
  expect(voice.fields).toMatchObject({
    CallSid: call.sid,
    To: call.to,
    Called: call.to,
    From: voice.fields["Caller"],
    CallStatus: "in-progress",
    Direction: "outbound-api",
    ApiVersion: "2010-04-01",
    ToCity: "",
  });
  expect(voice.fields).not.toHaveProperty("SequenceNumber");
  const callbacks = rig.customer.webhooks.all.filter(({ path }) => path === call.path("status"));
  const sorted = callbacks.toSorted(
    (a, b) => Number(a.fields["SequenceNumber"]) - Number(b.fields["SequenceNumber"]),
  );
  expect(
    sorted.map(({ fields }) => [fields["SequenceNumber"], fields["CallStatus"], fields["CallbackSource"]]),
  ).toEqual([
    ["0", "initiated", "call-progress-events"],
    ["1", "ringing", "call-progress-events"],
    ["2", "in-progress", "call-progress-events"],
    ["3", "completed", "call-progress-events"],
  ]);
});

test("[SB20] GET webhooks carry and sign their fields in the query", async () => {
  const call = await rig.dial("<Hangup/>", { method: "GET", statusCallbackMethod: "GET" });
  expect(await call.over()).toMatchObject({ method: "GET", genuine: true });
  expect(await call.webhook("voice")).toMatchObject({ method: "GET", genuine: true });
});

test("[SB21] a fragment asks for more tries; each carries the same token", async () => {
  const to = await rig.newNumber();
  const path = `/flaky/${to}`;
  let answered = 0;
  rig.customer.on(path, (_webhook, response) => void response.status(++answered < 3 ? 503 : 204).end());
  await rig.dial("", {
    statusCallback: `${rig.customer.origin}${path}#rc=4&rp=5xx`,
    statusCallbackEvent: ["completed"],
  });
  await eventually(() => expect(answered).toBe(3));
  const tries = rig.customer.webhooks.all.filter((webhook) => webhook.path === path);
  expect(new Set(tries.map(({ token }) => token)).size).toBe(1);
  expect(tries.every(({ genuine }) => genuine)).toBe(true);
});

test("[SB25] callbacks can be lost, repeated and swapped", async () => {
  const faults = [
    { target: "callback", fault: "lose", status: "initiated" },
    { target: "callback", fault: "reorder", status: "ringing" },
    { target: "callback", fault: "duplicate", status: "completed" },
  ];
  await rig.control("POST", "/faults", faults);
  const call = await rig.dial("<Hangup/>");
  await eventually(() => {
    expect(call.statuses().toSorted()).toEqual(["completed", "completed", "in-progress", "ringing"]);
  });
  const at = (status: string) => call.statuses().indexOf(status);
  expect(at("ringing")).toBeGreaterThan(at("in-progress"));
  const repeated = rig.customer.webhooks.all.filter(({ path, fields }) => {
    return path === call.path("status") && fields["CallStatus"] === "completed";
  });
  expect(repeated[0]?.token).toBe(repeated[1]?.token);
});

test("[SB26] asynchronous machine detection reports beside the running call", async () => {
  const amd = `${rig.customer.origin}/amd`;
  const call = await rig.dial('<Pause length="60"/>', {
    machineDetection: "Enable",
    asyncAmd: "true",
    asyncAmdStatusCallback: amd,
  });
  const verdict = await rig.customer.webhooks.first(({ path }) => path === "/amd");
  expect(verdict).toMatchObject({ genuine: true, fields: { CallSid: call.sid, AnsweredBy: "human" } });
  expect(verdict.fields["MachineDetectionDuration"]).toMatch(/^\d+$/);
  expect((await call.webhook("voice")).fields).not.toHaveProperty("AnsweredBy");
  expect((await rig.client.calls(call.sid).fetch()).answeredBy).toBe("human");
  await call.control("hangup");
  await call.over();
});

test("[SB26] synchronous machine detection holds the TwiML request until the verdict", async () => {
  const call = await rig.dial("<Hangup/>", { machineDetection: "Enable" }, "voicemail");
  expect((await call.webhook("voice")).fields).toMatchObject({
    AnsweredBy: "machine_start",
    MachineDetectionDuration: expect.stringMatching(/^\d+$/),
  });
});

test("[SB26] DetectMessageEnd waits for the beep of the machine", async () => {
  const call = await rig.dial("<Hangup/>", { machineDetection: "DetectMessageEnd" }, "voicemail");
  expect((await call.webhook("voice")).fields["AnsweredBy"]).toBe("machine_end_beep");
  expect((await call.view()).said).toMatchObject([{ complete: true }]);
});

test("[SB27] a document that cannot be had: fallback, else an apology and the end", async () => {
  const broken = await rig.dial("", {
    url: `${rig.customer.origin}/broken`,
    fallbackUrl: `${rig.customer.origin}/fallback`,
  });
  rig.customer.on("/broken", (_webhook, response) => void response.status(500).end());
  rig.customer.serve("/fallback", "<Hangup/>");
  await broken.over();
  const fallback = rig.customer.webhooks.all.find(({ path }) => path === "/fallback");
  expect(fallback?.fields).toMatchObject({ ErrorCode: "11200", ErrorUrl: `${rig.customer.origin}/broken` });
  const lost = await rig.dial("", { url: "http://127.0.0.1:1/voice" });
  await lost.over();
  expect(await logOf(lost)).toContainEqual(
    expect.objectContaining({ type: "twiml.failed", code: 11_205, tries: 2 }),
  );
  expect((await lost.view()).heard).toMatchObject([
    { text: expect.stringContaining("Sorry"), complete: true },
  ]);
});

test.each([
  ["bad XML", "text/xml", "<Response>", 12_100],
  ["a wrong content type", "application/json", "{}", 12_300],
  ["too much", "text/xml", `<Response><!--${"x".repeat(70_000)}--></Response>`, 11_750],
])("[SB27] %s ends with an apology", async (name, type, body, code) => {
  const path = `/bad/${name.replaceAll(" ", "-")}`;
  rig.customer.on(path, (_webhook, response) => void response.type(type).send(body));
  const call = await rig.dial("", { url: rig.customer.origin + path });
  await eventually(async () => {
    expect(await logOf(call)).toContainEqual(expect.objectContaining({ type: "twiml.failed", code }));
  });
  await call.control("hangup");
});

test("[SB31] verbs run in order, and the end of the document hangs up", async () => {
  const call = await rig.dial(
    '<Say>One.</Say><Play digits="w1"/><Sing/><Redirect>@next</Redirect><Say>Never.</Say>',
  );
  rig.customer.serve("/voice/@next", "<Say>Two.</Say>");
  await call.over();
  expect((await call.view()).heard.map(({ text }: { text: string }) => text)).toEqual(["One.", "Two."]);
  expect(await logOf(call)).toContainEqual(expect.objectContaining({ type: "twiml.warning", code: 12_200 }));
});

test("[SB32] new TwiML replaces the running verb at once", async () => {
  const call = await rig.dial('<Pause length="600"/><Say>Never.</Say>');
  await call.webhook("voice");
  await rig.client.calls(call.sid).update({ twiml: "<Response><Say>Replaced.</Say></Response>" });
  expect((await call.over()).fields["CallStatus"]).toBe("completed");
  expect((await call.view()).heard).toMatchObject([{ text: "Replaced.", complete: true }]);
});

test("[SB32] new TwiML wins over a document that still waits for the machine verdict", async () => {
  await rig.control("PUT", "/settings", { amdMs: 5000 });
  const call = await rig.dial("<Say>Never.</Say>", { machineDetection: "Enable" });
  await rig.customer.webhooks.first(({ path, fields }) => {
    return path === call.path("status") && fields["CallStatus"] === "in-progress";
  });
  await rig.client.calls(call.sid).update({ twiml: "<Response><Say>Sooner.</Say></Response>" });
  await call.over();
  expect((await call.view()).heard).toMatchObject([{ text: "Sooner.", complete: true }]);
  await rig.control("PUT", "/settings", { amdMs: 20 });
});

test("[SB33] the time limit ends a call; a person who leaves ends it too", async () => {
  const limited = await rig.dial('<Pause length="600"/>', { timeLimit: 1 });
  expect((await limited.over()).fields["CallStatus"]).toBe("completed");
  const left = await rig.dial('<Pause length="600"/>');
  await left.webhook("voice");
  await left.control("hangup");
  await left.over();
  expect(await logOf(left)).toContainEqual(expect.objectContaining({ type: "hungup", by: "callee" }));
});

test("[SB34] Dial: a leg of its own, joined to the first, reported and told to the action", async () => {
  const second = await rig.newNumber();
  const status = `${rig.customer.origin}/child/${second}`;
  const call = await rig.dial(
    `<Dial action="@ended" callerId="+14155550100" timeout="20"><Number statusCallback="${status}"
      statusCallbackEvent="initiated ringing answered completed">${second}</Number></Dial>`,
  );
  rig.customer.serve(call.path("ended"), "<Say>Back again.</Say>");
  await eventually(async () => expect(await typesOf(call)).toContain("dial.bridged"));
  const [child] = (await rig.control("GET", `/calls?to=${encodeURIComponent(second)}`)).json.calls;
  expect(child).toMatchObject({ parentSid: call.sid, from: "+14155550100", status: "in-progress" });
  await rig.control("POST", `/calls/${child.sid}/say`, { text: "Hello, I am the second person." });
  await eventually(async () =>
    expect((await call.view()).heard).toMatchObject([
      { text: "Hello, I am the second person.", complete: true },
    ]),
  );
  await rig.control("POST", `/calls/${child.sid}/hangup`);
  const ended = await call.webhook("ended");
  expect(ended.fields).toMatchObject({
    DialCallStatus: "completed",
    DialCallSid: child.sid,
    CallStatus: "in-progress",
  });
  await call.over();
  expect(rig.customer.statuses(`/child/${second}`)).toEqual([
    "initiated",
    "ringing",
    "in-progress",
    "completed",
  ]);
  expect((await rig.client.calls.list({ parentCallSid: call.sid }))[0]?.direction).toBe("outbound-dial");
});

test("[SB34] Dial to a busy phone goes on with the action", async () => {
  const busy = await rig.newNumber("busy");
  const call = await rig.dial(`<Dial action="@ended">${busy}</Dial>`);
  rig.customer.serve(call.path("ended"), "<Hangup/>");
  expect((await call.webhook("ended")).fields).toMatchObject({ DialCallStatus: "busy" });
  await call.over();
});
