import { expect, test } from "vitest";
import { streamAddress } from "#server/sandbox/phone/connect-verb.ts";

const base = "https://h.test/voice/1";

test.each([
  ["wss://h.test/media/1?token=x#y", "wss://h.test/media/1"],
  ["https://h.test/media/1", "wss://h.test/media/1"],
  ["/media/1", "wss://h.test/media/1"],
  ["wss://h.test", "wss://h.test"],
  ["ws://h.test/media", 31_922],
  ["ftp://h.test/media", 31_922],
  ["wss://", 31_923],
])("[SB41] %s is dialled as %s", (url, address) => {
  expect(streamAddress(url, base, false)).toBe(address);
});

test("[SB41] a plain socket only where the network allows it", () => {
  expect(streamAddress("http://h.test/media", base, true)).toBe("ws://h.test/media");
});
