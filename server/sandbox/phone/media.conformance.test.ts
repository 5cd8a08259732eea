import { expect, test } from "vitest";
import { ACCOUNT, eventually } from "#server/sandbox/phone/testing/rig.ts";
import {
  useStreams,
  speech,
  base64,
  play,
  mark,
  marks,
  marked,
  mediaOf,
  framesArrived,
} from "#server/sandbox/phone/testing/stream-talk.ts";
import { WordListener } from "#server/sandbox/speech/hidden-words.ts";

const { rig, connected } = useStreams();

test("[SB41] handshake signed for the address without its query; connected, start, then media", async () => {
  const { call, socket } = await connected();
  expect(socket).toMatchObject({ genuine: true, path: call.path("media") });
  await framesArrived(socket, 10);
  const streamSid = await socket.streamSid();
  expect(streamSid).toMatch(/^MZ[0-9a-f]{32}$/);
  const messages = socket.messages.all.slice(0, 4);
  expect(messages[0]).toEqual({ event: "connected", protocol: "Call", version: "1.0.0" });
  expect(messages[1]).toEqual({
    event: "start",
    sequenceNumber: "1",
    streamSid,
    start: {
      accountSid: ACCOUNT,
      streamSid,
      callSid: call.sid,
      tracks: ["inbound"],
      mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
      customParameters: { attemptId: "7" },
    },
  });
  expect(messages[2]).toEqual({
    event: "media",
    sequenceNumber: "2",
    streamSid,
    media: { track: "inbound", chunk: "1", timestamp: "5", payload: base64(new Uint8Array(160).fill(0xff)) },
  });
  expect(messages[3]).toMatchObject({ sequenceNumber: "3", media: { chunk: "2", timestamp: "25" } });
  await call.control("hangup");
});

test("[SB42] the ear hears exactly what was sent, in real time, and the mouth's words arrive whole", async () => {
  const { call, socket } = await connected();
  await play(socket, speech("First sentence.", 30, 1).subarray(0, 1001));
  await play(socket, speech("First sentence.", 30, 1).subarray(1001));
  await play(socket, speech("Second.", 20, 2));
  await mark(socket, "end");
  await call.control("say", { text: "I can hear you." });
  await marked(socket, "end");
  await eventually(() => {
    const listener = new WordListener();
    const words = mediaOf(socket).flatMap(({ payload }) => listener.push(Buffer.from(payload, "base64")));
    expect(words.map(({ text }) => text).join("")).toBe("I can hear you.");
    expect(listener.check()).toMatchObject({ lost: 0, repeated: 0, reordered: 0, changed: 0 });
  });
  const view = await call.view();
  expect(view.heard).toMatchObject([
    { text: "First sentence.", complete: true },
    { text: "Second.", complete: true },
  ]);
  expect(view.heard[1].startedAtMs - view.heard[0].startedAtMs).toBeGreaterThanOrEqual(600);
  expect(view.agentAudio).toEqual({ frames: 50, lost: 0, repeated: 0, reordered: 0, changed: 0 });
  expect(view.said).toMatchObject([{ text: "I can hear you." }]);
  await call.control("hangup");
});

test("[SB43] marks come back after their audio, at once when nothing plays, in order", async () => {
  const { call, socket } = await connected();
  await mark(socket, "empty");
  await marked(socket, "empty");
  await play(socket, speech("Some words.", 10, 1));
  for (const name of ["a", "b", "a"]) await mark(socket, name);
  await eventually(() => expect(marks(socket)).toEqual(["empty", "a", "b", "a"]));
  expect((await call.view()).heard).toMatchObject([{ text: "Some words.", complete: true }]);
  await call.control("hangup");
});

test("[SB44] clear: pending marks at once, the rest unheard, later audio plays", async () => {
  const { call, socket } = await connected();
  await play(socket, speech("A very long sentence that nobody wants to hear to its end.", 600, 1));
  await mark(socket, "never-heard");
  await eventually(async () => expect((await call.view()).heard).toHaveLength(1));
  await socket.send("clear");
  await marked(socket, "never-heard");
  await play(socket, speech("Afterwards.", 10, 2));
  await mark(socket, "heard");
  await marked(socket, "heard");
  const { heard, agentAudio } = await call.view();
  expect(heard).toMatchObject([{ complete: false }, { text: "Afterwards.", complete: true }]);
  expect(heard[0].text.length).toBeLessThan(20);
  expect(agentAudio.lost).toBe(0);
  await call.control("hangup");
});

