import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { encodeMulaw } from "#shared/mulaw.ts";
import { ACCOUNT, eventually, type Rig, startRig, TOKEN } from "#server/sandbox/phone/testing/rig.ts";
import { hideWords, WordListener } from "#server/sandbox/speech/hidden-words.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());
afterEach(() => rig.control("DELETE", "/faults"));

const RECORDED = `<Start><Recording channels="dual" recordingStatusCallback="@recording"
  recordingStatusCallbackEvent="in-progress completed absent"/></Start>`;
const STREAM = '<Connect><Stream url="@media"/></Connect>';
const AUTHORIZATION = `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64")}`;

const download = (sid: string, query = "", authorization = AUTHORIZATION) =>
  fetch(`${rig.base}/api.twilio.com/2010-04-01/Accounts/${ACCOUNT}/Recordings/${sid}${query}`, {
    headers: { authorization },
  });

/** The channels of a 16-bit WAV file, as µ-law. */
function channelsOf(wav: Buffer): Uint8Array[] {
  const count = wav.readUInt16LE(22);
  const samples = new Int16Array(new Uint8Array(wav.subarray(44)).buffer);
  return Array.from({ length: count }, (_, channel) =>
    encodeMulaw(samples.filter((_sample, at) => at % count === channel)),
  );
}

function wordsIn(audio: Uint8Array): string {
  const listener = new WordListener();
  const heard = listener.push(audio);
  expect(listener.check()).toMatchObject({ repeated: 0, reordered: 0, changed: 0 });
  return heard.map(({ text }) => text).join("");
}

const sound = (text: string, id: number) =>
  hideWords(
    Uint8Array.from({ length: 40 * 160 }, (_, at) => (at % 7) * 16),
    text,
    id,
  );

test("[SB73][SB75] Start/Recording: both directions word for word, on two channels, behind the account's password", async () => {
  const call = await rig.dial(RECORDED + STREAM);
  const socket = await call.socket();
  const agent = Buffer.from(sound("Words of the agent.", 1)).toString("base64");
  await socket.send("media", { media: { payload: agent } });
  await call.control("say", { text: "And of the person." });
  await eventually(async () => {
    const { heard, said } = await call.view();
    expect(heard).toMatchObject([{ complete: true }]);
    expect(said).toMatchObject([{ complete: true }]);
  });
  await call.control("hangup");
  const ready = await rig.customer.webhooks.first(
    ({ path, fields }) => path === call.path("recording") && fields["RecordingStatus"] === "completed",
  );
  expect(ready).toMatchObject({
    genuine: true,
    fields: {
      CallSid: call.sid,
      RecordingChannels: "2",
      RecordingSource: "StartCallRecordingTwiML",
      RecordingTrack: "both",
      ErrorCode: "0",
    },
  });
  const { RecordingSid: sid = "", RecordingUrl: url = "" } = ready.fields;
  expect(url).toBe(`https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT}/Recordings/${sid}`);
  const reply = await download(sid, ".wav");
  expect(reply.headers.get("content-type")).toBe("audio/x-wav");
  const file = Buffer.from(await reply.arrayBuffer());
  expect(channelsOf(file).map(wordsIn)).toEqual(["And of the person.", "Words of the agent."]);
  expect(file.equals(Buffer.from(await (await download(sid)).arrayBuffer()))).toBe(true);
  const mono = Buffer.from(await (await download(sid, ".wav?RequestedChannels=1")).arrayBuffer());
  expect(mono.length - 44).toBe((file.length - 44) / 2);
  expect((await download(sid, ".wav", "")).status).toBe(401);
  expect((await download(sid, ".mp3")).status).toBe(404);
  await rig.control("PUT", "/settings", { calleeOnFirstChannel: false });
  const swapped = Buffer.from(await (await download(sid, ".wav")).arrayBuffer());
  expect(channelsOf(swapped).map(wordsIn)).toEqual(["Words of the agent.", "And of the person."]);
  await rig.control("PUT", "/settings", { calleeOnFirstChannel: true });
});

test("[SB74] the Recording resource: in progress, listed with its call, done, deleted", async () => {
  const call = await rig.dial(`${RECORDED}<Pause length="600"/>`);
  await call.webhook("recording");
  const [running] = await rig.client.calls(call.sid).recordings.list();
  expect(running).toMatchObject({
    callSid: call.sid,
    status: "in-progress",
    channels: 2,
    duration: null,
    price: null,
    source: "StartCallRecordingTwiML",
  });
  const sid = running?.sid ?? "";
  expect(sid).toMatch(/^RE[0-9a-f]{32}$/);
  expect((await download(sid, ".wav")).status).toBe(404);
  await eventually(async () => expect((await call.view()).audioMs).toBeGreaterThan(600));
  await call.control("hangup");
  await eventually(async () => {
    expect(await rig.client.recordings(sid).fetch()).toMatchObject({
      status: "completed",
      duration: "1",
      price: "-0.0025",
      mediaUrl: expect.stringContaining(`/Recordings/${sid}`),
    });
  });
  expect((await rig.client.recordings.list({ callSid: call.sid })).map((one) => one.sid)).toEqual([sid]);
  expect(await rig.client.recordings(sid).remove()).toBe(true);
  await expect(rig.client.recordings(sid).fetch()).rejects.toMatchObject({ status: 404, code: 20_404 });
});

