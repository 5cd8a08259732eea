import type { LoadCall } from "#e2e/load/generator/load-call.ts";
import type { Measures } from "#e2e/load/generator/measures.ts";
import { FrameReader } from "#e2e/load/generator/text-frames.ts";
import { VoiceSession } from "#e2e/load/generator/voice-session.ts";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";

const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export type VoicePeer = { baseUrl: string; sessions(): number; close(): void };

/** The voice model's address: TLS, as in production. */
export async function startVoicePeer(
  certificate: { key: string; cert: string },
  measures: Measures,
  find: (number: number) => LoadCall | undefined,
): Promise<VoicePeer> {
  let sessions = 0;
  const server = createServer(certificate, (request, response) => {
    // The server asks whether its key works and knows the model.
    const id = decodeURIComponent(request.url?.split("/").at(-1) ?? "");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ id, object: "model", created: 0, owned_by: "load" }));
  });
  server.on("upgrade", (request, socket: TLSSocket, head: Buffer) => {
    const key = request.headers["sec-websocket-key"] ?? "";
    const accept = createHash("sha1")
      .update(key + WEBSOCKET_GUID)
      .digest("base64");
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    sessions += 1;
    const session = new VoiceSession(socket, measures, find);
    const reader = new FrameReader(socket, false, (text) => session.receive(text));
    socket.on("data", (chunk: Buffer) => reader.push(chunk));
    socket.once("close", () => {
      sessions -= 1;
      session.close();
    });
    if (head.length > 0) reader.push(head);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `https://127.0.0.1:${port}/v1`,
    sessions: () => sessions,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
