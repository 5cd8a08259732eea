import * as fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compilePipeline } from "#server/database/embedded/aggregate/pipeline.ts";
import type { Environment } from "#server/database/embedded/aggregate/scope.ts";
import { buildQuery, countMatching } from "#server/database/embedded/commands/select.ts";
import { insertOne, updateMatching } from "#server/database/embedded/commands/statements.ts";
import { runQuery } from "#server/database/embedded/planner/execute.ts";
import {
  addFilterFields,
  addGroupFields,
  addProjectionFields,
} from "#server/database/embedded/query/fields-read.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import { parseProjection } from "#server/database/embedded/query/projection.ts";
import { buildIndex } from "#server/database/embedded/storage/documents.ts";
import { Engine } from "#server/database/embedded/storage/engine.ts";
import { parseIndexSpec } from "#server/database/embedded/storage/index-spec.ts";
import { openStore } from "#server/database/embedded/storage/schema.ts";
import { anyDoc, toDoc } from "#server/database/embedded/test-values.ts";
import { checkFile } from "#server/database/embedded/transfer/check.ts";
import { decodeDoc, decodeFields } from "#server/database/embedded/values/decode.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { newDoc, RawDocument } from "#server/database/embedded/values/value.ts";

const environment: Environment = { collator: undefined, variables: new Map(), now: new Date(0) };
const NO_HOST = { find: () => [], count: () => 0, checkTime: () => undefined };
const INDEXES = [
  { key: { n: 1 } },
  { key: { "a.x": 1, n: -1 } },
  { key: { list: 1 } },
  { key: { "a.y": 1 }, partialFilterExpression: { "b.x": { $exists: true } } },
  { key: { "b.y": 1 }, sparse: true },
];
let folder: string;
let path: string;
let made = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringside-partial-"));
  path = join(folder, "ringside.db");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scalar = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(null, "s", "t", true));
const inner = fc.record({ x: scalar, y: scalar }, { requiredKeys: [] });
const fields = fc.record(
  { n: scalar, a: inner, b: inner, list: fc.array(scalar, { maxLength: 3 }), rest: fc.array(inner) },
  { requiredKeys: [] },
);
const path_ = fc.constantFrom("n", "a", "a.x", "a.y", "b", "b.x", "b.y", "list", "rest", "rest.0.x");
const filter = fc.oneof(
  fc.constant({}),
  fc.record({ n: scalar }),
  fc.record({ "a.x": scalar }),
  fc.record({ rest: fc.record({ $elemMatch: fc.record({ x: scalar }) }) }),
  fc.record({ $or: fc.tuple(fc.record({ "b.y": scalar }), fc.record({ list: scalar })) }),
  fc.record({ $expr: fc.record({ $eq: fc.tuple(fc.constant("$a.x"), scalar) }) }),
);
const update = fc.oneof(
  fc.record({ $set: fc.dictionary(path_, fc.oneof(scalar, inner), { minKeys: 1, maxKeys: 2 }) }),
  fc.record({ $unset: fc.dictionary(path_, fc.constant(""), { minKeys: 1, maxKeys: 2 }) }),
  fc.record({ $inc: fc.dictionary(fc.constantFrom("n", "a.x", "b.y"), fc.constant(1), { minKeys: 1 }) }),
  fc.record({ $push: fc.record({ list: fc.record({ $each: fc.array(scalar), $slice: fc.constant(-2) }) }) }),
  fc.record({ $rename: fc.constantFrom({ a: "b" }, { "a.x": "c" }, { list: "rest" }, { rest: "a" }) }),
  fc.record({ n: scalar, a: inner }),
);

test("[DB31] an update that decodes only what it looks at does the same as one that decodes everything, indexes included", () => {
  const engine = new Engine(openStore(path));
  const collection = () => {
    made += 1;
    const one = engine.ensureCollection(`test.c${made}`, newDoc());
    for (const spec of INDEXES) {
      engine.statement(() =>
        buildIndex(engine, one, engine.catalog.addIndex(one, parseIndexSpec(toDoc(spec)))),
      );
    }
    return one;
  };
  const statement = (where: object, change: object, multi: boolean, isShown: boolean) => ({
    filter: toDoc(where),
    update: toDoc(change),
    arrayFilters: undefined,
    multi,
    upsert: false,
    sort: newDoc(),
    hint: undefined,
    isShown,
  });
  fc.assert(
    fc.property(
      fc.array(fields, { minLength: 1, maxLength: 6 }),
      fc.array(fc.tuple(filter, update, fc.boolean()), { minLength: 1, maxLength: 5 }),
      (docs, changes) => {
        const [whole, part] = [collection(), collection()];
        const run = (ns: string, isShown: boolean, [where, change, multi]: (typeof changes)[number]) => {
          const context = { engine, ns, environment, checkTime: () => undefined };
          try {
            const { matched, modified } = updateMatching(context, statement(where, change, multi, isShown));
            return { matched, modified };
          } catch (error) {
            return String(error);
          }
        };
        for (const [at, doc] of docs.entries()) {
          for (const into of [whole, part]) {
            const one = toDoc({ _id: at, ...doc });
            insertOne(
              { engine, ns: into.ns, environment, checkTime: () => undefined },
              into,
              one,
              encodeDoc(one),
            );
          }
        }
        for (const change of changes)
          expect(run(part.ns, false, change)).toEqual(run(whole.ns, true, change));
        const stored = ({ records }: typeof whole) =>
          records.scan(0, 100, false).map(({ bytes }) => Buffer.from(bytes).toString("hex"));
        expect(stored(part)).toEqual(stored(whole));
        engine.endTurn();
      },
    ),
    { numRuns: 80 },
  );
  engine.close();
  expect(checkFile(path).problems).toEqual([]);
});

