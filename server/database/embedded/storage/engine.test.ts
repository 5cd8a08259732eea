import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import { removeExpired } from "#server/database/embedded/expiry.ts";
import { runQuery, type Query } from "#server/database/embedded/planner/execute.ts";
import { choosePlan } from "#server/database/embedded/planner/plan.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import { parseSort, sortKey } from "#server/database/embedded/query/sort.ts";
import type { Collection } from "#server/database/embedded/storage/catalog.ts";
import {
  buildIndex,
  deleteDocument,
  insertDocument,
  updateDocument,
} from "#server/database/embedded/storage/documents.ts";
import { Engine } from "#server/database/embedded/storage/engine.ts";
import { indexKeys } from "#server/database/embedded/storage/index-keys.ts";
import { parseIndexSpec } from "#server/database/embedded/storage/index-spec.ts";
import { toDoc } from "#server/database/embedded/test-values.ts";
import { openStore } from "#server/database/embedded/storage/schema.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import type { KeyPart } from "#server/database/embedded/values/key-encode.ts";
import { newDoc, type Value } from "#server/database/embedded/values/value.ts";

const environment: Environment = { collator: undefined, variables: new Map(), now: new Date(0) };
let folder: string;
let engine: Engine;
let made = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringside-engine-"));
  engine = new Engine(openStore(join(folder, "ringside.db")));
});

afterAll(() => {
  engine.close();
  rmSync(folder, { recursive: true, force: true });
});

function freshCollection(...indexes: object[]): Collection {
  made += 1;
  const collection = engine.ensureCollection(`test.c${made}`, newDoc());
  for (const spec of indexes) addIndex(collection, spec);
  return collection;
}

function addIndex(collection: Collection, spec: object): void {
  engine.statement(() =>
    buildIndex(engine, collection, engine.catalog.addIndex(collection, parseIndexSpec(toDoc(spec)))),
  );
}

function insert(collection: Collection, fields: object): void {
  const one = toDoc(fields);
  engine.statement(() => insertDocument(engine, collection, one, encodeDoc(one)));
}

function queryFor(filter: object, sort: object = {}): Query {
  return {
    filter: parseFilter(toDoc(filter), environment),
    sort: parseSort(toDoc(sort)),
    skip: 0,
    limit: 0,
    collator: undefined,
    hint: undefined,
    backward: false,
    checkTime: () => undefined,
  };
}

function ids(collection: Collection, filter: object, sort: object = {}): Value[] {
  return [...runQuery(collection, queryFor(filter, sort))].map((found) => found.doc["_id"] ?? null);
}

function planOf(collection: Collection, filter: object, sort: object = {}): string {
  const plan = choosePlan(collection, queryFor(filter, sort));
  return plan.kind === "index" ? `${plan.index.name}${plan.isSorted ? " sorted" : ""}` : plan.kind;
}

/** What the index must hold, computed from the documents, against what it holds. */
function expectIndexesAgree(collection: Collection): void {
  const rows = collection.records.scan(0, 1_000_000, false);
  expect(collection.count).toBe(rows.length);
  for (const index of collection.indexes) {
    const held = index.tree.scan(
      { from: Buffer.alloc(0), upto: Buffer.from([0xff]) },
      undefined,
      1_000_000,
      false,
    );
    const expected = [...runQuery(collection, { ...queryFor({}), hint: toDoc({ $natural: 1 }) })].flatMap(
      ({ rid, doc: one }) => {
        if (index.partial && !ids(collection, { _id: one["_id"], n: { $gte: 1 } }).length) return [];
        const keys = indexKeys(one, index.fields);
        return index.sparse && !keys.present
          ? []
          : [...keys.keys.values()].map(({ bytes }) => `${bytes.toString("hex")}:${rid}`);
      },
    );
    expect(held.map((entry) => `${Buffer.from(entry.key).toString("hex")}:${entry.rid}`).toSorted()).toEqual(
      expected.toSorted(),
    );
  }
}

