import { createStaticClient } from "#server/http/static-client.ts";
import { byNeed } from "#shared/call/help-need.ts";
import { NO_HELP_SIGNALS } from "#shared/call/help-signals.ts";
import type { Board, CallSummary, QueueRow } from "#shared/call/summary.ts";
import type { Me } from "#shared/contract/account.ts";
import type { ClientToServer, ServerToClient } from "#shared/contract/sockets.ts";
import express from "express";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Server } from "socket.io";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const TIME_LIMIT_MS = 900_000;
/** As often as a real server tells of its board at most. */
const UPDATE_MS = 250;

export type WallLoad = {
  live: number;
  queued: number;
  /** Of the live calls, how many move on with each update. */
  movePercent: number;
};

/** A server that has only the built client, one supervisor, and a board of invented calls that move all the time. */
export async function serveSyntheticWall(
  load: WallLoad,
): Promise<{ baseUrl: string; stop(): Promise<void> }> {
  const calls = Array.from({ length: load.live }, (_, index) => liveCall(index));
  const queue = Array.from({ length: load.queued }, (_, index) => queuedCall(index));
  const app = express();
  app.use("/rpc/account/me", (_request, response) => response.json({ json: ME }));
  app.use("/rpc/supervisor/queue", (_request, response) =>
    response.json({
      json: { at: new Date().toISOString(), total: { due: queue.length, scheduled: 0 }, calls: queue },
    }),
  );
  app.use("/rpc/supervisor/alerts", (_request, response) =>
    response.json({ json: { alerts: [], servers: [] } }),
  );
  app.use(createStaticClient(DIST));
  const server = createServer(app);
  const sockets = new Server<ClientToServer, ServerToClient>(server, { path: "/socket.io" });
  sockets.on("connection", (socket) => {
    socket.on("board:watch", (reply) => reply({ ok: true, board: boardOf(calls, queue.length) }));
  });
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    const moving = Math.round((load.live * load.movePercent) / 100);
    for (let count = 0; count < moving; count++) moveOn(calls, (turn * moving + count) % load.live, turn);
    sockets.emit("board:update", boardOf(calls, queue.length));
  }, UPDATE_MS);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    async stop() {
      clearInterval(timer);
      await sockets.close();
    },
  };
}

const ME: Me = {
  accountId: "acc_bench",
  name: "Sue",
  email: "sue@people.test",
  role: "supervisor",
  businessId: null,
  phone: null,
};

function boardOf(live: readonly CallSummary[], queued: number): Board {
  const nowMs = Date.now();
  return {
    at: new Date(nowMs).toISOString(),
    live: byNeed(live, { nowMs, timeLimitMs: TIME_LIMIT_MS }),
    waiting: [],
    recent: [],
    pause: null,
    demo: { enabled: false },
    timeLimitMs: TIME_LIMIT_MS,
    queue: { count: queued, oldestAt: new Date(nowMs - 130_000).toISOString() },
    today: {
      since: new Date(nowMs - 3_600_000).toISOString(),
      calls: 212,
      reached: 129,
      tried: 205,
      spentCents: 7_420,
    },
  };
}

const BUSINESSES = ["Acme Roofing", "Bright Dental", "Kent Law", "Northside Plumbing"];
const NAMES = ["Maria L.", "Tom R.", "Priya S.", "John B.", "Ana C."];
const LINES = ["I can offer Wednesday, eight to ten.", "Is the water still running?", "No, I shut it off."];
const pick = (from: readonly string[], index: number): string => from[index % from.length] ?? "";
const digits = (index: number): string => `•••• ${String(index).padStart(4, "0")}`;

function liveCall(index: number): CallSummary {
  const startedMs = Date.now() - 5_000 - index * 2_000;
  return {
    callId: `call_${index}`,
    seq: 10,
    status: index % 9 === 8 ? "ringing" : "in_progress",
    businessId: `biz_${index % BUSINESSES.length}`,
    businessName: pick(BUSINESSES, index),
    consumerName: pick(NAMES, index),
    consumerPhone: digits(index),
    objective: "Agree on a visit this week",
    attemptNumber: 1,
    requestedAt: new Date(startedMs - 60_000).toISOString(),
    scheduledFor: null,
    answeredAt: index % 9 === 8 ? null : new Date(startedMs).toISOString(),
    endedAt: null,
    outcome: null,
    lastLine: { speaker: "agent", text: pick(LINES, index) },
    lastFlag: null,
    lastLatencyMs: 400 + (index % 12) * 100,
    totalCents: 20,
    signals: { ...NO_HELP_SIGNALS, personAsked: index % 40 === 3 },
  };
}

function queuedCall(index: number): QueueRow {
  return {
    callId: `wait_${index}`,
    status: "queued",
    position: index + 1,
    queuedAt: new Date(Date.now() - 130_000 + index * 100).toISOString(),
    scheduledFor: null,
    businessId: `biz_${index % BUSINESSES.length}`,
    businessName: pick(BUSINESSES, index),
    consumerName: pick(NAMES, index),
    consumerPhone: digits(index),
    attemptNumber: 0,
  };
}

/** Somebody said something; now and then a call begins, or stops, to need somebody. */
function moveOn(calls: CallSummary[], index: number, turn: number) {
  const call = calls[index];
  if (call === undefined) return;
  const slow = turn % 16 === index % 16 ? (call.signals.slow === 0 ? 4 : 0) : call.signals.slow;
  calls[index] = {
    ...call,
    seq: call.seq + 1,
    lastLine: { speaker: turn % 2 === 0 ? "agent" : "consumer", text: pick(LINES, index + turn) },
    lastLatencyMs: 400 + ((index + turn) % 12) * 100,
    signals: { ...call.signals, slow, unhappy: slow },
  };
}
