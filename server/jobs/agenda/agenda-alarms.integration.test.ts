import { MongoClient } from "mongodb";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { createAgendaAlarms } from "#server/jobs/agenda/agenda-alarms.ts";
import { ALARM_COLLECTION } from "#server/jobs/agenda/alarm-documents.ts";
import type { AlarmName } from "#server/jobs/alarms.ts";
import { type LogFields, type Logger, silentLogger } from "#server/lib/logger.ts";

const database = useTestDatabase();
const documents = () => database().db.collection(ALARM_COLLECTION);
const PATIENCE = { timeout: 20_000, interval: 20 };
const soon = (ms: number) => new Date(Date.now() + ms);

beforeEach(async () => {
  await documents().deleteMany({});
});

afterEach(() => {
  vi.useRealTimers();
});

/** One server: alarms whose rings are written down, in order. */
function newServer(onRing: (key: string) => unknown = () => undefined, lookEveryMs?: number) {
  const rings: { key: string; at: number }[] = [];
  const failed: AlarmName[] = [];
  const logged: [LogFields, string][] = [];
  const note = (fields: LogFields, message: string) => void logged.push([fields, message]);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const alarms = createAgendaAlarms({
    db: database().db,
    logger,
    onFailed: (name) => failed.push(name),
    ...(lookEveryMs === undefined ? {} : { lookEveryMs }),
  });
  alarms.define("call.due", async (key) => {
    rings.push({ key, at: Date.now() });
    await onRing(key);
  });
  const set = (key: string, at: Date) => alarms.set("call.due", key, at);
  const clear = (key: string) => alarms.clear("call.due", key);
  onTestFinished(() => alarms.stop());
  return { alarms, rings, failed, logged, set, clear, keys: () => rings.map(({ key }) => key) };
}

async function startServer(onRing?: (key: string) => unknown, lookEveryMs?: number) {
  const server = newServer(onRing, lookEveryMs);
  await server.alarms.start();
  return server;
}

/** Looks so far ahead that it holds an alarm ready long before its time. */
const startFarSighted = (onRing?: (key: string) => unknown) => startServer(onRing, 10_000);

/** Waits until a server holds the alarm ready. */
async function heldReady(key: string): Promise<void> {
  await vi.waitFor(async () => {
    const held = await documents().findOne({ "data.key": key, lockedAt: { $ne: null } });
    expect(held).not.toBeNull();
  }, PATIENCE);
}

/** Waits until nothing is left that could ring. */
async function nothingLeft(): Promise<void> {
  await vi.waitFor(async () => expect(await documents().find().toArray()).toEqual([]), PATIENCE);
}

test("[AL1][AL9] alarms ring at their time or later, and leave nothing behind", async () => {
  const { rings, set } = await startServer();
  const due = new Map<string, Date>();
  for (let n = 0; n < 25; n += 1) due.set(`call_${n}`, soon((n * 137) % 1_700));
  await Promise.all([...due].map(([key, at]) => set(key, at)));
  await nothingLeft();
  expect(rings.map(({ key }) => key).toSorted()).toEqual([...due.keys()].toSorted());
  expect(rings.filter(({ key, at }) => at < (due.get(key)?.getTime() ?? Infinity))).toEqual([]);
});

test("[AL2] what is due rings without a look at the database", async () => {
  vi.useFakeTimers({ toFake: ["setInterval"] });
  const { set, keys } = await startServer();
  await set("call_1", soon(-5_000));
  await set("call_2", soon(0));
  await nothingLeft();
  expect(keys().toSorted()).toEqual(["call_1", "call_2"]);
});

test("[AL2] an alarm that is moved to now rings without a look", async () => {
  vi.useFakeTimers({ toFake: ["setInterval"] });
  const { set, keys } = await startServer();
  await set("call_1", soon(3_600_000));
  await set("call_1", soon(0));
  await nothingLeft();
  expect(keys()).toEqual(["call_1"]);
});

test("[AL2] an alarm set by a server that does not run rings on the one that does", async () => {
  const { keys } = await startServer();
  await newServer().set("call_1", soon(0));
  await nothingLeft();
  expect(keys()).toEqual(["call_1"]);
});

test("[AL3] two servers ring each alarm once", async () => {
  const [one, other] = [await startServer(), await startServer()];
  const expected = Array.from({ length: 40 }, (_, n) => `call_${n}`);
  await Promise.all(expected.map((key, n) => (n % 2 ? one : other).set(key, soon((n * 61) % 1_500))));
  await nothingLeft();
  expect([...one.keys(), ...other.keys()].toSorted()).toEqual(expected.toSorted());
});

test.each([
  ["before its handler was called", { key: "call_1" }, soon(-70_000)],
  ["in its handler", { ringing: "call_1" }, null],
])("[AL4] an alarm whose server died %s rings elsewhere", async (_name, data, nextRunAt) => {
  const died = new Date(Date.now() - 61_000);
  await documents().insertOne({
    name: "call.due",
    data,
    nextRunAt,
    lockedAt: died,
    type: "normal",
    priority: 0,
  });
  const { keys } = await startServer();
  await nothingLeft();
  expect(keys()).toEqual(["call_1"]);
});

