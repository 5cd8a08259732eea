import { timersReturn } from "#e2e/matrix/quiet.ts";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";

/** What a server says of itself, look by look; the last one stays. */
let timers: number[] = [];
const server = createServer((_request, response) => {
  const [now = 0] = timers;
  if (timers.length > 1) timers = timers.slice(1);
  response.end(`nodejs_active_resources{type="Timeout"} ${now}\n`);
});
let baseUrl = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test("[MX5] timers that are back, be it late, are none left behind", async () => {
  timers = [9, 7, 5];
  expect(await timersReturn({ baseUrl }, 5, 10_000)).toEqual([]);
});

test("[MX5] a timer that stays is told", async () => {
  timers = [7];
  expect(await timersReturn({ baseUrl }, 5, 10)).toEqual(["2 timers"]);
});
