import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { joinOtherServers, type ServerNews } from "#server/realtime/other-servers.ts";
import type { AppSockets } from "#server/realtime/socket-server.ts";
import type { CallEvent, Draft } from "#shared/call/events.ts";
import { Server } from "socket.io";
import { afterEach, expect, test, vi } from "vitest";

const database = useTestDatabase();
const servers: AppSockets[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.of("/").adapter.close()));
  await database().db.collection("serverMessages").deleteMany({});
});

/** Names what it heard; `warnings` are what it did not understand. */
async function join(): Promise<{
  sockets: AppSockets;
  tell: ServerNews;
  heard: string[];
  warnings: string[];
}> {
  const heard: string[] = [];
  const warnings: string[] = [];
  const feed: ServerNews = {
    event: (callId, event) => heard.push(`${callId} ${event.seq} ${event.type}`),
    draft: (draft) => heard.push(`${draft.callId} ${draft.text}`),
    boardChanged: () => heard.push("board"),
    marketChanged: ({ leadId, consumerId, businessIds }) =>
      heard.push(`${leadId} ${consumerId} ${businessIds.join("+")}`),
    soundWanted: (server, calls) => heard.push(`${server} wants ${JSON.stringify(calls)}`),
    sound: (callId, frameNumber, { agent, consumer }) =>
      heard.push(`${callId} ${frameNumber} ${agent.toString("hex")} ${consumer.toString("hex")}`),
    levels: (callId, agent, consumer) => heard.push(`${callId} ${agent} ${consumer}`),
    spoken: (callId, { accountId, source, bytes }) =>
      heard.push(`${callId} ${accountId} ${source} ${bytes.toString("hex")}`),
    watchersChanged: ({ server, callId, people }) => heard.push(`${server} ${callId} ${people.length}`),
  };
  const sockets: AppSockets = new Server();
  servers.push(sockets);
  const logger = { ...silentLogger, warn: (_fields: object, message: string) => warnings.push(message) };
  const tell = await joinOtherServers(sockets, database().db, feed, logger, () => heard.push("dropped"));
  if (tell === null) throw new Error("This database tells of no changes; use a replica set.");
  return { sockets, tell, heard, warnings };
}

const event: CallEvent = {
  seq: 3,
  at: "2026-11-24T15:00:00.000Z",
  type: "attempt.ended",
  attemptId: "att_1",
  ended: "completed",
  reason: undefined,
};
const draft: Draft = { callId: "call_1", segmentId: "s1", speaker: "agent", text: "Good mor" };

function tellAll(tell: ServerNews) {
  const { event: tellEvent, draft: tellDraft, boardChanged, marketChanged, watchersChanged, ...sound } = tell;
  tellEvent("call_1", event);
  tellDraft(draft);
  boardChanged();
  marketChanged({ leadId: "lead_1", consumerId: "acc_1", businessIds: ["biz_1", "biz_2"] });
  sound.soundWanted("srv_1", [{ callId: "call_1", wanted: { audio: true, levels: false } }]);
  sound.sound("call_1", 10, { agent: Buffer.from([1, 2]), consumer: Buffer.from([255]) });
  sound.levels("call_1", 0, 255);
  sound.spoken("call_1", { accountId: "acc_1", source: "s1", bytes: Buffer.from([7]) });
  const people = [{ accountId: "acc_1", name: "Dana", listening: true }];
  watchersChanged({ server: "srv_1", callId: "call_1", people });
}

const alive = (count: number, { sockets }: { sockets: AppSockets }) =>
  vi.waitFor(async () => expect(await sockets.of("/").adapter.serverCount()).toBe(count), {
    timeout: 20_000,
  });

test("another server hears events, drafts, that the board and that a lead changed, and who watches; the teller does not hear itself", async () => {
  const [one, two] = [await join(), await join()];
  await alive(2, one);
  tellAll(one.tell);
  const all = ["call_1 3 attempt.ended", "call_1 Good mor", "board", "lead_1 acc_1 biz_1+biz_2"];
  all.push('srv_1 wants [{"callId":"call_1","wanted":{"audio":true,"levels":false}}]');
  all.push("call_1 10 0102 ff", "call_1 0 255", "call_1 acc_1 s1 07", "srv_1 call_1 1");
  await vi.waitFor(() => expect(two.heard.toSorted()).toEqual(all.toSorted()), { timeout: 20_000 });
  expect(one.heard).toEqual([]);
});

test("what a server tells in a row is heard in that order: events of one call do not overtake each other", async () => {
  const [one, two] = [await join(), await join()];
  await alive(2, one);
  const rows = Array.from({ length: 200 }, (_, index) => ({ ...event, seq: index + 1 }));
  for (const row of rows) {
    one.tell.event("call_1", row);
    if (row.seq % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(() => expect(two.heard).toHaveLength(rows.length), { timeout: 20_000 });
  expect(two.heard).toEqual(rows.map(({ seq, type }) => `call_1 ${seq} ${type}`));
});

test("a server that is alone writes nothing but that it is alive", async () => {
  const only = await join();
  tellAll(only.tell);
  const messages = database().db.collection("serverMessages");
  await vi.waitFor(async () => expect(await messages.countDocuments()).toBe(1), { timeout: 20_000 });
  expect(await messages.countDocuments({ data: { $exists: true } })).toBe(0);
});

test("what another version says is dropped with a warning", async () => {
  const [one, two] = [await join(), await join()];
  await alive(2, one);
  for (const text of ["no json", '{"kind":"later"}', '{"kind":"draft","draft":{}}'])
    one.sockets.serverSideEmit("relayed", text);
  one.tell.boardChanged();
  await vi.waitFor(() => expect(two.warnings).toHaveLength(3), { timeout: 20_000 });
  await vi.waitFor(() => expect(two.heard).toEqual(["board"]), { timeout: 20_000 });
});