test("[SB45] protocol violations are reported once each, and the call goes on", async () => {
  const { call, socket } = await connected();
  socket.socket.send(Buffer.from([1, 2, 3]));
  socket.socket.send("no json");
  await socket.send("mark");
  await socket.send("clear", { extra: 1 });
  const reports = () => rig().customer.webhooks.all.filter(({ path }) => path === call.path("stream"));
  await eventually(() => expect(reports()).toHaveLength(3));
  expect(reports().map(({ fields }) => fields["StreamEvent"])).toEqual([
    "stream-started",
    "stream-error",
    "stream-error",
  ]);
  expect(reports().map(({ fields }) => fields["StreamError"]?.slice(0, 5))).toEqual([
    undefined,
    "31950",
    "31951",
  ]);
  await play(socket, speech("Still here.", 5, 1));
  await mark(socket, "alive");
  await marked(socket, "alive");
  await call.control("hangup");
});

test("[SB47] the call ends: stop, then the socket closes normally, no action", async () => {
  const { call, socket } = await connected();
  await call.control("hangup");
  expect(await socket.closed).toBe(1000);
  const streamSid = await socket.streamSid();
  expect(socket.messages.all.at(-1)).toMatchObject({
    event: "stop",
    streamSid,
    stop: { accountSid: ACCOUNT, callSid: call.sid },
  });
  await call.over();
  const stopped = await rig().customer.webhooks.first(({ path, fields }) => {
    return path === call.path("stream") && fields["StreamEvent"] === "stream-stopped";
  });
  expect(stopped).toMatchObject({ genuine: true, fields: { StreamSid: streamSid, StreamName: "line" } });
  expect(rig().customer.webhooks.all.filter(({ path }) => path === call.path("ended"))).toEqual([]);
});

test("[SB47] a network that asks the action also after a hang-up", async () => {
  await rig().control("PUT", "/settings", { actionAfterHangUp: true });
  const { call } = await connected();
  await call.control("hangup");
  expect((await call.webhook("ended")).fields["CallStatus"]).toBe("completed");
  await rig().control("PUT", "/settings", { actionAfterHangUp: false });
});

test("[SB48] our close is no hang-up: no stop, the action decides, a second stream is a new one", async () => {
  const { call, socket } = await connected();
  const again = `/media/${call.to}/again`;
  rig().customer.serve(
    call.path("ended"),
    `<Connect><Stream url="${rig().customer.origin}${again}"/></Connect>`,
  );
  socket.socket.close(1000);
  const second = await rig().customer.sockets.first(({ path }) => path === again);
  expect(await second.streamSid()).not.toBe(await socket.streamSid());
  expect(socket.messages.all.some(({ event }) => event === "stop")).toBe(false);
  expect((await call.webhook("ended")).fields["CallStatus"]).toBe("in-progress");
  second.socket.close(1000);
  expect((await call.over()).fields["CallStatus"]).toBe("completed");
  expect((await call.view()).streams).toHaveLength(2);
});

test("[SB48] new TwiML over REST stops the stream", async () => {
  const { call, socket } = await connected();
  await rig().client.calls(call.sid).update({ twiml: "<Response><Hangup/></Response>" });
  expect(await socket.closed).toBe(1000);
  expect(socket.messages.all.at(-1)?.event).toBe("stop");
  await call.over();
});

test("[SB48] a torn socket goes on with the action too", async () => {
  const { call, socket } = await connected();
  await play(socket, speech("A sentence that is torn apart by the network.", 300, 1));
  await eventually(async () => expect((await call.view()).heard).toHaveLength(1));
  await call.control("stream", { do: "tear" });
  expect(await socket.closed).toBe(1006);
  rig().customer.serve(call.path("ended"), "<Hangup/>");
  await call.over();
  expect(await socket.streamSid()).toBe((await call.view()).streams[0].sid);
});

test.each([
  ["a refused upgrade", "@voice", "31920"],
  ["nobody listening", "ws://127.0.0.1:1/media", "31902"],
  ["no address", "ws://", "31923"],
  ["no socket address", "ftp://h.test/media", "31922"],
])("[SB49] %s is reported and the call goes on behind Connect", async (_, url, code) => {
  const call = await rig().dial(
    `<Connect><Stream url="${url}" statusCallback="@stream"/></Connect><Say>On.</Say>`,
  );
  const report = await call.webhook("stream");
  expect(report.fields).toMatchObject({
    StreamEvent: "stream-error",
    StreamError: expect.stringContaining(code),
  });
  await call.over();
  expect((await call.view()).heard).toMatchObject([{ text: "On." }]);
});

test("[SB49] an outbound track is refused", async () => {
  const call = await rig().dial(
    '<Connect><Stream url="@media" track="both_tracks" statusCallback="@stream"/></Connect>',
  );
  expect((await call.webhook("stream")).fields["StreamError"]).toContain("31941");
});
