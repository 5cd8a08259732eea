import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import express from "express";
import { WebSocket } from "ws";
import { systemClock } from "#server/lib/clock.ts";
import { MULAW_FRAME_BYTES, MULAW_FRAME_MS, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { attachVoiceModel } from "#server/sandbox/voice-model/voice-model.ts";

/**
 * What the voice model costs: so many sessions that write 50 frames a second each, and how much of one core the service
 * itself takes for them. The clients run in a thread of their own and are not counted.
 * `node server/sandbox/voice-model/bench/sessions.ts --sessions 100 --seconds 10`
 */
const { values } = parseArgs({
  options: { sessions: { type: "string", default: "100" }, seconds: { type: "string", default: "10" } },
});
const sessions = Number(values.sessions);
const seconds = Number(values.seconds);
const KEY = "sk-bench";

async function client(port: number): Promise<WebSocket> {
  const url = `ws://127.0.0.1:${port}/v1/realtime?model=gpt-realtime-2.1`;
  const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${KEY}` } });
  await once(socket, "message");
  const input = { format: { type: "audio/pcmu" } };
  socket.send(JSON.stringify({ type: "session.update", session: { type: "realtime", audio: { input } } }));
  await once(socket, "message");
  return socket;
}

async function write(port: number): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: sessions }, () => client(port)));
  const audio = Buffer.alloc(MULAW_FRAME_BYTES, MULAW_SILENCE).toString("base64");
  const frame = JSON.stringify({ type: "input_audio_buffer.append", audio });
  parentPort?.postMessage("ready");
  systemClock.every(MULAW_FRAME_MS, () => {
    for (const socket of sockets) socket.send(frame);
  });
}

async function measure(): Promise<void> {
  const app = express();
  const httpServer = createServer(app);
  app.use(attachVoiceModel({ httpServer, apiKey: KEY, clock: systemClock }).router);
  await once(httpServer.listen(0, "127.0.0.1"), "listening");
  const { port } = httpServer.address() as AddressInfo;
  const clients = new Worker(new URL(import.meta.url), { workerData: port, argv: process.argv.slice(2) });
  await once(clients, "message");
  // Of this thread alone: the process's time would count the clients as well.
  const before = process.threadCpuUsage();
  await systemClock.sleep(seconds * 1000);
  const { user, system } = process.threadCpuUsage(before);
  const percent = ((user + system) / (seconds * 1_000_000)) * 100;
  const load = `${sessions} sessions × 50 frames/s for ${seconds} s`;
  process.stdout.write(`${load}: ${percent.toFixed(1)} % of a core\n`);
  await clients.terminate();
  process.exit(0);
}

if (isMainThread) await measure();
else await write(Number(workerData));
