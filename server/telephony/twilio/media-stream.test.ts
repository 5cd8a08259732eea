import { expect, test } from "vitest";
import { recordingListener } from "#server/telephony/inbox.fixture.ts";
import type { MediaListener } from "#server/telephony/telephony.ts";
import { manualClock, openPhone, startMedia, STREAM_SID } from "#server/telephony/twilio/media.fixture.ts";

const HEARTBEAT_MS = 5_000;
const payload = (byte: number) => Buffer.alloc(160, byte).toString("base64");

async function openStream(options: Parameters<typeof startMedia>[0] = {}) {
  const started = await startMedia(options);
  const phone = await openPhone(started);
  phone.start();
  const { stream } = await started.opened.next();
  const { heard, listener } = recordingListener();
  stream.listen(listener);
  return { ...started, phone, stream, heard };
}

test("[TW24] frames, marks and keys arrive in order with their time", async () => {
  const { phone, heard } = await openStream();
  phone.frame(1, payload(1));
  phone.send({ event: "mark", streamSid: STREAM_SID, mark: { name: "r1:m1" } });
  phone.frame(9, payload(2));
  phone.frame(3, payload(3));
  phone.send({ event: "dtmf", streamSid: STREAM_SID, dtmf: { track: "inbound_track", digit: "5" } });
  const events = [
    await heard.next(),
    await heard.next(),
    await heard.next(),
    await heard.next(),
    await heard.next(),
  ];
  expect(events).toEqual([
    ["audio", payload(1), 20],
    ["mark", "r1:m1"],
    ["audio", payload(2), 180],
    ["audio", payload(3), 60],
    ["key", "5"],
  ]);
});

test("[TW24] what we send is what Twilio documents, nothing more", async () => {
  const { phone, stream } = await openStream();
  stream.sendAudio(payload(7));
  stream.sendMark('r1:"m1"');
  stream.clear();
  stream.sendAudio('"}},{"event":"clear');
  stream.sendAudio("AAA");
  stream.sendMark("last");
  const messages = [
    await phone.received.next(),
    await phone.received.next(),
    await phone.received.next(),
    await phone.received.next(),
  ];
  expect(messages).toEqual([
    { event: "media", streamSid: STREAM_SID, media: { payload: payload(7) } },
    { event: "mark", streamSid: STREAM_SID, mark: { name: 'r1:"m1"' } },
    { event: "clear", streamSid: STREAM_SID },
    { event: "mark", streamSid: STREAM_SID, mark: { name: "last" } },
  ]);
});

test("[TW25] frames before listen are kept in order, the oldest go first", async () => {
  const started = await startMedia();
  const phone = await openPhone(started);
  phone.start();
  const { stream } = await started.opened.next();
  for (let chunk = 1; chunk <= 260; chunk += 1) phone.frame(chunk, payload(chunk % 256));
  phone.socket.ping();
  await new Promise((resolve) => phone.socket.once("pong", resolve));
  const { heard, listener } = recordingListener();
  stream.listen(listener);
  expect(heard.all).toHaveLength(250);
  expect(heard.all[0]).toEqual(["audio", payload(11), 220]);
  expect(heard.all.at(-1)).toEqual(["audio", payload(260 % 256), 5200]);
  phone.stop();
  expect(await phone.closed).toBe(1000);
  await started.media.close();
  expect(started.media.counts().droppedAudio).toBe(10);
});

test("[TW29] the carrier's stop is heard once, and nothing after it", async () => {
  const { phone, heard, media } = await openStream();
  phone.stop();
  phone.frame(1, payload(1));
  expect(await phone.closed).toBe(1000);
  await media.close();
  expect(heard.all).toEqual([["closed", "stopped"]]);
});

test("[TW29] our own close is orderly, idempotent and silent", async () => {
  const { phone, stream, heard, media } = await openStream();
  stream.close("goodbye");
  stream.close("again");
  stream.sendAudio(payload(1));
  phone.frame(1, payload(1));
  expect(await phone.closed).toBe(1000);
  await media.close();
  expect(heard.all).toEqual([["closed", "stopped"]]);
  expect(phone.received.all).toEqual([]);
});

