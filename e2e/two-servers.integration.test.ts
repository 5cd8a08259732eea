import { apiWith, callEnds, signIn } from "#e2e/support/api.ts";
import { type Ringside, startRingside } from "#e2e/support/ringside.ts";
import { BRIEF } from "#e2e/support/scripts.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase, startWorld, type World } from "#e2e/support/world.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import type { Board } from "#shared/call/summary.ts";
import type { ClientToServer, ServerToClient, WatchReply } from "#shared/contract/sockets.ts";
import { randomBytes } from "node:crypto";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

/** Servers of one installation share keys and database. */
const KEYS = {
  SESSION_SECRET: randomBytes(32).toString("hex"),
  FIELD_KEYS: `k1:${randomBytes(32).toString("base64")}`,
  INDEX_KEY: randomBytes(32).toString("base64"),
  DEMO: "on",
};

let world: World;
let second: Ringside;

beforeAll(async () => {
  world = await startWorld(KEYS);
  second = await startRingside({
    env: {
      ...world.sandbox.env,
      ...KEYS,
      CALLS_PER_SECOND: "10",
      MONGODB_URI: await databaseAddress(world.baseUrl),
    },
  });
});
afterAll(async () => {
  await second?.stop();
  await world.stop();
});

const readySchema = z.object({
  parts: z.array(z.object({ name: z.string(), address: z.string().optional() })),
});

async function databaseAddress(baseUrl: string): Promise<string> {
  const { parts } = readySchema.parse(await (await fetch(`${baseUrl}/readyz`)).json());
  const address = parts.find(({ name }) => name === "database")?.address;
  if (address === undefined) throw new Error("The first server does not say where its database is.");
  return address;
}

type AppSocket = Socket<ServerToClient, ClientToServer>;

async function connected(baseUrl: string, token: string): Promise<AppSocket> {
  const socket: AppSocket = io(baseUrl, { transports: ["websocket"], forceNew: true, auth: { token } });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return socket;
}

/** Watches a call; what is pushed is kept by kind. */
async function watched(baseUrl: string, token: string, callId: string) {
  const socket = await connected(baseUrl, token);
  const pushed = { seqs: new Set<number>(), drafts: 0 };
  socket.on("call:event", ({ seq }) => pushed.seqs.add(seq));
  socket.on("call:draft", () => (pushed.drafts += 1));
  const start = await new Promise<WatchReply>((resolve) => socket.emit("call:watch", { callId }, resolve));
  if (!start.ok) throw new Error(start.message);
  return { socket, pushed, seq: start.seq };
}

async function watchedBoard(baseUrl: string) {
  const { email } = DEMO_PEOPLE.supervisor;
  const { token } = await signIn(baseUrl, email, DEMO_PASSWORD);
  const socket = await connected(baseUrl, token);
  const boards: Board[] = [];
  socket.on("board:update", (board) => boards.push(board));
  const reply = await new Promise<{ ok: boolean }>((resolve) => socket.emit("board:watch", resolve));
  expect(reply.ok).toBe(true);
  return { socket, boards };
}

const mentions = (board: Board, callId: string) => JSON.stringify(board).includes(callId);

test("two servers on one embedded database: one sign-in, one queue, one board, and calls are watched live on either", async () => {
  const { business, request } = await callCase(world, BRIEF);
  const places = [world.baseUrl, second.baseUrl];
  const elsewhere = apiWith(second.baseUrl, business.token);
  expect((await elsewhere.business.profile()).businessId).toBe(
    (await business.api.business.profile()).businessId,
  );
  const boards = await Promise.all(places.map(watchedBoard));
  const callId = await request();
  const watchers = await Promise.all(places.map((place) => watched(place, business.token, callId)));
  const view = await callEnds(elsewhere, callId);
  expect(view.status).toBe("completed");
  for (const { pushed, seq } of watchers) {
    await until("the last event was pushed", () => pushed.seqs.has(view.seq));
    // Everything after the start came by itself, and words while they were spoken.
    for (let next = seq + 1; next <= view.seq; next += 1) expect(pushed.seqs.has(next)).toBe(true);
    expect(pushed.drafts).toBeGreaterThan(0);
  }
  for (const { boards: seen } of boards)
    await until("the board showed the call", () => seen.some((board) => mentions(board, callId)));
  expect((await business.api.call.get({ callId })).seq).toBe(view.seq);
  for (const { socket } of [...watchers, ...boards]) socket.disconnect();
});

test("a sign-out on one server counts on the other", async () => {
  const { email } = DEMO_PEOPLE.supervisor;
  const { token, api } = await signIn(second.baseUrl, email, DEMO_PASSWORD);
  await api.supervisor.board();
  const response = await fetch(`${world.baseUrl}/api/auth/sign-out`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, origin: world.baseUrl, "content-type": "application/json" },
    body: "{}",
  });
  expect(response.status).toBe(200);
  await until("the token opens nothing", () =>
    api.supervisor.board().then(
      () => false,
      () => true,
    ),
  );
});
