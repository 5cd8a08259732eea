import fc from "fast-check";
import { expect, test } from "vitest";
import { isBase64, readMediaMessage } from "#server/telephony/twilio/media-messages.ts";

const STREAM = `MZ${"a1".repeat(16)}`;
const bytes = (message: unknown) => Buffer.from(JSON.stringify(message));
const count = fc.nat({ max: 2_000_000_000 }).map(String);
const payload = fc.uint8Array({ maxLength: 400 }).map((audio) => Buffer.from(audio).toString("base64"));

const media = fc.record({ sequence: count, chunk: count, timestamp: count, payload }).map((frame) => ({
  event: "media",
  sequenceNumber: frame.sequence,
  media: { track: "inbound", chunk: frame.chunk, timestamp: frame.timestamp, payload: frame.payload },
  streamSid: STREAM,
}));

test("[TW24] a media message reads as JSON.parse reads it, in any spelling", () => {
  fc.assert(
    fc.property(media, fc.constantFrom("", " ", "\n\t"), fc.boolean(), (message, space, isReordered) => {
      const { streamSid, ...rest } = message;
      const spelled = isReordered ? { streamSid, ...rest, extra: 1 } : message;
      const text = space === "" ? JSON.stringify(spelled) : JSON.stringify(spelled, null, space);
      expect(readMediaMessage(Buffer.from(text), STREAM)).toEqual({
        event: "media",
        payload: message.media.payload,
        timestampMs: Number(message.media.timestamp),
      });
    }),
  );
});

test("[TW24] any bytes give a message or null, and what was cut out is what parsing gives", () => {
  const damaged = fc
    .tuple(media, fc.nat(400), fc.uint8Array({ maxLength: 3 }), fc.nat(4))
    .map(([message, at, inserted, removed]) => {
      const whole = bytes(message);
      return Buffer.concat([whole.subarray(0, at), inserted, whole.subarray(at + removed)]);
    });
  const anything = fc.oneof(damaged, fc.uint8Array().map(Buffer.from), fc.json().map(Buffer.from));
  fc.assert(
    fc.property(anything, (received) => {
      const read = readMediaMessage(received, STREAM);
      if (read?.event !== "media") return;
      const parsed = JSON.parse(received.toString("utf8")) as {
        media: { payload: string; timestamp: string };
      };
      expect(read.payload).toBe(parsed.media.payload);
      expect(read.timestampMs).toBe(Number(parsed.media.timestamp));
      expect(isBase64(read.payload)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("[TW40] a mark reads as JSON.parse reads it, whatever its name and spelling", () => {
  const name = fc.oneof(fc.stringMatching(/^[\w.:-]{0,60}$/), fc.string({ maxLength: 60, unit: "grapheme" }));
  fc.assert(
    fc.property(name, count, fc.boolean(), fc.boolean(), (markName, sequenceNumber, isOurs, isReordered) => {
      const [head, streamSid] = [
        { event: "mark", sequenceNumber },
        isOurs ? STREAM : STREAM.replace("a", "b"),
      ];
      const mark = { name: markName };
      const message = isReordered ? { ...head, mark, streamSid } : { ...head, streamSid, mark };
      const expected = isOurs ? { event: "mark", name: markName } : null;
      expect(readMediaMessage(bytes(message), STREAM)).toEqual(expected);
    }),
  );
});

test("base64 is whole, padded and has no other letters", () => {
  fc.assert(fc.property(payload, (text) => isBase64(text)));
  for (const text of ["A", "AA", "AAA", "A===", "AA=A", "AAAA=", 'AA"A', "AA A", "AAAA\n"]) {
    expect(isBase64(text), text).toBe(false);
  }
});

const frame = { track: "inbound", chunk: "1", timestamp: "5", payload: "////" };
const start = {
  accountSid: `AC${"0".repeat(32)}`,
  streamSid: STREAM,
  callSid: `CA${"1".repeat(32)}`,
  tracks: ["inbound"],
  mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
  customParameters: { attemptId: "att_1" },
};

test.each([
  [{ event: "connected", protocol: "Call", version: "1.0.0" }, { event: "other" }],
  [{ event: "somethingNew", streamSid: STREAM }, { event: "other" }],
  [
    { event: "mark", sequenceNumber: "61", streamSid: STREAM, mark: { name: "r3:m7" } },
    { event: "mark", name: "r3:m7" },
  ],
  [
    { event: "dtmf", streamSid: STREAM, dtmf: { track: "inbound_track", digit: "#" } },
    { event: "dtmf", key: "#" },
  ],
  [{ event: "stop", streamSid: STREAM, stop: {} }, { event: "stop" }],
  [
    { event: "start", sequenceNumber: "1", start, streamSid: STREAM },
    {
      event: "start",
      start: {
        streamId: STREAM,
        carrierCallId: start.callSid,
        accountSid: start.accountSid,
        attemptId: "att_1",
      },
    },
  ],
])("reads %o", (message, expected) => {
  expect(readMediaMessage(bytes(message), STREAM)).toEqual(expected);
});

test.each([
  [
    "another stream",
    { event: "media", sequenceNumber: "2", media: frame, streamSid: STREAM.replace("a", "b") },
  ],
  ["no payload", { event: "media", streamSid: STREAM, media: { ...frame, payload: undefined } }],
  ["no base64", { event: "media", streamSid: STREAM, media: { ...frame, payload: "AAA" } }],
  ["our own track", { event: "media", streamSid: STREAM, media: { ...frame, track: "outbound" } }],
  ["a mark without a name", { event: "mark", streamSid: STREAM }],
  ["no known key", { event: "dtmf", streamSid: STREAM, dtmf: { digit: "12" } }],
  [
    "a wideband stream",
    { event: "start", streamSid: STREAM, start: { ...start, mediaFormat: { encoding: "audio/x-l16" } } },
  ],
  [
    "two stream ids",
    { event: "start", streamSid: STREAM, start: { ...start, streamSid: STREAM.replace("a", "b") } },
  ],
  ["no event", {}],
  ["no object", 7],
])("refuses %s", (_name, message) => {
  expect(readMediaMessage(bytes(message), STREAM)).toBeNull();
});