test("[TW29] a socket that breaks is lost", async () => {
  const { phone, heard } = await openStream();
  phone.socket.terminate();
  expect(await heard.next()).toEqual(["closed", "lost"]);
});

test("[TW29] an end before listen is told to the listener that comes", async () => {
  const started = await startMedia();
  const phone = await openPhone(started);
  phone.start();
  const { stream } = await started.opened.next();
  phone.stop();
  await phone.closed;
  const { heard, listener } = recordingListener();
  stream.listen(listener);
  expect(heard.all).toEqual([["closed", "stopped"]]);
});

test("[TW29] a carrier that does not answer our close is cut off after 2 s", async () => {
  const time = manualClock();
  const { phone, stream, heard } = await openStream({ clock: time.clock });
  phone.socket.pause();
  stream.close("goodbye");
  expect(time.pending(2_000)).toBe(1);
  time.fire(2_000);
  expect(await heard.next()).toEqual(["closed", "stopped"]);
});

test("[TW26] 20 malformed messages are ignored, one more within 10 s ends the stream", async () => {
  const time = manualClock();
  const { phone, heard, media } = await openStream({ clock: time.clock });
  for (let n = 0; n < 20; n += 1) phone.send("{nonsense");
  phone.frame(1, payload(1));
  expect(await heard.next()).toEqual(["audio", payload(1), 20]);
  time.advance(10_001);
  for (let n = 0; n < 20; n += 1) phone.socket.send(Buffer.from([n]), { binary: true });
  phone.send({ event: "somethingNew" });
  phone.frame(2, payload(2));
  expect(await heard.next()).toEqual(["audio", payload(2), 40]);
  phone.send({ event: "start", streamSid: STREAM_SID });
  expect(await phone.closed).toBe(1003);
  expect(await heard.next()).toEqual(["closed", "lost"]);
  expect(media.counts().malformed).toBe(41);
});

test("[TW26] a flood ends the stream, a burst within the credit does not", async () => {
  const { phone, heard } = await openStream({ clock: manualClock().clock });
  for (let chunk = 1; chunk <= 1_000; chunk += 1) phone.frame(chunk, "////");
  for (let n = 0; n < 1_000; n += 1) await heard.next();
  for (let chunk = 1; chunk <= 600; chunk += 1) phone.frame(chunk, "////");
  expect(await phone.closed).toBe(1008);
});

test("[TW26] a giant message ends the stream", async () => {
  const { phone, heard } = await openStream();
  phone.send("x".repeat(70_000));
  expect(await phone.closed).toBe(1009);
  expect(await heard.next()).toEqual(["closed", "lost"]);
});

test("[TW28] a socket that answers pings lives, a silent one is ended", async () => {
  const time = manualClock();
  const { phone, heard, media } = await openStream({ clock: time.clock });
  for (let beat = 0; beat < 5; beat += 1) {
    const pinged = new Promise((resolve) => phone.socket.once("ping", resolve));
    time.fire(HEARTBEAT_MS);
    await pinged;
    phone.frame(beat, payload(beat));
    await heard.next();
  }
  expect(media.connections()).toBe(1);
  phone.socket.pause();
  for (let beat = 0; beat < 4; beat += 1) time.fire(HEARTBEAT_MS);
  expect(await heard.next()).toEqual(["closed", "lost"]);
  expect(media.connections()).toBe(0);
});

test("[TW30] a listener that throws costs its stream, not the process", async () => {
  const failing: MediaListener = {
    ...recordingListener().listener,
    audio: () => {
      throw new Error("a bug");
    },
  };
  const started = await startMedia({ onStream: (stream) => stream.listen(failing) });
  const phone = await openPhone(started);
  phone.start();
  phone.frame(1, payload(1));
  expect(await phone.closed).toBe(1006);
});

test("[TW30] a stream that cannot be opened is ended", async () => {
  const started = await startMedia({
    onStream: () => {
      throw new Error("a bug");
    },
  });
  const phone = await openPhone(started);
  phone.start();
  expect(await phone.closed).toBe(1006);
});
