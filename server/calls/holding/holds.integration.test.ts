import { callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { Failure } from "#server/lib/failure.ts";
import { eventFor } from "#shared/call/events.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
const notPossible = new Failure("NOT_POSSIBLE");
let people = 0;

/** A call in line, its business, and two supervisors. */
async function callInLine() {
  const bench = callsBench(database());
  const leadId = `lead_held${++people}`;
  const { call_id: callId } = await bench.calls.request(bench.business, {
    leadId,
    objective: "Agree on a visit.",
  });
  const supervisor = (name: string) =>
    ({
      email: "x@people.test",
      businessId: null,
      accountId: `acc_${name}${people}`,
      name,
      role: "supervisor",
    }) as const;
  const events = async () => (await bench.calls.access.events(bench.business, callId, 0)).events;
  /** As the owner of its stream would have stored it. */
  const talk = async ({ opened = true } = {}) => {
    const attempt = { attemptId: `att_held${people}`, number: 1, from: "+16505550100", placeId: "p" };
    const times = { answeredAt: 0, connectedAts: [0], streams: 1 };
    const state = {
      phase: "talking" as const,
      attempt,
      carrierCallId: `CAheld${people}`,
      epoch: 1,
      ...times,
    };
    await bench.documents.updateOne({ _id: callId }, { $set: { status: "in_progress", state, epoch: 1 } });
    if (!opened) return;
    const { seq } = await bench.calls.access.view(bench.business, callId);
    const heard = { seq: seq + 1, at: "2026-11-24T15:00:00Z", type: "opening.heard" as const, atMs: 9000 };
    await bench.documents.updateOne({ _id: callId }, { $set: { seq: seq + 1 }, $push: { journal: heard } });
  };
  return { ...bench, callId, dana: supervisor("Dana"), eve: supervisor("Eve"), events, talk };
}

test("[CL354] two who take the same call at once: one has it, the other is told who; nobody takes one that does not talk yet", async () => {
  const { calls, callId, dana, eve, business, events, talk } = await callInLine();
  await expect(calls.holds.takeOver(dana, callId)).rejects.toEqual(notPossible);
  await talk({ opened: false });
  await expect(calls.holds.takeOver(dana, callId)).rejects.toEqual(notPossible);
  await talk();
  const results = await Promise.allSettled([dana, eve].map((who) => calls.holds.takeOver(who, callId)));
  const [winner, loser] = results[0]?.status === "fulfilled" ? [dana, eve] : [eve, dana];
  expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  const held = new Failure("HELD", { holderName: winner.name });
  await expect(calls.holds.takeOver(loser, callId)).rejects.toEqual(held);
  await expect(calls.holds.giveBack(loser, callId)).rejects.toEqual(held);
  // Again by the same person changes nothing.
  expect(await calls.holds.takeOver(winner, callId)).toEqual({ callId, holder: "person" });
  expect((await events()).filter(({ type }) => type === "holder.changed")).toHaveLength(1);
  const { holder, holderId, holderName } = await calls.access.view(business, callId);
  expect({ holder, holderId, holderName }).toEqual({
    holder: "person",
    holderId: winner.accountId,
    holderName: winner.name,
  });
});

test("[CL358] the holder gives it back with an instruction that the consumer does not see; a holder who is gone does not hold it for ever", async () => {
  const { calls, callId, dana, business, events, talk } = await callInLine();
  await talk();
  await expect(calls.holds.giveBack(dana, callId)).rejects.toEqual(notPossible);
  await calls.holds.takeOver(dana, callId);
  expect(await calls.holds.giveBack(dana, callId, "canary")).toEqual({ callId, holder: "agent" });
  const [given] = (await events()).slice(-1);
  expect(given).toMatchObject({ type: "holder.changed", holder: "agent", instruction: "canary" });
  if (given !== undefined) expect(JSON.stringify(eventFor("consumer", given))).not.toContain("canary");
  await calls.holds.takeOver(dana, callId);
  await calls.holds.lapsed(callId, "acc_somebody_else");
  expect((await calls.access.view(business, callId)).holder).toBe("person");
  await calls.holds.lapsed(callId, dana.accountId);
  await calls.holds.lapsed(callId, dana.accountId);
  expect((await calls.access.view(business, callId)).holder).toBe("agent");
  expect((await events()).filter(({ type }) => type === "holder.changed")).toHaveLength(4);
});

test("[CL354] a foreign call can't be taken", async () => {
  const { calls, callId, business, talk } = await callInLine();
  await talk();
  const stranger = { ...business, businessId: "biz_another" };
  await expect(calls.holds.takeOver(stranger, callId)).rejects.toEqual(new Failure("NOT_FOUND"));
  await expect(calls.holds.giveBack(stranger, callId)).rejects.toEqual(new Failure("NOT_FOUND"));
});
