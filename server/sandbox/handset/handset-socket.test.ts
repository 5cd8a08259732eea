import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { beforeAll, afterAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { HandsetDesk } from "#server/sandbox/handset/handset-desk.ts";
import { attachHandsets, HANDSET_PATH } from "#server/sandbox/handset/handset-socket.ts";
import { localOnly } from "#server/sandbox/local-only.ts";

const app = express();
app.use("/sandbox", localOnly, (_request, response) => void response.json({}));
const server = createServer(app);
const desk = new HandsetDesk({
  clock: new ManualClock(),
  speak: () => Promise.resolve(new Uint8Array(0)),
  divert: () => undefined,
});
const end = attachHandsets(server, desk);
let host = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  end();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const open = (headers: Record<string, string> = {}) =>
  new WebSocket(`ws://${host}${HANDSET_PATH}`, { headers });

/** What the page was told, and how its socket ended. */
async function afterSending(...messages: (string | Buffer)[]) {
  const socket = open({ origin: `http://${host}` });
  const views: unknown[] = [];
  socket.on("message", (data) => views.push(JSON.parse(String(data))));
  await once(socket, "open");
  for (const message of messages) socket.send(message);
  const [code] = await once(socket, "close");
  return { code, views };
}

test.each([
  ["no browser", {}, 200],
  ["its own page", { origin: "self" }, 200],
  ["its own page, as browsers say it", { "sec-fetch-site": "same-origin" }, 200],
  ["a person who types the address", { "sec-fetch-site": "none" }, 200],
  ["a foreign page", { origin: "https://evil.test" }, 403],
  ["the product's page on the same machine", { origin: "http://127.0.0.1:1" }, 403],
  ["an image on a foreign page", { "sec-fetch-site": "cross-site" }, 403],
  ["a foreign name for this machine", { host: "rebound.test" }, 403],
  ["a page without an origin", { origin: "null" }, 403],
])("[SB53] who may steer: %s", async (_, given: Record<string, string>, status) => {
  const headers = { host, ...given, ...(given["origin"] === "self" && { origin: `http://${host}` }) };
  const { request } = await import("node:http");
  const asked = request(`http://${host}/sandbox/calls`, { headers }).end();
  const [reply] = await once(asked, "response");
  expect(reply.statusCode).toBe(status);
  reply.resume();
  const socket = open(headers);
  const [outcome] = await Promise.race([once(socket, "open"), once(socket, "unexpected-response")]).then(
    ([, response]) => [response === undefined ? 200 : response.statusCode],
  );
  expect(outcome).toBe(status);
  socket.on("error", () => undefined);
  socket.terminate();
});

test.each([
  ["no JSON", "{"],
  ["an unknown order", '{"do":"explode"}'],
  ["too much to say", JSON.stringify({ do: "say", text: "x".repeat(501) })],
  ["a number that is none", '{"do":"claim","number":"911"}'],
  ["half a sample", Buffer.alloc(3)],
  ["more than a second of sound", Buffer.alloc(16_002)],
])("[SB80] %s closes the page's socket", async (_, message) => {
  expect((await afterSending(message)).code).toBe(1008);
});

test("[SB79] a page whose number another page took could still hang up there", async () => {
  const number = "+16125550177";
  const claimed = async () => {
    const socket = open();
    const views: { line: { is: string }; call: { phase: string } }[] = [];
    const ready = new Promise<void>((resolve) => {
      socket.on("message", (data) => {
        views.push(JSON.parse(String(data)));
        if (views.at(-1)?.line.is === "on") resolve();
      });
    });
    socket.on("open", () => socket.send(JSON.stringify({ do: "claim", number })));
    await ready;
    return { socket, views };
  };
  const older = await claimed();
  const newer = await claimed();
  const plan = desk.planFor(number);
  if (plan.kind !== "rings-at") throw new Error("It does not ring.");
  let declined = 0;
  plan.ring({ from: "+14155550100", answer: () => () => undefined, decline: () => void declined++ });
  older.socket.send('{"do":"decline"}');
  // Closes the socket, and so tells that the order before was read.
  older.socket.send("end");
  await once(older.socket, "close");
  expect([declined, older.views.at(-1)?.line.is]).toEqual([0, "replaced"]);
  newer.socket.terminate();
});

test("[SB80] orders of a phone without a call change nothing", async () => {
  const orders = ["answer", "decline", "hangUp"].map((act) => JSON.stringify({ do: act }));
  const { code, views } = await afterSending(
    ...orders,
    '{"do":"say","text":"Hello?"}',
    '{"do":"press","key":"9"}',
    Buffer.alloc(320),
    '{"do":"claim","number":"+16125550101"}',
    '{"do":"release"}',
    "end",
  );
  expect(code).toBe(1008);
  const call = { phase: "none" };
  expect(views).toEqual([
    { line: { is: "off" }, call },
    { line: { is: "on", number: "+16125550101" }, call },
    { line: { is: "off" }, call },
  ]);
});
