import { MongoServerError, type Document } from "mongodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "#server/database/embedded/test-connection.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await database.db.collection<{ _id: number }>("some").insertOne({ _id: 1 });
});
afterAll(() => database.close());

const find = (filter: Document, more: Document = {}): Document => ({ find: "some", filter, ...more });
const stage = (one: Document): Document => ({ aggregate: "some", cursor: {}, pipeline: [one] });
const index = (key: Document, more: Document = {}): Document => ({
  createIndexes: "some",
  indexes: [{ key, name: "left-out", ...more }],
});
const transaction = { lsid: { id: crypto.randomUUID() }, txnNumber: 1, autocommit: false };

/** What SPEC.md lists under "Left out": each is refused with a sentence, and never done halfway. */
const LEFT_OUT: readonly (readonly [string, Document])[] = [
  ["transactions", { insert: "some", documents: [{ _id: 2 }], ...transaction, startTransaction: true }],
  ["snapshot reads", find({}, { readConcern: { level: "snapshot" } })],
  ["linearizable reads", find({}, { readConcern: { level: "linearizable" } })],
  ["writes to several members", { insert: "some", documents: [{ _id: 2 }], writeConcern: { w: 2 } }],
  ["replication", { replSetGetStatus: 1 }],
  ["sharding", { shardCollection: "x.some", key: { _id: 1 } }],
  ["users", { createUser: "ann", pwd: "secret", roles: [] }],
  ["views", { create: "view", viewOn: "some", pipeline: [] }],
  ["time series", { create: "series", timeseries: { timeField: "at" } }],
  ["clustered collections", { create: "clustered", clusteredIndex: { key: { _id: 1 }, unique: true } }],
  ["collections with a collation", { create: "words", collation: { locale: "de" } }],
  ["validators", { create: "valid", validator: { $jsonSchema: {} } }],
  ["$jsonSchema", find({ $jsonSchema: { required: ["a"] } })],
  ["indexes with a collation", index({ a: 1 }, { collation: { locale: "de" } })],
  ["text indexes", index({ a: "text" })],
  ["hashed indexes", index({ a: "hashed" })],
  ["geo indexes", index({ a: "2dsphere" })],
  ["wildcard indexes", index({ "$**": 1 })],
  ["collations that skip punctuation", find({}, { collation: { locale: "en", alternate: "shifted" } })],
  ["collations of strength 4", find({}, { collation: { locale: "en", strength: 4 } })],
  ["collations with accents from behind", find({}, { collation: { locale: "fr", backwards: true } })],
  ["$text", find({ $text: { $search: "word" } })],
  ["geo operators", find({ a: { $near: [0, 0] } })],
  ["$where", find({ $where: "true" })],
  ["$function", stage({ $set: { a: { $function: { body: "x", args: [], lang: "js" } } } })],
  ["mapReduce", { mapReduce: "some", map: "x", reduce: "y", out: { inline: 1 } }],
  ["search", stage({ $search: { text: {} } })],
  ["$bucketAuto", stage({ $bucketAuto: { groupBy: "$a", buckets: 2 } })],
  ["$densify", stage({ $densify: { field: "a", range: { step: 1, bounds: "full" } } })],
  ["$fill", stage({ $fill: { output: {} } })],
  ["$setWindowFields", stage({ $setWindowFields: { output: {} } })],
  ["tailable cursors", find({}, { tailable: true })],
  ["expanded change events", stage({ $changeStream: { showExpandedEvents: true } })],
];

test.each(LEFT_OUT)("[DB24] %s are refused with a clear error", async (_what, command) => {
  if (!database.isEmbedded) return;
  const error: unknown = await database.db.command(command).catch((thrown: unknown) => thrown);
  if (!(error instanceof MongoServerError)) throw new Error("This should have been refused.");
  expect(error.codeName).not.toBe("UnknownError");
  expect(error.message.length).toBeGreaterThan(20);
  expect(error.message).not.toMatch(/secret|undefined|\[object/);
  expect(await database.db.collection("some").countDocuments()).toBe(1);
  expect((await database.db.listCollections().toArray()).map(({ name }) => name)).toEqual(["some"]);
});
