import { CallQueries } from "#server/calls/call-queries.ts";
import { callHead } from "#server/calls/testing/scripted-sides.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { beforeAll, describe, expect, test } from "vitest";

const database = useTestDatabase();
const id = (number: number) => `call_${String(number).padStart(6, "0")}`;
const OWN = { businessId: "biz_own" };
let queries: CallQueries;

/** 5,200 calls of one business, all alike but the ones named here, and one of another. */
const NAMED: Record<number, object> = {
  10: { outcome: "appointment_booked", consumerName: "Zora Quill" },
  5_150: { outcome: "appointment_booked", consumerName: "Ada (Ms) Hollis" },
  5_190: { outcome: "appointment_booked", objective: "Ask about the ROOF." },
};

beforeAll(async () => {
  queries = new CallQueries(database().connection);
  const { summary } = callHead(0);
  const row = (number: number, businessId: string) => ({
    _id: id(number),
    businessId,
    consumerId: "acc_1",
    status: number === 10 ? "failed" : "completed",
    summary: { ...summary, callId: id(number), outcome: "not_interested", ...NAMED[number] },
  });
  const rows = Array.from({ length: 5_200 }, (_, number) => row(number, OWN.businessId));
  const calls = database().db.collection<{ _id: string }>("calls");
  await calls.insertMany(rows.map((one) => ({ ...one, personKey: one._id })));
  await calls.insertOne(row(9_000, "biz_other"));
});

describe("[CL290] a list of calls", () => {
  const ids = async (page: Omit<Parameters<CallQueries["list"]>[1], "limit">, limit = 50) => {
    const { calls, next } = await queries.list(OWN, { ...page, limit });
    return { ids: calls.map((call) => call.callId), next };
  };

  test.each([
    ["part of a name, in any case", { search: "hollis" }, 5_150],
    ["part of an objective", { search: "the roof" }, 5_190],
    ["signs that mean something to a pattern", { search: "(ms)" }, 5_150],
  ])("finds %s", async (_, page, found) => {
    expect((await ids(page)).ids).toEqual([id(found)]);
  });

  test("a pattern is only text", async () => {
    expect((await ids({ search: ".*" })).ids).toEqual([]);
    expect((await ids({ search: "a|b" })).ids).toEqual([]);
  });

  test("goes by outcome, together with words", async () => {
    expect((await ids({ outcome: "appointment_booked" })).ids).toEqual([id(5_190), id(5_150)]);
    expect((await ids({ outcome: "appointment_booked", search: "hollis" })).ids).toEqual([id(5_150)]);
  });

  test("with a filter looks at 5,000 calls in one request, and the next one goes on", async () => {
    const first = await ids({ search: "zora" });
    expect(first).toEqual({ ids: [], next: id(200) });
    expect(await ids({ search: "zora", before: id(200) })).toEqual({ ids: [id(10)], next: null });
    expect(await ids({ status: "failed", before: id(200) })).toEqual({ ids: [id(10)], next: null });
  });

  test("never shows another business's calls, whatever is asked for", async () => {
    const { calls } = await queries.list({ businessId: "biz_other" }, { search: "a", limit: 50 });
    expect(calls.map((call) => call.callId)).toEqual([id(9_000)]);
    expect((await ids({ before: id(9_001) }, 1)).ids).toEqual([id(5_199)]);
  });
});
