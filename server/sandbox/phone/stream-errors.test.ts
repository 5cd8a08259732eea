import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { STREAM_ERRORS, streamErrorCode } from "#server/sandbox/phone/stream-errors.ts";

const failure = (code: string, message = "") => Object.assign(new Error(message), { code });

test.each([
  [failure("ECONNREFUSED"), 31_902],
  [failure("ECONNRESET"), 31_903],
  [failure("ENOTFOUND"), 31_904],
  [failure("CERT_HAS_EXPIRED"), 31_910],
  [failure("ETIMEDOUT"), 31_901],
  [failure("", "Unexpected server response: 403"), 31_920],
])("[SB49] %s is %d", (error, code) => {
  expect(streamErrorCode(error)).toBe(code);
  expect(STREAM_ERRORS).toHaveProperty(String(code));
});

test("[SB49] bytes that are no WebSocket frame are a protocol error", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [error] = await Promise.all([
    once(client, "error").then(([thrown]) => thrown),
    once(client, "upgrade").then(([response]) => response.socket.emit("data", Buffer.from([0xff, 0xff]))),
  ]);
  expect(streamErrorCode(error)).toBe(31_924);
  server.close();
});

test("[SB49] a server that takes the connection and never answers is a timeout", async () => {
  const server = createServer();
  server.on("upgrade", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { handshakeTimeout: 20 });
  const [error] = await once(client, "error");
  expect(streamErrorCode(error)).toBe(31_901);
  server.closeAllConnections();
  server.close();
});
