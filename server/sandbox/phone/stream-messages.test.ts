import { expect, test } from "vitest";
import { parseStreamMessage } from "#server/sandbox/phone/stream-messages.ts";

const streamSid = `MZ${"0".repeat(32)}`;
const parse = (message: unknown) => parseStreamMessage(JSON.stringify(message), streamSid);

test("[SB45] reads media, mark and clear", () => {
  expect(parse({ event: "media", streamSid, media: { payload: "/38A" } })).toEqual({
    kind: "media",
    audio: Buffer.from([255, 127, 0]),
  });
  expect(parse({ event: "mark", streamSid, mark: { name: "r1:m2" } })).toEqual({
    kind: "mark",
    name: "r1:m2",
  });
  expect(parse({ event: "clear", streamSid })).toEqual({ kind: "clear" });
});

test.each([
  ["a missing mark object", { event: "mark", streamSid }],
  ["a mark without a name", { event: "mark", streamSid, mark: {} }],
  ["an extra field", { event: "clear", streamSid, now: true }],
  ["an extra inner field", { event: "media", streamSid, media: { payload: "", track: "outbound" } }],
  ["another stream", { event: "clear", streamSid: "MZ1" }],
  ["no stream", { event: "clear" }],
  ["an unknown event", { event: "dtmf", streamSid }],
  ["a payload that is no base64", { event: "media", streamSid, media: { payload: "a b" } }],
  ["no object", 5],
])("[SB45] %s is an invalid message", (_, message) => {
  expect(parse(message)).toEqual({ kind: "invalid" });
});

test("[SB45] text that is no JSON is an invalid message", () => {
  expect(parseStreamMessage("{", streamSid)).toEqual({ kind: "invalid" });
});