const scalar = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom<Value>(null, "a", "b", true));
const fields = fc.record(
  {
    a: fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })),
    n: fc.oneof(scalar, fc.record({ x: scalar })),
    b: fc.array(fc.record({ x: scalar, y: scalar }, { requiredKeys: [] }), { maxLength: 2 }),
    d: scalar,
  },
  { requiredKeys: [] },
);
const condition = fc.oneof(
  scalar,
  fc.record({ $gt: scalar }),
  fc.record({ $gte: scalar, $lt: scalar }),
  fc.record({ $lte: scalar }),
  fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $ne: scalar }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $not: fc.record({ $gt: scalar }) }),
);
const simpleFilter = fc.dictionary(fc.constantFrom("a", "n", "n.x", "b.x", "b.y", "d", "b.0.x"), condition, {
  maxKeys: 3,
});
const filter = fc.oneof(
  { weight: 3, arbitrary: simpleFilter },
  { weight: 1, arbitrary: fc.record({ $or: fc.array(simpleFilter, { minLength: 1, maxLength: 3 }) }) },
);
const sort = fc.oneof(
  fc.constant({}),
  fc.constantFrom({ a: 1 }, { d: -1, a: 1 }, { d: 1, n: -1 }, { "b.x": -1 }, { n: 1 }),
);

const INDEXES = [
  { key: { a: 1 } },
  { key: { d: 1, n: -1 } },
  { key: { "b.x": 1, "b.y": -1, d: 1 } },
  { key: { n: -1, a: 1 }, sparse: true },
  { key: { "n.x": 1 }, partialFilterExpression: { n: { $gte: 1 } } },
];

