import { MongoBackend } from "@agendajs/mongo-backend";
import { Agenda, InMemoryNotificationChannel } from "agenda";
import type { Collection, Db, MongoClient } from "mongodb";

/** A document like the product's calls, about 500 bytes. */
type Call = {
  _id: string;
  phone: string;
  status: string;
  createdAt: number;
  state: { step: string; tries: number };
  transcript: string[];
};
type Calls = Collection<Call>;

/** One measured operation: its name and how to do it once; `n` counts up. */
type Operation = { name: string; run(calls: Calls, size: number, n: number): Promise<unknown> };
/** Operations per second. */
export type Rates = Record<string, number>;

const STATUSES = ["queued", "dialing", "live", "completed", "failed"];
const SENTENCE = "The pipe under the kitchen sink drips, and the floor is wet since this morning.";
const MEASURE_MS = 1_500;

/** Spread over the collection without a random source, so that every run does the same. */
const placeOf = (n: number, size: number) => (n * 7_919) % size;
const idOf = (n: number) => `call-${String(n).padStart(9, "0")}`;
const phoneOf = (n: number) => `+1555${String(n).padStart(7, "0")}`;

function callOf(n: number): Call {
  return {
    _id: idOf(n),
    phone: phoneOf(n),
    status: STATUSES[n % STATUSES.length] ?? "queued",
    createdAt: n,
    state: { step: "talk", tries: n % 3 },
    transcript: [SENTENCE, SENTENCE, SENTENCE, SENTENCE],
  };
}

const OPERATIONS: readonly Operation[] = [
  { name: "find by id", run: (calls, size, n) => calls.findOne({ _id: idOf(placeOf(n, size)) }) },
  { name: "find by index", run: (calls, size, n) => calls.findOne({ phone: phoneOf(placeOf(n, size)) }) },
  {
    name: "sorted page of 20",
    run: (calls, _size, n) =>
      calls
        .find({ status: STATUSES[n % STATUSES.length] ?? "queued" })
        .sort({ createdAt: -1 })
        .limit(20)
        .toArray(),
  },
  {
    name: "findOneAndUpdate",
    run: (calls, size, n) =>
      calls.findOneAndUpdate({ _id: idOf(placeOf(n, size)) }, { $inc: { "state.tries": 1 } }),
  },
  { name: "insert", run: (calls, size, n) => calls.insertOne(callOf(size + n)) },
];

/** Fills a collection; returns documents per second. */
export async function fill(db: Db, size: number): Promise<number> {
  const calls = db.collection<Call>("calls");
  await calls.createIndex({ phone: 1 });
  await calls.createIndex({ status: 1, createdAt: 1 });
  const startedMs = performance.now();
  for (let at = 0; at < size; at += 1_000)
    await calls.insertMany(Array.from({ length: 1_000 }, (_, offset) => callOf(at + offset)));
  return perSecond(size, startedMs);
}

/** Every operation, by so many clients at once. The collection has its size again afterwards. */
export async function rates(db: Db, size: number, clients: number): Promise<Rates> {
  const calls = db.collection<Call>("calls");
  const found: Rates = {};
  for (const { name, run } of OPERATIONS) {
    let n = 0;
    const startedMs = performance.now();
    const client = async () => {
      while (performance.now() - startedMs < MEASURE_MS) {
        n += 1;
        await run(calls, size, n);
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    found[name] = perSecond(n, startedMs);
  }
  await calls.deleteMany({ createdAt: { $gte: size } });
  return found;
}

/** A million operations of all kinds while somebody watches the collection; returns the rate. */
export async function manyOperations(client: MongoClient, total: number): Promise<number> {
  const calls = client.db().collection<Call>("calls");
  const size = await calls.estimatedDocumentCount();
  const watcher = calls.watch();
  watcher.on("change", () => undefined);
  let n = 0;
  const startedMs = performance.now();
  const worker = async () => {
    while (n < total) {
      n += 1;
      await OPERATIONS[n % OPERATIONS.length]?.run(calls, size, n);
    }
  };
  await Promise.all(Array.from({ length: 50 }, worker));
  await watcher.close();
  return perSecond(total, startedMs);
}

/** Jobs per second from a backlog of due jobs with empty handlers. */
export async function backlog(db: Db, jobs: number, concurrency: number): Promise<number> {
  const agenda = new Agenda({
    backend: new MongoBackend({ mongo: db, collection: `jobs${concurrency}` }),
    notificationChannel: new InMemoryNotificationChannel(),
    processEvery: 1_000,
    defaultConcurrency: concurrency,
    maxConcurrency: concurrency,
    removeOnComplete: true,
  });
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let finished = 0;
  agenda.define("empty", async () => {
    finished += 1;
    if (finished === jobs) resolve();
  });
  await agenda.ready;
  const due = new Date(Date.now() - 60_000);
  for (let at = 0; at < jobs; at += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, offset) => agenda.schedule(due, "empty", { n: at + offset })),
    );
  const startedMs = performance.now();
  await agenda.start();
  await done;
  const rate = perSecond(jobs, startedMs);
  await agenda.stop();
  return rate;
}

function perSecond(count: number, startedMs: number): number {
  return Math.round((count * 1_000) / (performance.now() - startedMs));
}
