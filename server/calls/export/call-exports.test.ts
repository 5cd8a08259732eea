import type { Caller } from "#server/accounts/caller.ts";
import { CallExports, type Export, maskedName } from "#server/calls/export/call-exports.ts";
import { callHead } from "#server/calls/testing/scripted-sides.ts";
import { Failure } from "#server/lib/failure.ts";
import { EMPTY_CALL_VIEW } from "#shared/call/view.ts";
import { expect, test } from "vitest";

const bea: Caller = {
  accountId: "acc_bea",
  name: "Bea",
  email: "bea@people.test",
  role: "business",
  businessId: "biz_1",
};

/** 250 calls, and one talk. */
function exportsOf() {
  const asked: unknown[] = [];
  const acts: string[] = [];
  const call = callHead(0);
  const calls = Array.from({ length: 250 }, (_, index) => ({
    ...call.summary,
    callId: `call_${index}`,
    consumerName: "Maria Lopez",
    objective: "=1+1, or so",
  }));
  const deps = {
    access: {
      async head(_by: Caller, callId: string) {
        if (callId !== call._id) throw new Failure("NOT_FOUND");
        return call;
      },
      async list(_by: Caller, page: { before?: string | undefined; limit: number }) {
        asked.push(page);
        const from = page.before === undefined ? 0 : Number(page.before);
        const next = from + page.limit < calls.length ? String(from + page.limit) : null;
        return { calls: calls.slice(from, from + page.limit), next };
      },
      view: async () => ({
        ...EMPTY_CALL_VIEW,
        transcript: [
          { segmentId: "s", speaker: "consumer" as const, text: 'He said "no"', startMs: 5, endMs: 9 },
        ],
      }),
    },
    audit: { record: async (_by: Caller, act: string) => void acts.push(act) },
    limits: { take: async () => ({ ok: acts.length < 2, hitId: "hit", retryAfterSeconds: 60 }) as never },
  };
  return { exports: new CallExports(deps), asked, acts, call };
}

async function textOf({ text }: Export): Promise<string> {
  let whole = "";
  for await (const piece of text) whole += piece;
  return whole;
}

test("[CL370] [CL372] calls come a page at a time while they are taken, masked, and the export is an act", async () => {
  const { exports, asked, acts } = exportsOf();
  const file = await exports.calls(bea, { status: "completed" }, "csv");
  expect([file.fileName, acts, asked]).toEqual(["calls.csv", ["exported"], []]);
  const pieces = file.text[Symbol.asyncIterator]();
  await pieces.next();
  await pieces.next();
  expect(asked).toEqual([{ status: "completed", before: undefined, limit: 100 }]);
  const lines = (await textOf(await exports.calls(bea, {}, "csv"))).trimEnd().split("\r\n");
  expect(lines).toHaveLength(251);
  expect(lines[0]).toMatch(/^\uFEFFcallId,requestedAt,status/);
  expect(lines[1]).toContain(`Maria L.,•••• 0123,"'=1+1, or so"`);
  expect(lines.join("")).not.toContain("Lopez");
});

test("[CL370] JSON is whole, also when there is nothing", async () => {
  const { exports } = exportsOf();
  const { calls } = JSON.parse(await textOf(await exports.calls(bea, {}, "json")));
  expect(calls).toHaveLength(250);
  expect(calls[249]).toMatchObject({ callId: "call_249", consumer: "Maria L." });
});

test("[CL370] a transcript is exported by whoever may see the call, and not by a signed link", async () => {
  const { exports, call, acts } = exportsOf();
  const csv = await textOf(await exports.transcript(bea, call._id, "csv"));
  expect(csv.split("\r\n")[1]).toBe('5,9,consumer,"He said ""no""",,no');
  await expect(exports.transcript(bea, "call_foreign", "csv")).rejects.toMatchObject({ code: "NOT_FOUND" });
  const linked: Caller = { ...bea, role: "consumer", businessId: null, onlyCallId: call._id };
  await expect(exports.transcript(linked, call._id, "csv")).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(exports.calls(linked, {}, "csv")).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(acts).toEqual(["exported"]);
});

test("[CL372] too many exports in an hour are refused", async () => {
  const { exports } = exportsOf();
  await exports.calls(bea, {}, "csv");
  await exports.calls(bea, {}, "csv");
  await expect(exports.calls(bea, {}, "csv")).rejects.toMatchObject({ code: "RATE_LIMITED" });
});

test.each([
  ["Maria Lopez", "Maria L."],
  ["Maria de la Cruz", "Maria C."],
  ["Maria", "Maria"],
  ["", ""],
])("[CL372] the name %s is masked", (name, masked) => {
  expect(maskedName(name)).toBe(masked);
});