describe("indexes", () => {
  test("[DB13] any query gives the same documents, in the same order of keys, with and without indexes", () => {
    fc.assert(
      fc.property(
        fc.array(fields, { maxLength: 12 }),
        fc.array(fc.tuple(filter, sort), { minLength: 1, maxLength: 6 }),
        (docs, queries) => {
          const plain = freshCollection();
          const indexed = freshCollection(...INDEXES);
          docs.forEach((one, at) => {
            insert(plain, { _id: at, ...one });
            insert(indexed, { _id: at, ...one });
          });
          for (const [where, order] of queries) {
            const expected = ids(plain, where, order);
            const found = ids(indexed, where, order);
            expect(found.toSorted()).toEqual(expected.toSorted());
            const parsed = parseSort(toDoc(order));
            const keyOf = (id: Value): KeyPart[] =>
              sortKey(toDoc({ ...docs[Number(id)] }), parsed, undefined);
            expect(found.map(keyOf)).toEqual(expected.map(keyOf));
          }
          engine.endTurn();
        },
      ),
      { numRuns: 60 },
    );
  });

  test("[DB1] indexes and counts agree with the documents after any changes, undone ones included", () => {
    const step = fc.record({
      kind: fc.constantFrom("insert", "update", "delete", "fail"),
      id: fc.integer({ min: 0, max: 8 }),
      fields,
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const collection = freshCollection(...INDEXES, {
          key: { d: 1 },
          unique: true,
          partialFilterExpression: { n: { $gte: 1 } },
        });
        for (const { kind, id, fields: next } of steps) {
          const [row] = runQuery(collection, queryFor({ _id: id }));
          const after = toDoc({ _id: id, ...next });
          try {
            engine.statement(() => {
              if (kind === "delete") {
                if (row) deleteDocument(engine, collection, row);
              } else if (row) updateDocument(engine, collection, row, after, "replace");
              else insertDocument(engine, collection, after, encodeDoc(after));
              if (kind === "fail") throw new Error("undo");
            });
          } catch (error) {
            expect(String(error)).toMatch(/undo|E11000|parallel/);
          }
        }
        expectIndexesAgree(collection);
        engine.endTurn();
      }),
      { numRuns: 60 },
    );
  });

  test("[DB14] agenda's lock query walks its index in order and judges keys before documents", () => {
    const jobs = freshCollection({
      name: "lock",
      key: { name: 1, nextRunAt: 1, priority: -1, lockedAt: 1, disabled: 1 },
    });
    const now = new Date(1_000_000);
    for (let at = 0; at < 200; at += 1) insert(jobs, { _id: at, name: "job", nextRunAt: null, priority: 0 });
    insert(jobs, { _id: "due", name: "job", nextRunAt: new Date(5), priority: 0 });
    insert(jobs, { _id: "urgent", name: "job", nextRunAt: new Date(5), priority: 10, lockedAt: null });
    insert(jobs, { _id: "locked", name: "job", nextRunAt: new Date(1), lockedAt: now });
    const lock = {
      name: "job",
      disabled: { $ne: true },
      $or: [{ lockedAt: { $eq: null }, nextRunAt: { $lte: now } }, { lockedAt: { $lte: new Date(0) } }],
    };
    const order = { nextRunAt: 1, priority: -1 };
    const plan = choosePlan(jobs, queryFor(lock, order));
    expect(planOf(jobs, lock, order)).toBe("lock sorted");
    expect(plan.kind === "index" && plan.keyFilter).toBeTypeOf("function");
    let fetched = 0;
    const records = new Proxy(jobs.records, {
      get: (tree, property) => {
        if (property === "get") fetched += 1;
        const value: unknown = Reflect.get(tree, property);
        return typeof value === "function" ? value.bind(tree) : value;
      },
    });
    const found = [...runQuery({ ...jobs, records }, queryFor(lock, order))].map((one) => one.doc["_id"]);
    expect(found).toEqual(["urgent", "due"]);
    expect(fetched).toBe(2);
  });

  test("[DB13] several values of one field and an order on the next are read side by side", () => {
    const calls = freshCollection({ name: "board", key: { status: 1, at: -1 } });
    for (let at = 0; at < 60; at += 1) insert(calls, { _id: at, status: ["a", "b", "c"][at % 3], at });
    const where = { status: { $in: ["a", "c"] }, at: { $lt: 50 } };
    expect(planOf(calls, where, { at: -1 })).toBe("board sorted");
    expect(ids(calls, where, { at: -1 }).slice(0, 4)).toEqual([48, 47, 45, 44]);
    expect(ids(calls, where, { at: 1 }).slice(0, 4)).toEqual([0, 2, 3, 5]);
    expect(planOf(calls, where, { at: 1, other: 1 })).toBe("board");
  });

  test("[DB15] partial and sparse indexes serve only what they hold", () => {
    const some = freshCollection(
      { name: "p", key: { a: 1 }, partialFilterExpression: { state: { $in: ["on"] }, a: { $exists: true } } },
      { name: "s", key: { s: 1 }, sparse: true },
    );
    expect(planOf(some, { a: 1 })).toBe("scan");
    expect(planOf(some, { a: 1, state: "on" })).toBe("p sorted");
    expect(planOf(some, { s: null })).toBe("scan");
    expect(planOf(some, { s: 4 })).toBe("s sorted");
    expect(planOf(some, {}, { s: 1 })).toBe("scan");
  });

  test("[DB21] expired documents go, others and those without a date stay", () => {
    const sessions = freshCollection({ key: { expiresAt: 1 }, expireAfterSeconds: 10 });
    insert(sessions, { _id: 1, expiresAt: new Date(0) });
    insert(sessions, { _id: 2, expiresAt: new Date(5000) });
    insert(sessions, { _id: 3, expiresAt: "never" });
    insert(sessions, { _id: 4, expiresAt: [new Date(99_000), new Date(1)] });
    expect(removeExpired(engine, 12_000)).toBe(2);
    expect(ids(sessions, {})).toEqual([2, 3]);
  });

  test("[DB3] a statement that fails midway leaves nothing behind", () => {
    const target = freshCollection({ key: { a: 1 }, unique: true });
    expect(() =>
      engine.statement(() => {
        for (const a of [1, 2, 1])
          insertDocument(
            engine,
            target,
            toDoc({ _id: a * 10 + target.count, a }),
            encodeDoc(toDoc({ _id: a, a })),
          );
      }),
    ).toThrow(/E11000/);
    expectIndexesAgree(target);
    expect(target.count).toBe(0);
  });
});