test("[SB73] Record=true at create: one channel, trimmed, told with the end of the call", async () => {
  const call = await rig.dial("<Say>Hello.</Say><Hangup/>", { record: true });
  const end = await call.over();
  const sid = end.fields["RecordingSid"] ?? "";
  expect(end.fields["RecordingUrl"]).toContain(sid);
  await eventually(async () => {
    const recording = await rig.client.recordings(sid).fetch();
    expect(recording).toMatchObject({ status: "completed", source: "OutboundAPI", channels: 1 });
  });
});

test("[SB74] recording over REST: pause, go on, stop; not on a call that is over", async () => {
  const call = await rig.dial('<Pause length="600"/>');
  await call.webhook("voice");
  const { recordings } = rig.client.calls(call.sid);
  const started = await recordings.create({ recordingChannels: "dual" });
  expect(started).toMatchObject({ source: "StartCallRecordingAPI", status: "in-progress" });
  const current = rig.client.calls(call.sid).recordings("Twilio.CURRENT");
  expect(await current.update({ status: "paused" })).toMatchObject({ sid: started.sid, status: "paused" });
  expect((await current.update({ status: "in-progress" })).status).toBe("in-progress");
  expect((await current.update({ status: "stopped" })).status).toMatch(/processing|completed/);
  await expect(current.update({ status: "paused" })).rejects.toMatchObject({ status: 404 });
  await call.control("hangup");
  await call.over();
  await expect(recordings.create()).rejects.toMatchObject({ status: 400, code: 21_220 });
});

test("[SB76] recordings can come to nothing, late, lost or twice", async () => {
  await rig.control("PUT", "/settings", { absentRecordings: true });
  const order = { target: "callback", fault: "duplicate", status: "recording-absent" };
  await rig.control("POST", "/faults", order);
  const call = await rig.dial(`${RECORDED}<Hangup/>`);
  const told = () =>
    rig.customer.webhooks.all.filter(
      ({ path, fields }) => path === call.path("recording") && fields["RecordingStatus"] === "absent",
    );
  await eventually(() => expect(told()).toHaveLength(2));
  expect(told()[0]).toMatchObject({ token: told()[1]?.token, fields: { ErrorCode: "16101" } });
  expect((await download(told()[0]?.fields["RecordingSid"] ?? "", ".wav")).status).toBe(404);
  await rig.control("PUT", "/settings", { absentRecordings: false });
});

test("[SB70] a fault can be for one number only", async () => {
  const [mine, other] = [await rig.newNumber("no-answer"), await rig.newNumber("no-answer")];
  await rig.control("POST", "/faults", { target: "create", fault: "error-before", to: mine });
  const create = (to: string) =>
    rig.client.calls.create({ to, from: "+15005550006", url: `${rig.customer.origin}/v` });
  expect((await create(other)).status).toBe("queued");
  await expect(create(mine)).rejects.toMatchObject({ status: 503 });
  const call = await rig.dial("<Hangup/>");
  const lost = { target: "callback", fault: "lose", status: "completed", to: mine };
  await rig.control("POST", "/faults", lost);
  await call.over();
});

test("[SB31] Gather: keys end the prompt; the action gets them; nobody pressing goes on", async () => {
  const call = await rig.dial(
    '<Gather numDigits="2" timeout="60" action="@ended"><Say>Please press two keys now.</Say></Gather>',
  );
  rig.customer.serve(call.path("ended"), "<Hangup/>");
  await eventually(async () => expect((await call.view()).heard).toHaveLength(1));
  await call.control("press", { digits: "42" });
  expect((await call.webhook("ended")).fields["Digits"]).toBe("42");
  expect((await call.view()).heard[0].complete).toBe(false);
  const silent = await rig.dial('<Gather timeout="1" action="@ended"/><Say>Nobody there.</Say>');
  await silent.over();
  expect((await silent.view()).heard).toMatchObject([{ text: "Nobody there." }]);
  expect(rig.customer.webhooks.all.some(({ path }) => path === silent.path("ended"))).toBe(false);
});

test("[SB31] Record: a message after the beep, ended by a key", async () => {
  const call = await rig.dial('<Record action="@ended" timeout="60" recordingStatusCallback="@recording"/>');
  rig.customer.serve(call.path("ended"), "<Hangup/>");
  await call.webhook("voice");
  await eventually(async () => {
    const types = (await call.view()).log.map(({ type }: { type: string }) => type);
    expect(types).toContain("recording.started");
  });
  await call.control("say", { text: "Call me back." });
  await eventually(async () => expect((await call.view()).said).toMatchObject([{ complete: true }]));
  await call.control("press", { digits: "#" });
  const { fields } = await call.webhook("ended");
  expect(fields).toMatchObject({ Digits: "#", RecordingSid: expect.stringMatching(/^RE/) });
  await call.webhook("recording");
  const file = Buffer.from(await (await download(fields["RecordingSid"] ?? "", ".wav")).arrayBuffer());
  expect(channelsOf(file).map(wordsIn)).toEqual(["Call me back."]);
});
