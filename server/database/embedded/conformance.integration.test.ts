import {
  Decimal128,
  Double,
  Int32,
  Long,
  MongoServerError,
  ObjectId,
  type Collection,
  type Document,
} from "mongodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestDatabase, type TestDatabase } from "#server/database/embedded/test-connection.ts";

/** What MongoDB's manual says, asked through the driver. Runs unchanged against the server of `MONGODB_URI`. */
type Doc = Document & { _id: number };

let database: TestDatabase;
let made = 0;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function holding(...documents: Doc[]): Promise<Collection<Doc>> {
  made += 1;
  const collection = database.db.collection<Doc>(`conform${made}`);
  if (documents.length > 0) await collection.insertMany(documents);
  return collection;
}

async function errorOf(work: Promise<unknown>): Promise<MongoServerError> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof MongoServerError)) throw new Error("A server error was expected.");
  return error;
}

const ids = (docs: readonly Doc[]) => docs.map(({ _id }) => _id);

describe("filters", () => {
  const PEOPLE: Doc[] = [
    {
      _id: 1,
      a: 1,
      tags: ["x", "y"],
      kids: [
        { n: 1, age: 5 },
        { n: 2, age: 9 },
      ],
    },
    { _id: 2, a: Long.fromNumber(1), tags: [], kids: [] },
    { _id: 3, a: new Double(1.5), tags: "x", kids: { n: 2, age: 5 } },
    { _id: 4, a: null, tags: [["x"]] },
    { _id: 5 },
    { _id: 6, a: Decimal128.fromString("1.0"), tags: ["y", "z"] },
    { _id: 7, a: "1", tags: null },
  ];
  let people: Collection<Doc>;
  beforeAll(async () => {
    people = await holding(...PEOPLE);
  });

  test.each<[Document, number[]]>([
    [{ a: 1 }, [1, 2, 6]],
    [{ a: { $gte: 1 } }, [1, 2, 3, 6]],
    [{ a: null }, [4, 5]],
    [{ a: { $exists: true, $ne: null } }, [1, 2, 3, 6, 7]],
    [{ a: { $type: "number" } }, [1, 2, 3, 6]],
    [{ a: { $in: [null, "1"] } }, [4, 5, 7]],
    [{ a: { $not: { $gt: 0 } } }, [4, 5, 7]],
    [{ tags: "x" }, [1, 3]],
    [{ tags: ["x"] }, [4]],
    [{ tags: { $size: 0 } }, [2]],
    [{ tags: { $all: ["y", "x"] } }, [1]],
    [{ tags: { $nin: ["x", "y"] } }, [2, 4, 5, 7]],
    [{ "tags.1": "z" }, [6]],
    [{ tags: null }, [5, 7]],
    [{ "kids.age": { $lt: 6 }, "kids.n": 2 }, [1, 3]],
    [{ kids: { $elemMatch: { age: { $lt: 6 }, n: 2 } } }, []],
    [{ kids: { $elemMatch: { age: { $gt: 6 }, n: 2 } } }, [1]],
    [{ kids: { n: 2, age: 5 } }, [3]],
    [{ kids: { age: 5, n: 2 } }, []],
    [{ $or: [{ a: "1" }, { "kids.n": 1 }] }, [1, 7]],
    [{ $nor: [{ a: { $exists: true } }] }, [5]],
    [{ $expr: { $gt: [{ $size: { $cond: [{ $isArray: "$tags" }, "$tags", []] } }, 1] } }, [1, 6]],
    [{ tags: { $regex: "^Y$", $options: "i" } }, [1, 6]],
    [{ a: { $mod: [2, 1] } }, [1, 2, 3, 6]],
  ])("%j", async (filter, expected) => {
    expect(ids(await people.find(filter).sort({ _id: 1 }).toArray())).toEqual(expected);
    await people.createIndex({ a: 1 });
    await people.createIndex({ tags: 1 });
    expect(ids(await people.find(filter).sort({ _id: 1 }).toArray())).toEqual(expected);
  });

  test("orders go by type first, and arrays by their smallest or largest element", async () => {
    const mixed = await holding(
      { _id: 1, v: "text" },
      { _id: 2, v: 5 },
      { _id: 3 },
      { _id: 4, v: [9, 1] },
      { _id: 5, v: { a: 1 } },
      { _id: 6, v: true },
      { _id: 7, v: new Date(0) },
      { _id: 8, v: new ObjectId("000000000000000000000000") },
      { _id: 9, v: [] },
    );
    const upward = [9, 3, 4, 2, 1, 5, 8, 6, 7];
    expect(ids(await mixed.find().sort({ v: 1, _id: 1 }).toArray())).toEqual(upward);
    const downward = [7, 6, 8, 5, 1, 4, 2, 3, 9];
    expect(ids(await mixed.find().sort({ v: -1, _id: 1 }).toArray())).toEqual(downward);
  });
});

