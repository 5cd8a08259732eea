import {
  Binary,
  Decimal128,
  Double,
  Long,
  MongoBulkWriteError,
  MongoServerError,
  ObjectId,
  UUID,
  type Collection,
  type Document,
} from "mongodb";
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

describe("documents", () => {
  test("[DB11] every type comes back as it was sent", async () => {
    const values = fresh();
    const sent = {
      _id: 1,
      long: Long.fromString("9007199254740993"),
      decimal: Decimal128.fromString("0.10"),
      double: new Double(3),
      binary: new Binary(Buffer.from([1, 2, 3]), 128),
      uuid: new UUID(),
      oid: new ObjectId(),
      date: new Date(5),
      regex: /^a/i,
      nested: { list: [1, [2], { three: null }] },
      text: "ü\u{1F600}",
    };
    await values.insertOne(sent);
    const back = await values.findOne({ _id: 1 }, { promoteValues: false, promoteLongs: false });
    expect(String(back?.["long"])).toBe("9007199254740993");
    expect(back?.["double"]).toBeInstanceOf(Double);
    expect(await values.findOne({ _id: 1 })).toMatchObject({
      oid: sent.oid,
      date: sent.date,
      nested: sent.nested,
      text: sent.text,
    });
    await values.updateOne({ _id: 1 }, { $set: { touched: true } });
    expect(await values.countDocuments({ double: { $type: "double" }, long: { $type: "long" } })).toBe(1);
  });

  test("[DB8] hostile field names change nothing but the document", async () => {
    const values = fresh();
    await values.insertOne(
      JSON.parse('{"_id":1,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as Doc,
    );
    await values.updateOne({ _id: 1 }, { $set: { "a.__proto__.polluted": 1, "constructor.prototype.x": 2 } });
    expect(await values.findOne({ polluted: 1 })).toBeNull();
    expect(await values.findOne({ "constructor.prototype.x": 2 })).not.toBeNull();
    expect(await values.aggregate([{ $group: { _id: "$toString", n: { $sum: 1 } } }]).toArray()).toEqual([
      { _id: null, n: 1 },
    ]);
  });
});

describe("reading", () => {
  test("sort, skip, limit, projection and batches", async () => {
    const numbers = fresh();
    await numbers.insertMany(
      Array.from({ length: 500 }, (_one, _id) => ({ _id, even: _id % 2 === 0, n: 500 - _id })),
    );
    const page = await numbers
      .find({ even: true })
      .sort({ n: 1 })
      .skip(2)
      .limit(3)
      .project({ n: 1, _id: 0 })
      .toArray();
    expect(page).toEqual([{ n: 6 }, { n: 8 }, { n: 10 }]);
    expect(await numbers.find().batchSize(7).toArray()).toHaveLength(500);
    expect(await numbers.countDocuments()).toBe(500);
    expect(await numbers.estimatedDocumentCount()).toBe(500);
    expect(await numbers.countDocuments({ n: { $lte: 10 } })).toBe(10);
    expect(await numbers.distinct("even")).toEqual(expect.arrayContaining([true, false]));
  });

  test("[DB16] a cursor survives writes between its batches, and a killed one is gone", async () => {
    const numbers = fresh();
    await numbers.insertMany(Array.from({ length: 300 }, (_one, _id) => ({ _id })));
    const seen: number[] = [];
    for await (const { _id } of numbers.find().batchSize(10)) {
      if (_id === 5) await numbers.deleteMany({ _id: { $gte: 100, $lt: 200 } });
      seen.push(_id);
    }
    expect(seen.filter((id) => id < 100 || id >= 200)).toHaveLength(200);
    const { cursor } = await database.db.command({ find: numbers.collectionName, batchSize: 2 });
    await database.db.command({ killCursors: numbers.collectionName, cursors: [cursor.id] });
    expect(
      (
        await errorOf(
          database.db.command({
            getMore: Long.fromBigInt(BigInt(cursor.id)),
            collection: numbers.collectionName,
          }),
        )
      ).code,
    ).toBe(43);
  });

  test("[DB13] explain names the index", async () => {
    const people = fresh();
    await people.createIndex({ name: 1, age: -1 });
    const plan = JSON.stringify(await people.find({ name: "x" }).sort({ age: -1 }).explain("queryPlanner"));
    expect(plan).toContain("IXSCAN");
    expect(plan).not.toContain('"SORT"');
  });

  test("[DB13] explain counts what a read looks at, with its limit", async () => {
    const people = fresh();
    await people.createIndex({ name: 1, age: -1 });
    await people.insertMany(
      Array.from({ length: 300 }, (_, age) => ({ _id: age, name: age < 200 ? "x" : "y", age })),
    );
    const stats = async (find: ReturnType<typeof people.find>) => {
      const { executionStats } = await find.explain("executionStats");
      return executionStats;
    };
    expect(await stats(people.find({ name: "y" }))).toMatchObject({ nReturned: 100, totalDocsExamined: 100 });
    expect(await stats(people.find({ name: "x" }).sort({ age: -1 }).limit(5))).toMatchObject({
      nReturned: 5,
      totalDocsExamined: 5,
    });
    expect(await stats(people.find({ age: 7 }))).toMatchObject({ nReturned: 1, totalDocsExamined: 300 });
  });

  test("collations compare text by language rules", async () => {
    const words = fresh();
    await words.insertMany([
      { _id: 1, w: "b" },
      { _id: 2, w: "A" },
      { _id: 3, w: "a" },
    ]);
    expect(await words.countDocuments({ w: "a" }, { collation: { locale: "en", strength: 2 } })).toBe(2);
    const sorted = await words.find().collation({ locale: "en" }).sort({ w: 1 }).toArray();
    expect(sorted.at(-1)?.["w"]).toBe("b");
  });
});

describe("writing", () => {
  test("[DB20] a duplicate gives 11000 with the key's pattern and value", async () => {
    const people = fresh();
    await people.createIndex({ email: 1, org: 1 }, { unique: true });
    await people.insertOne({ _id: 1, email: "x", org: 1 });
    const error = await errorOf(people.insertOne({ _id: 2, email: "x", org: 1 }));
    expect([error.code, error["keyPattern"], error["keyValue"]]).toEqual([
      11000,
      { email: 1, org: 1 },
      { email: "x", org: 1 },
    ]);
    expect((await errorOf(people.createIndex({ org: 1 }, { name: "email_1_org_1" }))).code).toBe(86);
    await people.insertOne({ _id: 3, email: "y", org: 1 });
    expect((await errorOf(people.createIndex({ org: 1 }, { unique: true }))).code).toBe(11000);
    expect(await people.indexes()).toHaveLength(2);
  });

  test("[DB3] ordered and unordered batches", async () => {
    const numbers = fresh();
    const batch = [{ _id: 1 }, { _id: 1 }, { _id: 2 }];
    await expect(numbers.insertMany(batch)).rejects.toBeInstanceOf(MongoBulkWriteError);
    expect(await numbers.countDocuments()).toBe(1);
    await expect(numbers.insertMany(batch, { ordered: false })).rejects.toMatchObject({ insertedCount: 1 });
    const result = await numbers.bulkWrite([
      { updateOne: { filter: { _id: 9 }, update: { $set: { a: 1 } }, upsert: true } },
      { replaceOne: { filter: { _id: 1 }, replacement: { b: 1 } } },
      { deleteMany: { filter: { _id: 2 } } },
    ]);
    expect([result.upsertedCount, result.modifiedCount, result.deletedCount]).toEqual([1, 1, 1]);
  });

  test("[DB18] findOneAndUpdate: operators, pipelines, arrayFilters, upsert, projection, sort", async () => {
    const orders = fresh();
    await orders.insertMany([
      {
        _id: 1,
        rank: 2,
        items: [
          { sku: "a", n: 1 },
          { sku: "b", n: 5 },
        ],
      },
      { _id: 2, rank: 1, items: [] },
    ]);
    const after = { returnDocument: "after" } as const;
    expect(
      await orders.findOneAndUpdate({}, { $set: { first: true } }, { ...after, sort: { rank: 1 } }),
    ).toMatchObject({ _id: 2, first: true });
    expect(
      await orders.findOneAndUpdate({ _id: 1, "items.sku": "b" }, { $inc: { "items.$.n": 1 } }, after),
    ).toMatchObject({ items: [{ n: 1 }, { n: 6 }] });
    const filtered = await orders.findOneAndUpdate(
      { _id: 1 },
      { $set: { "items.$[x].big": true } },
      { ...after, arrayFilters: [{ "x.n": { $gt: 5 } }] },
    );
    expect(filtered?.["items"]).toEqual([
      { sku: "a", n: 1 },
      { sku: "b", n: 6, big: true },
    ]);
    const piped = await orders.findOneAndUpdate({ _id: 1 }, [{ $set: { total: { $sum: "$items.n" } } }], {
      ...after,
      projection: { total: 1 },
    });
    expect(piped).toEqual({ _id: 1, total: 7 });
    expect(
      await orders.findOneAndUpdate({ _id: 5 }, { $setOnInsert: { a: 1 } }, { ...after, upsert: true }),
    ).toEqual({ _id: 5, a: 1 });
    expect(await orders.findOneAndDelete({ _id: 5 })).toEqual({ _id: 5, a: 1 });
    expect((await errorOf(orders.updateOne({ _id: 1 }, { $set: { _id: 7 } }))).code).toBe(66);
  });

  test("concurrent compare-and-set has one winner, concurrent upserts one document", async () => {
    const jobs = fresh();
    await jobs.createIndex({ key: 1 }, { unique: true });
    await Promise.allSettled(
      Array.from({ length: 20 }, () => jobs.updateOne({ key: "k" }, { $inc: { n: 1 } }, { upsert: true })),
    );
    expect(await jobs.countDocuments()).toBe(1);
    const wins = await Promise.all(
      Array.from({ length: 20 }, (_one, by) =>
        jobs.updateOne({ key: "k", owner: null }, { $set: { owner: by } }),
      ),
    );
    expect(wins.filter((one) => one.modifiedCount === 1)).toHaveLength(1);
  });
});
