import { isSameOrigin, ownOrigins } from "#server/http/web-origin.ts";
import { expect, test } from "vitest";

test.each([
  ["http://127.0.0.1:3000", "http://localhost:3000", true],
  ["http://localhost:3000", "http://[::1]:3000", true],
  ["http://127.0.0.1:3000", "http://127.0.0.1:3000", true],
  ["http://127.0.0.1:3000", "http://localhost:3001", false],
  ["http://127.0.0.1:3000", "https://localhost:3000", false],
  ["http://127.0.0.1:3000", "http://localhost.evil.test:3000", false],
  ["http://127.0.0.1:3000", "null", false],
  ["http://127.0.0.1:3000", undefined, false],
  ["https://ringside.example/", "https://ringside.example", true],
  ["https://ringside.example", "https://RINGSIDE.example", true],
  ["https://ringside.example", "http://ringside.example", false],
  ["https://ringside.example", "https://ringside.example.evil.test", false],
  ["https://ringside.example", "http://localhost", false],
])("[HT10] PUBLIC_URL %s, origin %s: %s", (publicUrl, origin, expected) => {
  expect(isSameOrigin(publicUrl, origin)).toBe(expected);
});

test("[HT10] a public name stands for itself only", () => {
  expect(ownOrigins("https://ringside.example/path")).toEqual(["https://ringside.example"]);
});
