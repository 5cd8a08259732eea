import { callCase, newBusiness, startWorld, type World } from "#e2e/support/world.ts";
import { callEnds, callReaches, journalOf } from "#e2e/support/api.ts";
import { BRIEF, LISTENER } from "#e2e/support/scripts.ts";
import { until } from "#e2e/support/wait.ts";
import { type CallEvent, callEventSchema, type Draft } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import type { ClientToServer, ServerToClient, WatchReply } from "#shared/contract/sockets.ts";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

type AppSocket = Socket<ServerToClient, ClientToServer>;

function connect(token: string | null, origin?: string): AppSocket {
  return io(world.baseUrl, {
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
    ...(token !== null && { auth: { token } }),
    ...(origin !== undefined && { extraHeaders: { origin } }),
  });
}

/** Resolves with null when it may come in, with the sentence of the refusal otherwise. */
function entrance(socket: AppSocket): Promise<string | null> {
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(null));
    socket.once("connect_error", (error) => resolve(error.message));
  });
}

function watch(socket: AppSocket, callId: string, after = 0): Promise<WatchReply> {
  return new Promise((resolve) => socket.emit("call:watch", { callId, after }, resolve));
}

describe.concurrent("watching a call over Socket.IO", () => {
  test("events 1..n exactly, across a lost connection", async () => {
    const { business, request } = await callCase(world, BRIEF);
    const callId = await request();
    const seen = new Map<number, CallEvent>();
    const drafts: Draft[] = [];
    /** What was pushed is never replaced by what was asked for. */
    const remember = (events: CallEvent[]) => {
      for (const event of events) if (!seen.has(event.seq)) seen.set(event.seq, event);
    };
    const listen = (socket: AppSocket) => {
      // Without the `callId` that every message carries.
      socket.on("call:event", (event) => remember([callEventSchema.parse(event)]));
      socket.on("call:draft", (draft) => drafts.push(draft));
    };
    const first = connect(business.token);
    listen(first);
    expect(await entrance(first)).toBeNull();
    const start = await watch(first, callId);
    if (!start.ok) throw new Error(start.message);
    remember(start.events);
    await until("a draft was seen", () => drafts.length > 0);
    first.disconnect();
    const lastSeq = Math.max(...seen.keys());
    await until(
      "something happened meanwhile",
      async () => (await journalOf(business.api, callId)).length > lastSeq + 1,
    );

    const second = connect(business.token);
    listen(second);
    expect(await entrance(second)).toBeNull();
    const resync = await watch(second, callId, lastSeq);
    if (!resync.ok) throw new Error(resync.message);
    expect(resync.events.map(({ seq }) => seq)).toEqual(resync.events.map((_, index) => lastSeq + 1 + index));
    remember(resync.events);
    await callEnds(business.api, callId);
    // What the carrier charges becomes known after the end.
    const { view, stored } = await until("everything was heard", async () => {
      const now = {
        stored: await journalOf(business.api, callId),
        view: await business.api.call.get({ callId }),
      };
      return seen.has(now.view.seq) && now.stored.length === now.view.seq && now;
    });
    second.disconnect();

    const received = [...seen.values()].toSorted((a, b) => a.seq - b.seq);
    expect(received.map(({ seq }) => seq)).toEqual(Array.from({ length: view.seq }, (_, index) => index + 1));
    expect(received).toEqual(stored);
    expect(foldCall(received)).toEqual(view);
  });

  test("[CL60] a foreign business and a stranger see nothing; the consumer sees no costs", async () => {
    const { consumer, business, request } = await callCase(world, LISTENER);
    const callId = await request();
    await callReaches(business.api, callId, ["in_progress"]);
    const foreign = connect((await newBusiness(world)).token);
    expect(await watch(foreign, callId)).toMatchObject({ ok: false, code: "NOT_FOUND" });
    expect(await watch(foreign, "call_0123456789abcdef")).toMatchObject({ ok: false, code: "NOT_FOUND" });
    expect(await new Promise((resolve) => foreign.emit("board:watch", resolve))).toMatchObject({
      code: "FORBIDDEN",
    });
    const heard: unknown[] = [];
    foreign.onAny((...message) => heard.push(message));
    const theirs = connect(consumer.token);
    expect(await watch(theirs, callId)).toMatchObject({ ok: true });
    await business.api.call.cancel({ callId });
    const { seq } = await callEnds(business.api, callId);
    const all = await watch(theirs, callId);
    if (!all.ok) throw new Error(all.message);
    expect(all.seq).toBe(seq);
    expect(all.events.map(({ type }) => type)).not.toContain("cost.updated");
    expect(all.events.map(({ type }) => type)).toContain("hidden");
    expect(all.view.cost).toBeNull();
    expect(heard).toEqual([]);
    foreign.disconnect();
    theirs.disconnect();
  });

  test("another site's page, and nobody at all, do not get in", async () => {
    const { token } = await newBusiness(world);
    expect(await entrance(connect(token, "https://evil.example"))).not.toBeNull();
    expect(await entrance(connect(null))).not.toBeNull();
    expect(await entrance(connect("not.a.token"))).not.toBeNull();
    const own = connect(token, world.baseUrl);
    expect(await entrance(own)).toBeNull();
    own.disconnect();
  });
});
