import { expect, test } from "vitest";
import type { MediaSocket } from "#server/sandbox/phone/testing/customer.ts";
import { eventually } from "#server/sandbox/phone/testing/rig.ts";
import {
  useStreams,
  speech,
  play,
  mark,
  marks,
  marked,
  mediaOf,
  framesArrived,
} from "#server/sandbox/phone/testing/stream-talk.ts";

const { rig, connected } = useStreams();

test("[SB72] keys pressed, gaps and bursts reach the stream", async () => {
  const { call, socket } = await connected();
  await call.control("press", { digits: "9#" });
  await socket.messages.first(
    ({ event, dtmf }) => event === "dtmf" && (dtmf as { digit: string }).digit === "#",
  );
  expect(socket.messages.all.find(({ event }) => event === "dtmf")).toMatchObject({
    sequenceNumber: expect.any(String),
    dtmf: { track: "inbound_track", digit: "9" },
  });
  await framesArrived(socket, 3);
  await call.control("stream", { do: "gap", ms: 200 });
  await call.control("stream", { do: "burst", ms: 100 });
  await framesArrived(socket, mediaOf(socket).length + 10);
  const stamps = mediaOf(socket).map(({ timestamp }) => Number(timestamp));
  const steps = stamps.slice(1).map((stamp, index) => stamp - (stamps[index] ?? 0));
  expect(steps.filter((step) => step !== 20)).toEqual([220]);
  expect(mediaOf(socket).map(({ chunk }) => chunk)).toEqual(stamps.map((_, index) => String(index + 1)));
  await call.control("hangup");
});

test("[SB72] a server that stops reading loses nobody: the call stays up", async () => {
  const { call, socket } = await connected();
  await call.control("stream", { do: "freeze" });
  await play(socket, speech("Late but whole.", 5, 1));
  await call.control("stream", { do: "thaw" });
  await mark(socket, "thawed");
  await marked(socket, "thawed");
  expect((await call.view()).heard).toMatchObject([{ text: "Late but whole." }]);
  await call.control("hangup");
});

test("[SB72] jitter: frames come late and together, all of them, in order", async () => {
  const { call, socket } = await connected();
  await call.control("stream", { do: "jitter", ms: 200 });
  await framesArrived(socket, 30);
  await call.control("stream", { do: "jitter", ms: 0 });
  await framesArrived(socket, 45);
  const stamps = mediaOf(socket).map(({ timestamp }) => Number(timestamp));
  expect(stamps).toEqual(stamps.map((_, index) => 5 + 20 * index));
  await call.control("hangup");
});

test("[SB72] a line that is cut in silence tells nobody, and the call stays up until it is mended", async () => {
  const { call, socket } = await connected();
  await framesArrived(socket, 3);
  await call.control("stream", { do: "cut" });
  const before = mediaOf(socket).length;
  await mark(socket, "unheard");
  const { audioMs } = await call.view();
  await eventually(async () => expect((await call.view()).audioMs).toBeGreaterThan(audioMs + 300));
  expect(mediaOf(socket).length - before).toBeLessThan(10);
  expect(marks(socket)).toEqual([]);
  expect((await call.view()).status).toBe("in-progress");
  await call.control("stream", { do: "thaw" });
  await marked(socket, "unheard");
  await call.control("hangup");
});

test("[SB72] a second socket for the same stream has a sid of its own and disturbs nobody", async () => {
  const { call, socket } = await connected();
  await call.control("stream", { do: "duplicate" });
  const isSecond = (one: MediaSocket) => one.path === socket.path && one !== socket;
  const second = await rig().customer.sockets.first(isSecond);
  expect(await second.streamSid()).not.toBe(await socket.streamSid());
  second.socket.close(1000);
  await eventually(async () => {
    const types = (await call.view()).log.map(({ type }: { type: string }) => type);
    expect(types).toContain("stream.duplicate-ended");
  });
  await play(socket, speech("Still the first.", 5, 1));
  await mark(socket, "heard");
  await marked(socket, "heard");
  expect((await call.view()).heard).toMatchObject([{ text: "Still the first.", complete: true }]);
  await call.control("hangup");
});

test("[SB72] a server that hangs is sent frames all the same, and nobody hangs up", async () => {
  const { call, socket } = await connected();
  socket.socket.pause();
  const { audioMs } = await call.view();
  await eventually(async () => expect((await call.view()).audioMs).toBeGreaterThan(audioMs + 400));
  expect((await call.view()).status).toBe("in-progress");
  const sent = (await call.view()).streams[0].framesSent;
  socket.socket.resume();
  await framesArrived(socket, sent);
  await call.control("hangup");
});

test("[SB31][SB48] a Pause behind Connect keeps the line open after the socket has closed", async () => {
  const { call, socket } = await connected('<Connect><Stream url="@media"/></Connect><Pause length="40"/>');
  socket.socket.close(1000);
  await socket.closed;
  const { audioMs } = await call.view();
  await eventually(async () => expect((await call.view()).audioMs).toBeGreaterThan(audioMs + 200));
  expect((await call.view()).status).toBe("in-progress");
  await call.control("hangup");
});

test.each([
  ["closes", "31921", (socket: MediaSocket) => socket.socket.close(1000)],
  ["is torn", "31903", (socket: MediaSocket) => socket.socket.terminate()],
])("[SB48] a socket that our side %s is reported", async (_, code, end) => {
  const { call, socket } = await connected();
  rig().customer.serve(call.path("ended"), "<Hangup/>");
  end(socket);
  await call.over();
  const report = await rig().customer.webhooks.first(
    ({ path, fields }) => path === call.path("stream") && fields["StreamEvent"] === "stream-error",
  );
  expect(report.fields["StreamError"]).toContain(code);
});