describe("updates", () => {
  test.each<[Document, Document | Document[], Document]>([
    [{ n: new Int32(2147483647) }, { $inc: { n: 1 } }, { n: 2147483648 }],
    [{ a: [1, 2, 3] }, { $pull: { a: { $in: [1, 3] } } }, { a: [2] }],
    [
      { a: [{ k: 1, v: 1 }] },
      { $push: { a: { $each: [{ k: 0 }], $sort: { k: 1 } } } },
      { a: [{ k: 0 }, { k: 1, v: 1 }] },
    ],
    [{ a: 1, b: 2 }, { $rename: { a: "c" }, $unset: { b: "" } }, { c: 1 }],
    [{ a: { b: 1 } }, { $set: { "a.c.d": [1] } }, { a: { b: 1, c: { d: [1] } } }],
    [{ n: 3 }, [{ $set: { n: { $multiply: ["$n", 2] } } }, { $set: { m: "$n" } }], { n: 6, m: 6 }],
    [{ a: 1 }, [{ $unset: "a" }, { $set: { b: { $literal: "$x" } } }], { b: "$x" }],
    [{ a: [5] }, { $addToSet: { a: { $each: [5, 6] } } }, { a: [5, 6] }],
    [{ at: 1 }, { $max: { at: 5 }, $min: { low: 2 } }, { at: 5, low: 2 }],
  ])("%j with %j", async (before, update, after) => {
    const one = await holding({ _id: 1, ...before });
    expect(await one.findOneAndUpdate({ _id: 1 }, update, { returnDocument: "after" })).toEqual({
      _id: 1,
      ...after,
    });
  });

  test.each<[Document, number]>([
    [{ $set: { _id: 2 } }, 66],
    [{ $set: { a: 1, "a.b": 2 } }, 40],
    [{ $inc: { text: 1 } }, 14],
    [{ $push: { text: 1 } }, 2],
    [{ $set: { "text.x": 1 } }, 28],
    [{ $nothing: { a: 1 } }, 9],
  ])("%j is refused with code %i and changes nothing", async (update, code) => {
    const one = await holding({ _id: 1, text: "t" });
    expect((await errorOf(one.updateOne({ _id: 1 }, update))).code).toBe(code);
    expect(await one.findOne()).toEqual({ _id: 1, text: "t" });
  });

  test("writes on several collections in one command", async () => {
    const [left, right] = [await holding(), await holding()];
    const result = await database.client.bulkWrite([
      { namespace: left.namespace, name: "insertOne", document: { _id: 1 } as Document },
      {
        namespace: right.namespace,
        name: "updateOne",
        filter: { key: 2 },
        update: { $set: { a: 1 } },
        upsert: true,
      },
      { namespace: left.namespace, name: "deleteMany", filter: {} },
    ]);
    expect([result.insertedCount, result.upsertedCount, result.deletedCount]).toEqual([1, 1, 1]);
    expect(await right.findOne()).toMatchObject({ key: 2, a: 1 });
  });
});

describe("indexes", () => {
  test("[DB20] a unique index counts missing as null; sparse and partial ones leave documents out", async () => {
    const plain = await holding();
    await plain.createIndex({ k: 1 }, { unique: true });
    await plain.insertOne({ _id: 1 });
    const error = await errorOf(plain.insertOne({ _id: 2, k: null }));
    expect(error).toMatchObject({
      code: 11000,
      keyPattern: { k: 1 },
      keyValue: { k: null },
    });
    expect(error.message).toContain(
      `E11000 duplicate key error collection: ${plain.namespace} index: k_1 dup key: { k: null }`,
    );
    const sparse = await holding();
    await sparse.createIndex({ k: 1 }, { unique: true, sparse: true });
    await sparse.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3, k: 1 }]);
    expect((await errorOf(sparse.insertOne({ _id: 4, k: 1 }))).code).toBe(11000);
    const partial = await holding();
    await partial.createIndex({ k: 1 }, { unique: true, partialFilterExpression: { live: true } });
    await partial.insertMany([
      { _id: 1, k: 1 },
      { _id: 2, k: 1 },
      { _id: 3, k: 1, live: true },
    ]);
    expect((await errorOf(partial.updateOne({ _id: 1 }, { $set: { live: true } }))).code).toBe(11000);
    expect(await partial.countDocuments({ k: 1 })).toBe(3);
  });

  test("[DB20] a unique index on an array holds each element once per collection, not per document", async () => {
    const arrays = await holding();
    await arrays.createIndex({ "list.k": 1 }, { unique: true });
    await arrays.insertOne({ _id: 1, list: [{ k: 1 }, { k: 1 }, { k: 2 }] });
    expect((await errorOf(arrays.insertOne({ _id: 2, list: [{ k: 3 }, { k: 2 }] }))).code).toBe(11000);
    await arrays.updateOne({ _id: 1 }, { $pull: { list: { k: 2 } } } as Document);
    await arrays.insertOne({ _id: 2, list: [{ k: 3 }, { k: 2 }] });
    await arrays.createIndex({ list: 1, other: 1 });
    expect((await errorOf(arrays.insertOne({ _id: 3, list: [{ k: 9 }], other: [1] }))).code).toBe(171);
  });

  test.each<[Document, Document, number]>([
    [{ a: 1 }, { unique: true }, 86],
    [{ a: 1 }, { name: "other" }, 85],
  ])("a second index on %j with %j is refused with code %i", async (key, options, code) => {
    const one = await holding({ _id: 1 });
    await one.createIndex({ a: 1 });
    expect((await errorOf(one.createIndex(key, options))).code).toBe(code);
    expect(await one.indexes()).toHaveLength(2);
  });

  test("what an index is comes back as it was given", async () => {
    const one = await holding({ _id: 1 });
    await one.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    await one.createIndex(
      { b: -1, c: 1 },
      { unique: true, partialFilterExpression: { b: { $gt: 5 } }, name: "mine" },
    );
    expect(await one.indexes()).toEqual([
      { v: 2, key: { _id: 1 }, name: "_id_" },
      { v: 2, key: { at: 1 }, name: "at_1", expireAfterSeconds: 60 },
      { v: 2, key: { b: -1, c: 1 }, name: "mine", unique: true, partialFilterExpression: { b: { $gt: 5 } } },
    ]);
  });
});
