import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { CALL_SID } from "#server/telephony/twilio/rest-server.fixture.ts";
import {
  manualClock,
  openPhone,
  PATH,
  Phone,
  signatureOf,
  startMedia,
  STREAM_SID,
} from "#server/telephony/twilio/media.fixture.ts";

test("[TW21][TW23] a signed handshake with its token becomes a stream", async () => {
  const started = await startMedia();
  const phone = await openPhone(started);
  phone.start();
  const { attemptId, token, stream } = await started.opened.next();
  expect([attemptId, token, stream.streamId, stream.carrierCallId]).toEqual([
    "att_1",
    "token1",
    STREAM_SID,
    CALL_SID,
  ]);
  expect(started.asked).toEqual(["att_1/token1"]);
  expect(started.media.connections()).toBe(1);
});

test("[TW21] Twilio may sign the URL with a slash appended", async () => {
  const { knock } = await startMedia();
  expect(await knock(PATH, signatureOf(`ws://node.test${PATH}/`))).toBeInstanceOf(Phone);
  expect(await knock(`${PATH}/`, signatureOf(`ws://node.test${PATH}/`))).toBeInstanceOf(Phone);
});

test.each([
  ["no signature", PATH, ""],
  ["a wrong signature", PATH, "AAAA"],
  ["a signature over http", PATH, signatureOf(`http://node.test${PATH}`)],
  ["a signature over wss", PATH, signatureOf(`wss://node.test${PATH}`)],
  ["a signature over the Host header", PATH, signatureOf(`ws://127.0.0.1${PATH}`)],
  ["a signature for another token", PATH, signatureOf("ws://node.test/twilio/media/att_1/token2")],
  ["a token in the query", "/twilio/media/att_1?token=token1", undefined],
  ["a query behind the token", `${PATH}?a=b`, undefined],
  ["no token", "/twilio/media/att_1", undefined],
  ["a longer path", `${PATH}/more`, undefined],
])("[TW20][TW21] %s is refused and uses up no token", async (_name, path, signature) => {
  const { knock, asked, media } = await startMedia();
  expect(await knock(path, signature)).toBe(403);
  expect(asked).toEqual([]);
  expect(media.counts().refused).toBe(1);
});

test("[TW22] of 50 sockets with one token exactly one gets in", async () => {
  let isFree = true;
  const { knock, media } = await startMedia({
    admit: async () => {
      const isFirst = isFree;
      isFree = false;
      return isFirst;
    },
  });
  const results = await Promise.all(Array.from({ length: 50 }, () => knock()));
  expect(results.filter((result) => result instanceof Phone)).toHaveLength(1);
  expect(results.filter((result) => result === 403)).toHaveLength(49);
  expect(media.connections()).toBe(1);
  expect(await knock()).toBe(403);
});

test("[TW22] a failing admission refuses", async () => {
  const { knock } = await startMedia({
    admit: async () => {
      throw new Error("no database");
    },
  });
  expect(await knock()).toBe(403);
});

test("[TW20] other upgrades are left to others", async () => {
  const { server, knock, asked } = await startMedia();
  const other = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    if (request.url === "/socket.io/") other.handleUpgrade(request, socket, head, () => undefined);
  });
  expect(await knock("/socket.io/")).toBeInstanceOf(Phone);
  expect(asked).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ["another account", { accountSid: `AC${"9".repeat(32)}` }],
  ["another attempt", { customParameters: { attemptId: "att_2" } }],
])("[TW23] a start of %s is refused", async (_name, overrides) => {
  const started = await startMedia();
  const phone = await openPhone(started);
  phone.start(overrides);
  expect(await phone.closed).toBe(1008);
  expect(started.opened.all).toEqual([]);
});

test("[TW23] audio before start is refused", async () => {
  const started = await startMedia();
  const phone = await openPhone(started);
  phone.send({ event: "stop", streamSid: STREAM_SID });
  phone.frame(1, "////");
  phone.frame(2, "////");
  phone.start({ accountSid: "AC" });
  expect(await phone.closed).toBe(1008);
  expect(started.media.counts().malformed).toBe(3);
});

test("[TW23] a socket that does not start within 5 s is closed", async () => {
  const time = manualClock();
  const started = await startMedia({ clock: time.clock });
  const phone = await openPhone(started);
  time.fire(5_000);
  expect(await phone.closed).toBe(1008);
});

test("close ends the open sockets and takes no further one", async () => {
  const started = await startMedia();
  const phone = await openPhone(started);
  await started.media.close();
  expect(await phone.closed).toBe(1001);
  expect(started.media.connections()).toBe(0);
});
