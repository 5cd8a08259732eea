import type { Caller } from "#server/accounts/caller.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import type { MicSound } from "#server/calls/live/hold.ts";
import { Failure } from "#server/lib/failure.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { createMetrics } from "#server/observability/metrics.ts";
import { Presence } from "#server/realtime/presence.ts";
import { createSocketServer } from "#server/realtime/socket-server.ts";
import { createServer } from "node:http";
import { io } from "socket.io-client";
import { expect, onTestFinished, test, vi } from "vitest";

const person = (role: Caller["role"]): Caller => ({
  accountId: `acc_${role}`,
  name: "Dana",
  email: "",
  role,
  businessId: null,
});

/** A server that knows one call, and a socket of somebody with this role. */
async function socketOf(role: Caller["role"]) {
  const httpServer = createServer();
  const clock = new ManualClock();
  const spoken: (MicSound & { callId: string })[] = [];
  let asked = 0;
  const access = {
    async head(_caller: Caller, callId: string) {
      asked += 1;
      if (callId !== "call_one") throw new Failure("NOT_FOUND");
    },
  };
  const live = createSocketServer({
    httpServer,
    accounts: { callerOf: async () => person(role) },
    access: access as unknown as CallAccess,
    feed: { watched: () => undefined, board: () => Promise.reject(new Error("not asked for")) },
    audit: { record: () => Promise.reject(new Error("not asked for")) },
    speak: (callId, sound) => spoken.push({ callId, ...sound }),
    presence: new Presence({ server: "srv_1", clock }),
    isOwnOrigin: () => true,
    clock,
    logger: silentLogger,
    metrics: createMetrics({ processMetrics: false }),
  });
  await new Promise<void>((resolve) => httpServer.listen(0, "127.0.0.1", resolve));
  const address = httpServer.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], auth: { token: "t" } });
  onTestFinished(async () => {
    socket.close();
    await live.close();
  });
  const mic = (callId: unknown, bytes: unknown) => socket.emitWithAck("call:mic", callId, bytes);
  return { socket, mic, spoken, asked: () => asked };
}

const frames = (count: number, byte = 0x33) => new Uint8Array(160 * count).fill(byte);

test("[CL356] sound of a microphone reaches the call as it came, fifty times a second without an answer; who speaks is asked once", async () => {
  const { socket, mic, spoken, asked } = await socketOf("supervisor");
  expect(await mic("call_one", frames(1))).toEqual({ ok: true });
  for (let frame = 0; frame < 50; frame++) socket.emit("call:mic", "call_one", frames(2, frame));
  await vi.waitFor(() => expect(spoken).toHaveLength(50), { timeout: 20_000 });
  expect(spoken[49]).toMatchObject({ callId: "call_one", accountId: "acc_supervisor", source: socket.id });
  expect(spoken.map(({ bytes }) => bytes[0])).toEqual(Array.from({ length: 50 }, (_, frame) => frame));
  expect(asked()).toBe(1);
  expect(socket.connected).toBe(true);
});

test("[CL356] consumers, foreign calls and what is no sound are refused; who floods is cut off", async () => {
  const consumer = await socketOf("consumer");
  expect(await consumer.mic("call_one", frames(1))).toMatchObject({ ok: false, code: "FORBIDDEN" });
  const { socket, mic, spoken } = await socketOf("supervisor");
  expect(await mic("call_other", frames(1))).toMatchObject({ ok: false, code: "NOT_FOUND" });
  for (const wrong of [frames(11), new Uint8Array(100), "text", null])
    expect(await mic("call_one", wrong)).toMatchObject({ ok: false, code: "INVALID_INPUT" });
  expect(await mic({}, frames(1))).toMatchObject({ ok: false, code: "INVALID_INPUT" });
  expect(spoken).toEqual([]);
  for (let frame = 0; frame < 200; frame++) socket.emit("call:mic", "call_one", frames(1));
  await vi.waitFor(() => expect(socket.connected).toBe(false), { timeout: 20_000 });
  expect(spoken.length).toBeLessThanOrEqual(120);
});
