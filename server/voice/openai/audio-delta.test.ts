import fc from "fast-check";
import { expect, test } from "vitest";
import { sliceAudioDelta } from "#server/voice/openai/audio-delta.ts";
import { eventIdOf, readServerEvent } from "#server/voice/openai/server-events.ts";

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
const sound = fc
  .uint8Array({ minLength: 1, maxLength: 400 })
  .map((bytes) => Buffer.from(bytes).toString("base64"));
const event = fc
  .record({ event: id, response: id, item: id, output: fc.nat(9), content: fc.nat(9), delta: sound })
  .map(({ event: eventId, response, item, output, content, delta }) => ({
    type: "response.output_audio.delta",
    event_id: eventId,
    response_id: response,
    item_id: item,
    output_index: output,
    content_index: content,
    delta,
  }));

const parsed = (frame: Buffer) => {
  try {
    const raw: unknown = JSON.parse(frame.toString("utf8"));
    const reading = readServerEvent(raw);
    if (reading.kind !== "known" || reading.event.type !== "response.output_audio.delta") return null;
    const { response_id, item_id, delta } = reading.event;
    return { event_id: eventIdOf(raw), response_id, item_id, delta };
  } catch {
    return null;
  }
};

test("[VO30] sound in the service's own spelling is cut out as parsing reads it, with and without obfuscation", () => {
  fc.assert(
    fc.property(event, fc.boolean(), (message, isPadded) => {
      const frame = Buffer.from(JSON.stringify(isPadded ? { ...message, obfuscation: "xyz" } : message));
      expect(sliceAudioDelta(frame)).toEqual(parsed(frame));
      expect(sliceAudioDelta(frame)?.delta).toBe(message.delta);
    }),
  );
});

test("[VO30] for any bytes: nothing is cut out, or exactly what parsing reads", () => {
  const damaged = fc
    .tuple(event, fc.nat(700), fc.uint8Array({ maxLength: 3 }), fc.nat(4))
    .map(([message, at, inserted, removed]) => {
      const whole = Buffer.from(JSON.stringify(message));
      return Buffer.concat([whole.subarray(0, at), inserted, whole.subarray(at + removed)]);
    });
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array().map(Buffer.from), fc.json().map(Buffer.from)), (frame) => {
      const cut = sliceAudioDelta(frame);
      if (cut !== null) expect(cut).toEqual(parsed(frame));
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [
    "another order of keys",
    (text: string) => text.replace(/"event_id":"e",/, "").replace(/\}$/, ',"event_id":"e"}'),
  ],
  ["spaces", (text: string) => text.replace(":", ": ")],
  ["an escaped id", (text: string) => text.replace('"i"', '"\\u0069"')],
  ["a key too many", (text: string) => text.replace(/\}$/, ',"more":1}')],
])("[VO30] %s goes the slow way", (_name, respell) => {
  const message = {
    type: "response.output_audio.delta",
    event_id: "e",
    response_id: "r",
    item_id: "i",
    output_index: 0,
    content_index: 0,
    delta: "////",
  };
  const frame = Buffer.from(respell(JSON.stringify(message)));
  expect(sliceAudioDelta(frame)).toBeNull();
  expect(parsed(frame)).toEqual({ event_id: "e", response_id: "r", item_id: "i", delta: "////" });
});
