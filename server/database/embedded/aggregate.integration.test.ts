import { Long, MongoServerError, type Collection, type Document } from "mongodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "#server/database/embedded/test-connection.ts";

type Doc = Document & { _id: number };

let database: TestDatabase;
let made = 0;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

function fresh(): Collection<Doc> {
  made += 1;
  return database.db.collection<Doc>(`crud${made}`);
}

async function errorOf(work: Promise<unknown>): Promise<MongoServerError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MongoServerError)) throw new Error("A server error was expected.");
  return error;
}

describe("aggregation", () => {
  test("groups, lookups of both forms, facets and expressions", async () => {
    const orders = fresh();
    const people = fresh();
    await people.insertMany([
      { _id: 1, name: "Ann" },
      { _id: 2, name: "Bob" },
    ]);
    await orders.insertMany([
      { _id: 1, who: 1, cents: 500, at: new Date("2026-01-05T10:00:00Z"), tags: ["x", "y"] },
      { _id: 2, who: 1, cents: Long.fromNumber(250), at: new Date("2026-01-06T10:00:00Z"), tags: ["x"] },
      { _id: 3, who: 2, cents: 100, at: new Date("2026-02-01T10:00:00Z"), tags: [] },
    ]);
    const sums = await orders
      .aggregate([
        {
          $group: {
            _id: "$who",
            total: { $sum: "$cents" },
            days: { $push: { $dateToString: { date: "$at", format: "%Y-%m-%d" } } },
          },
        },
        { $lookup: { from: people.collectionName, localField: "_id", foreignField: "_id", as: "person" } },
        { $unwind: "$person" },
        { $project: { _id: 0, name: { $toUpper: "$person.name" }, total: 1, days: 1 } },
        { $sort: { name: 1 } },
      ])
      .toArray();
    expect(sums).toEqual([
      { name: "ANN", total: 750, days: ["2026-01-05", "2026-01-06"] },
      { name: "BOB", total: 100, days: ["2026-02-01"] },
    ]);
    const [joined] = await people
      .aggregate([
        { $match: { _id: 1 } },
        {
          $lookup: {
            from: orders.collectionName,
            let: { id: "$_id" },
            pipeline: [
              { $match: { $expr: { $eq: ["$who", "$$id"] } } },
              { $sort: { cents: 1 } },
              { $limit: 1 },
            ],
            as: "least",
          },
        },
      ])
      .toArray();
    expect(joined?.["least"]).toMatchObject([{ _id: 2 }]);
    const [facets] = await orders
      .aggregate([
        { $facet: { tags: [{ $unwind: "$tags" }, { $sortByCount: "$tags" }], count: [{ $count: "n" }] } },
      ])
      .toArray();
    expect(facets).toEqual({
      tags: [
        { _id: "x", count: 2 },
        { _id: "y", count: 1 },
      ],
      count: [{ n: 3 }],
    });
  });

  test("$merge and $out write collections", async () => {
    const source = fresh();
    const target = fresh();
    await source.insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 2 },
    ]);
    await target.insertOne({ _id: 1, b: 1 });
    await source.aggregate([{ $merge: { into: target.collectionName } }]).toArray();
    expect(await target.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, b: 1, a: 1 },
      { _id: 2, a: 2 },
    ]);
    await source.aggregate([{ $match: { _id: 2 } }, { $out: target.collectionName }]).toArray();
    expect(await target.find().toArray()).toEqual([{ _id: 2, a: 2 }]);
  });
});

describe("errors", () => {
  test("[DB24] have MongoDB's shape", async () => {
    expect(await errorOf(database.db.command({ nothing: 1 }))).toMatchObject({
      code: 59,
      codeName: "CommandNotFound",
    });
    expect((await errorOf(fresh().find({ $foo: 1 }).toArray())).code).toBe(2);
    expect(
      (
        await errorOf(
          fresh()
            .aggregate([{ $foo: 1 }])
            .toArray(),
        )
      ).code,
    ).toBe(40324);
    expect((await errorOf(fresh().updateOne({}, { $set: { a: 1 }, $inc: { a: 1 } }))).code).toBe(40);
  });

  test("[DB24] what is left out says so", async (context) => {
    if (!database.isEmbedded) context.skip();
    const values = fresh();
    for (const work of [
      () => values.find({ $where: "true" }).toArray(),
      () => values.createIndex({ a: "text" }),
      () => values.createIndex({ a: 1 }, { collation: { locale: "en" } }),
      () => database.db.createCollection("view", { viewOn: "x", pipeline: [] }),
      () => values.find({}, { readConcern: { level: "snapshot" } }).toArray(),
    ]) {
      const error = await errorOf(work());
      expect([error.code, error.codeName]).toEqual([238, "NotImplemented"]);
    }
    const session = database.client.startSession();
    const refused = session.withTransaction(() => values.insertOne({ _id: 1 }, { session }));
    expect((await errorOf(refused)).code).toBe(263);
    await session.endSession();
    expect(await values.countDocuments()).toBe(0);
  });
});
