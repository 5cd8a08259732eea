import type { MediaSocket, StreamMessage } from "#server/sandbox/phone/testing/customer.ts";
import { type Rig, startRig } from "#server/sandbox/phone/testing/rig.ts";
import { hideWords } from "#server/sandbox/speech/hidden-words.ts";
import { afterAll, beforeAll } from "vitest";

const STREAM = `<Connect action="@ended"><Stream url="@media?query=stripped" name="line" statusCallback="@stream">
  <Parameter name="attemptId" value="7"/></Stream></Connect>`;

/** A phone network for all tests of a file, and calls on it whose media socket has sent its `start`. */
export function useStreams() {
  let running: Rig | null = null;
  const rig = (): Rig => {
    if (running === null) throw new Error("The phone network runs within a test only.");
    return running;
  };
  beforeAll(async () => {
    running = await startRig();
  });
  afterAll(() => running?.stop());
  return { rig, connected: (verbs?: string) => connectedOn(rig(), verbs) };
}

async function connectedOn(rig: Rig, verbs = STREAM) {
  const call = await rig.dial(verbs);
  const socket = await call.socket();
  await socket.streamSid();
  return { call, socket };
}

/** `frames` × 20 ms of audible audio with words. */
export const speech = (text: string, frames: number, id: number) =>
  hideWords(
    Uint8Array.from({ length: frames * 160 }, (_, at) => (at % 7) * 16),
    text,
    id,
  );
export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
export const play = (socket: MediaSocket, bytes: Uint8Array) =>
  socket.send("media", { media: { payload: base64(bytes) } });
export const mark = (socket: MediaSocket, name: string) => socket.send("mark", { mark: { name } });
const markOf = (message: StreamMessage) =>
  message.event === "mark" ? (message["mark"] as { name: string }).name : null;
export const marks = (socket: MediaSocket) => socket.messages.all.map(markOf).filter((name) => name !== null);
export const marked = (socket: MediaSocket, name: string) =>
  socket.messages.first((message) => markOf(message) === name);
export const mediaOf = (socket: MediaSocket) =>
  socket.messages.all.flatMap((message) =>
    message.event === "media"
      ? [message["media"] as { track: string; chunk: string; timestamp: string; payload: string }]
      : [],
  );
export const framesArrived = (socket: MediaSocket, count: number) =>
  socket.messages.first((message) => {
    return message.event === "media" && Number((message["media"] as { chunk: string }).chunk) >= count;
  });