test("[AL5] a throwing handler is logged without its words, counted, and not repeated", async () => {
  const server = await startServer(() => {
    throw new Error("nobody may read this");
  });
  await server.set("call_1", soon(0));
  await nothingLeft();
  expect([server.keys(), server.failed]).toEqual([["call_1"], ["call.due"]]);
  expect(server.logged).toContainEqual([
    { alarm: "call.due", key: "call_1", errorName: "Error", errorCode: undefined },
    "an alarm handler failed",
  ]);
  expect(JSON.stringify(server.logged)).not.toContain("nobody may read this");
  expect(server.alarms.health().ok).toBe(true);
});

test("[AL6] setting again moves an alarm, also one that a server holds ready", async () => {
  const { rings, set } = await startFarSighted();
  const later = soon(2_500);
  await set("later", soon(2_300));
  await set("sooner", soon(3_600));
  await Promise.all([heldReady("later"), heldReady("sooner")]);
  await set("later", later);
  await set("sooner", soon(0));
  await nothingLeft();
  expect(rings.map(({ key }) => key)).toEqual(["sooner", "later"]);
  expect(rings[1]?.at).toBeGreaterThanOrEqual(later.getTime());
});

test("[AL6] the same time again changes nothing, held ready or not", async () => {
  const { set, clear } = await startFarSighted();
  const at = soon(3_000);
  await set("call_1", at);
  await set("call_1", at);
  await heldReady("call_1");
  const [before] = await documents().find().toArray();
  await set("call_1", at);
  expect((await documents().find().toArray()).map(({ _id }) => _id)).toEqual([before?._id]);
  await clear("call_1");
});

test("[AL6] set from several sides at once is one alarm; names and keys are apart", async () => {
  const [one, other] = [newServer(), newServer()];
  const at = soon(3_600_000);
  await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 2 ? one : other).set("call_1", at)));
  await one.alarms.set("call.wrapUp", "call_1", at);
  await one.set("call_2", at);
  const found = await documents().find().toArray();
  expect(found.map(({ name, data }) => [name, data]).toSorted()).toEqual([
    ["call.due", { key: "call_1" }],
    ["call.due", { key: "call_2" }],
    ["call.wrapUp", { key: "call_1" }],
  ]);
});

test("[AL7] an alarm that is set while its handler runs rings again", async () => {
  let isFirst = true;
  const server = await startServer(async (key) => {
    if (!isFirst) return;
    isFirst = false;
    await server.set(key, soon(50));
  });
  await server.set("call_1", soon(0));
  await nothingLeft();
  expect(server.keys()).toEqual(["call_1", "call_1"]);
});

test("[AL8][AL11] a cleared alarm does not ring, also when a server holds it ready", async () => {
  const server = await startFarSighted();
  await server.set("far", soon(3_600_000));
  await server.set("near", soon(2_000));
  await server.set("last", soon(2_050));
  await heldReady("near");
  await server.clear("far");
  await server.clear("near");
  await server.clear("unknown");
  await nothingLeft();
  expect(server.keys()).toEqual(["last"]);
  expect(server.alarms.health()).toEqual({ ok: true, reason: "The alarm clock runs." });
});

test("[AL8] clearing does not interrupt a running handler", async () => {
  const server = await startServer(async (key) => server.clear(key));
  await server.set("call_1", soon(0));
  await nothingLeft();
  expect([server.keys(), server.failed]).toEqual([["call_1"], []]);
});

test("[AL10] stop waits for running handlers and gives the others back", async () => {
  const ring = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const stopping = await startFarSighted(() => {
    entered.resolve();
    return ring.promise;
  });
  await stopping.set("running", soon(0));
  await stopping.set("ready", soon(2_000));
  await entered.promise;
  await heldReady("ready");
  let isStopped = false;
  const stopped = stopping.alarms.stop().then(() => {
    isStopped = true;
  });
  await vi.waitFor(async () => {
    const ready = await documents().findOne({ "data.key": "ready" });
    expect(ready).not.toBeNull();
    expect(ready?.["lockedAt"] ?? null).toBeNull();
  }, PATIENCE);
  expect(isStopped).toBe(false);
  ring.resolve();
  await stopped;
  expect(stopping.alarms.health()).toEqual({ ok: false, reason: "The alarm clock was stopped." });
  const next = await startServer();
  await nothingLeft();
  expect([stopping.keys(), next.keys()]).toEqual([["running"], ["ready"]]);
});

test("[AL10][AL11] an alarm clock that never started can be stopped, and says so", async () => {
  const { alarms } = newServer();
  expect(alarms.health()).toEqual({ ok: false, reason: "The alarm clock has not been started." });
  await alarms.stop();
});

test("[AL12] a database that is away rejects, and nothing else happens", async () => {
  const client = new MongoClient("mongodb://127.0.0.1:9/none", { serverSelectionTimeoutMS: 50 });
  const alarms = createAgendaAlarms({ db: client.db(), logger: silentLogger });
  await expect(alarms.set("call.due", "call_1", soon(0))).rejects.toThrow();
  await expect(alarms.clear("call.due", "call_1")).rejects.toThrow();
  await expect(alarms.start()).rejects.toThrow();
  await client.close();
});
