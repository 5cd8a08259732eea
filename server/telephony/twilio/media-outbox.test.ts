import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { MediaOutbox } from "#server/telephony/twilio/media-outbox.ts";

/** A socket that takes what it is given and lets it go when told to. */
function slowSocket() {
  const sent: string[] = [];
  const onTheWay: { bytes: number; done?: ((error?: Error) => void) | undefined }[] = [];
  const socket = {
    get bufferedAmount() {
      return onTheWay.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    send(data: Buffer, _options: object, done?: (error?: Error) => void) {
      const message = JSON.parse(data.toString()) as {
        event: string;
        mark?: { name: string };
        media?: { payload: string };
      };
      sent.push(message.mark?.name ?? message.media?.payload.slice(0, 4) ?? message.event);
      onTheWay.push({ bytes: data.length, done });
    },
  };
  const wired: string[] = [];
  const wire = { cork: () => void wired.push("cork"), uncork: () => void wired.push("uncork") };
  return {
    outbox: new MediaOutbox(socket as unknown as WebSocket, wire, "MZ1"),
    /** How the bare socket was held back and let go. */
    wired,
    sent,
    /** The network takes the oldest message. */
    flushOne: () => onTheWay.shift()?.done?.(),
    isIdle: () => onTheWay.length === 0,
  };
}

/** 8 KiB of audio, about a second, told apart by its first letters. */
const second = (n: number) => String(n).padStart(4, "0") + "A".repeat(8_188);
const seconds = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i).padStart(4, "0"));

test("[TW27] a socket that keeps up gets everything at once", () => {
  const { outbox, sent } = slowSocket();
  for (let n = 1; n <= 8; n += 1) outbox.audio(second(n));
  expect(sent).toEqual(seconds(1, 8));
});

test("[TW41] what one turn of the event loop sends leaves in one write", async () => {
  const { outbox, sent, wired } = slowSocket();
  outbox.audio("AAAA");
  outbox.mark("m1");
  outbox.clear();
  expect([sent.length, wired]).toEqual([3, ["cork"]]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(wired).toEqual(["cork", "uncork"]);
  outbox.audio("AAAA");
  expect(wired).toEqual(["cork", "uncork", "cork"]);
});

test("[TW27] a burst waits and follows in order", () => {
  const { outbox, sent, flushOne, isIdle } = slowSocket();
  for (let n = 1; n <= 20; n += 1) outbox.audio(second(n));
  outbox.mark("m1");
  expect(sent).toEqual(seconds(1, 8));
  while (!isIdle()) flushOne();
  expect(sent).toEqual([...seconds(1, 20), "m1"]);
  expect([outbox.droppedAudio, outbox.bufferedBytes()]).toEqual([0, 0]);
});

test("[TW27] one message larger than the cap gets out, and what follows it too", () => {
  const { outbox, sent, flushOne, isIdle } = slowSocket();
  outbox.audio(`0001${"A".repeat(100_000)}`);
  outbox.audio(second(2));
  while (!isIdle()) flushOne();
  expect(sent).toEqual(seconds(1, 2));
});

test("[TW27] a dead reader costs the oldest audio, never a mark, and stays bounded", () => {
  const { outbox, sent, flushOne, isIdle } = slowSocket();
  for (let n = 1; n <= 100; n += 1) {
    outbox.audio(second(n));
    if (n === 20) outbox.mark("m20");
  }
  expect(outbox.bufferedBytes()).toBeLessThanOrEqual((64 + 128 + 9) * 1024);
  expect(outbox.droppedAudio).toBeGreaterThan(70);
  while (!isIdle()) flushOne();
  expect(sent).toEqual([...seconds(1, 8), "m20", ...seconds(9 + outbox.droppedAudio, 100)]);
});

test("[TW27] clear overtakes what waits and keeps the marks", () => {
  const { outbox, sent, flushOne, isIdle } = slowSocket();
  for (let n = 1; n <= 12; n += 1) outbox.audio(second(n));
  outbox.mark("m1");
  outbox.audio(second(13));
  outbox.mark("m2");
  outbox.clear();
  outbox.audio(second(14));
  while (!isIdle()) flushOne();
  expect(sent).toEqual([...seconds(1, 8), "clear", "m1", "m2", ...seconds(14, 14)]);
});

test("[TW27] nothing but marks in a full queue means that nobody listens", () => {
  const { outbox } = slowSocket();
  for (let n = 1; n <= 9; n += 1) outbox.audio(second(n));
  let isKept = true;
  for (let n = 0; isKept && n < 10_000; n += 1) isKept = outbox.mark(`m${n}`);
  expect(isKept).toBe(false);
});
