import { type ChangeStreamDocument, MongoServerError, type Collection } from "mongodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "#server/database/embedded/test-connection.ts";

type Doc = { _id: number; a?: number | null; list?: number[] };

let database: TestDatabase;
let made = 0;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function fresh(): Promise<Collection<Doc>> {
  made += 1;
  return database.db.createCollection<Doc>(`changes${made}`);
}

/** Real MongoDB streams changes only from replica sets. */
async function watches(): Promise<boolean> {
  if (database.isEmbedded) return true;
  return (await database.db.admin().command({ hello: 1 }))["setName"] !== undefined;
}

test("[DB22] inserts, updates, replacements and deletes arrive in order, after the reply", async (context) => {
  if (!(await watches())) context.skip();
  const values = await fresh();
  const stream = values.watch([], { fullDocument: "updateLookup" });
  await stream.tryNext();
  await values.insertOne({ _id: 1, a: 1, list: [1, 2, 3] });
  await values.updateOne({ _id: 1 }, { $set: { a: 2 }, $pop: { list: 1 } });
  await values.replaceOne({ _id: 1 }, { a: 3 });
  await values.deleteOne({ _id: 1 });
  const events: ChangeStreamDocument<Doc>[] = [];
  for (let at = 0; at < 4; at += 1) events.push(await stream.next());
  expect(events.map((event) => event.operationType)).toEqual(["insert", "update", "replace", "delete"]);
  expect(events[0]).toMatchObject({
    fullDocument: { _id: 1, a: 1 },
    documentKey: { _id: 1 },
    ns: { coll: values.collectionName },
  });
  expect(events[1]).toMatchObject({
    updateDescription: {
      updatedFields: { a: 2 },
      removedFields: [],
      truncatedArrays: [{ field: "list", newSize: 2 }],
    },
  });
  expect(events[2]).toMatchObject({ fullDocument: { _id: 1, a: 3 } });
  await stream.close();
});

test("[DB23] a stream resumes where it was, and pipelines filter it", async (context) => {
  if (!(await watches())) context.skip();
  const values = await fresh();
  const first = values.watch();
  await first.tryNext();
  await values.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3, a: 7 }]);
  const { _id: token } = await first.next();
  await first.close();
  const second = values.watch([{ $match: { "fullDocument.a": 7 } }], { resumeAfter: token });
  expect(await second.next()).toMatchObject({ fullDocument: { _id: 3 } });
  await second.close();
});

test("[DB22] whole databases can be watched, and a dropped collection invalidates its stream", async (context) => {
  if (!(await watches())) context.skip();
  const values = await fresh();
  const all = database.db.watch();
  const own = values.watch();
  await Promise.all([all.tryNext(), own.tryNext()]);
  await values.insertOne({ _id: 1 });
  await values.drop();
  expect((await all.next()).operationType).toBe("insert");
  expect((await all.next()).operationType).toBe("drop");
  expect([
    (await own.next()).operationType,
    (await own.next()).operationType,
    (await own.next()).operationType,
  ]).toEqual(["insert", "drop", "invalidate"]);
  await Promise.all([all.close(), own.close()]);
});

test("[DB22] a waiting stream is woken by a change, and several streams see the same", async (context) => {
  if (!(await watches())) context.skip();
  const values = await fresh();
  const streams = [values.watch(), values.watch(), values.watch()];
  await Promise.all(streams.map((stream) => stream.tryNext()));
  const waiting = streams.map((stream) => stream.next());
  await values.insertOne({ _id: 1 });
  expect((await Promise.all(waiting)).map((event) => event.operationType)).toEqual([
    "insert",
    "insert",
    "insert",
  ]);
  await Promise.all(streams.map((stream) => stream.close()));
});

test("[DB22] images before and after are kept where the collection asks for them", async (context) => {
  if (!(await watches())) context.skip();
  const values = await fresh();
  await database.db.command({
    collMod: values.collectionName,
    changeStreamPreAndPostImages: { enabled: true },
  });
  const stream = values.watch([], { fullDocument: "required", fullDocumentBeforeChange: "required" });
  await stream.tryNext();
  await values.insertOne({ _id: 1, a: 1 });
  await values.updateOne({ _id: 1 }, { $set: { a: 2 } });
  await stream.next();
  expect(await stream.next()).toMatchObject({ fullDocument: { a: 2 }, fullDocumentBeforeChange: { a: 1 } });
  await stream.close();
});

test("[DB23] tokens of an earlier run are refused with 286", async (context) => {
  if (!database.isEmbedded) context.skip();
  const values = await fresh();
  const stream = values.watch([], { resumeAfter: { _data: "0123456789abcdef00000000000001" } });
  const error: unknown = await stream.next().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MongoServerError);
  expect(error).toMatchObject({ code: 286 });
  expect(error instanceof MongoServerError && error.hasErrorLabel("NonResumableChangeStreamError")).toBe(
    true,
  );
});