test("[DB31] a projection shows the same of a document that is decoded as far as the projection looks into it", () => {
  const one = fc.constantFrom("a", "b", "c", "a.b", "b.a", "__proto__");
  const shown = fc.tuple(fc.constantFrom(0, 1, true, false), fc.uniqueArray(one, { minLength: 1 }));
  fc.assert(
    fc.property(anyDoc, shown, (doc, [value, paths]) => {
      const free = paths.filter((name) => !paths.some((other) => name.startsWith(`${other}.`)));
      const spec = newDoc();
      for (const name of free) spec[name] = value;
      const project = parseProjection(spec, environment, {
        kind: "find",
        filter: parseFilter(newDoc(), environment),
      });
      const looked = new Set<string>();
      expect(addProjectionFields(spec, looked)).toBe(true);
      const bytes = encodeDoc(doc);
      const part = project?.(decodeFields(bytes, looked));
      expect(encodeDoc(part ?? newDoc())).toEqual(encodeDoc(project?.(decodeDoc(bytes)) ?? newDoc()));
    }),
  );
  const computed = toDoc({ a: { $size: "$b" } });
  expect(addProjectionFields(computed, new Set())).toBe(false);
});

test("[DB31] counts and groups are those of whole documents, with and without indexes", () => {
  const engine = new Engine(openStore(join(folder, "counts.db")));
  const group = fc.record({
    _id: fc.constantFrom(null, "$n", "$a.x", "$list", "$a", "const"),
    sum: fc.constantFrom({ $sum: 1 }, { $sum: "$a.x" }, { $max: "$b.y" }, { $push: "$rest" }),
    any: fc.constantFrom({ $first: "$b" }, { $first: "$$ROOT" }, { $push: { $ifNull: ["$n", 0] } }),
  });
  fc.assert(
    fc.property(fc.array(fields, { maxLength: 8 }), filter, group, (docs, where, spec) => {
      made += 1;
      const one = engine.ensureCollection(`test.g${made}`, newDoc());
      const context = { engine, ns: one.ns, environment, checkTime: () => undefined };
      for (const index of INDEXES)
        engine.statement(() =>
          buildIndex(engine, one, engine.catalog.addIndex(one, parseIndexSpec(toDoc(index)))),
        );
      const stored = docs.map((doc, at) => toDoc({ _id: at, ...doc }));
      for (const doc of stored) insertOne(context, one, doc, encodeDoc(doc));
      const query = { filter: toDoc(where), sort: newDoc(), skip: 0, limit: 0, hint: undefined };
      const built = buildQuery(query, environment, () => undefined);
      const found = [...runQuery(one, built)].map(({ doc }) => doc);
      expect(countMatching(one, built)).toBe(found.length);
      const looked = new Set(["_id"]);
      const isKnown = addGroupFields(toDoc(spec), looked) && addFilterFields(built.filter, looked);
      const part = [...runQuery(one, { ...built, fields: isKnown ? looked : undefined })].map(
        ({ doc }) => doc,
      );
      const run = compilePipeline([toDoc({ $group: spec })], environment, NO_HOST);
      expect([...run(part)].map(encodeDoc)).toEqual([...run(found)].map(encodeDoc));
      engine.endTurn();
    }),
    { numRuns: 80 },
  );
  engine.close();
});

test("[DB31] what nobody looks into stays as its bytes, and bad lengths are refused all the same", () => {
  const bytes = encodeDoc(toDoc({ a: { x: 1 }, list: [1, 2], n: 5 }));
  const part = decodeFields(bytes, new Set(["a"]));
  expect(part["a"]).toEqual(toDoc({ x: 1 }));
  expect(part["list"]).toBeInstanceOf(RawDocument);
  expect(part["n"]).toBe(5);
  expect(encodeDoc(part)).toEqual(bytes);
  const broken = Buffer.from(bytes);
  const at = broken.indexOf("list") + 5;
  broken.writeInt32LE(10_000, at);
  expect(() => decodeFields(broken, new Set())).toThrow(/not valid BSON/);
});
