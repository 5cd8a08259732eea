import { callsBench } from "#server/calls/testing/calls-bench.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { Failure } from "#server/lib/failure.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
let people = 0;

/** A call in line, its two sides, and a supervisor. */
async function callInLine() {
  const bench = callsBench(database());
  const consumerId = `lead_steered${++people}`;
  const objective = "Agree on a visit this week";
  const { call_id: callId } = await bench.calls.request(bench.business, { leadId: consumerId, objective });
  const other = { email: "x@people.test", businessId: null };
  const consumer = { ...other, accountId: consumerId, name: "Maria", role: "consumer" as const };
  const accountId = `acc_dana${people}`;
  const supervisor = { ...other, accountId, name: "Dana", role: "supervisor" as const };
  const events = async (caller: typeof consumer | typeof supervisor) =>
    (await bench.calls.access.events(caller, callId, 0)).events;
  /** As the owner of its stream would have stored it. */
  const talk = () => bench.documents.updateOne({ _id: callId }, { $set: { status: "in_progress" } });
  return { ...bench, callId, consumer, supervisor, events, talk };
}

test("[CL344] only the agent of a call that talks can be steered; foreign calls do not exist", async () => {
  const { calls, callId, supervisor, business, events, talk } = await callInLine();
  const { steering } = calls;
  const notPossible = new Failure("NOT_POSSIBLE");
  await expect(steering.whisper(supervisor, callId, "Ask.")).rejects.toEqual(notPossible);
  await expect(steering.sayExactly(business, callId, "Hello.")).rejects.toEqual(notPossible);
  await talk();
  const { steerId } = await steering.whisper(supervisor, callId, "Ask about insurance.");
  await steering.sayExactly(business, callId, "One moment please.");
  const steers = (await events(supervisor)).filter(({ type }) => type.startsWith("steer."));
  expect(steers).toMatchObject([
    { type: "steer.whispered", steerId, text: "Ask about insurance.", by: { name: "Dana" } },
    { type: "steer.said", text: "One moment please.", by: { name: "Bea" } },
  ]);
  const stranger = { ...business, businessId: "biz_another" };
  const notFound = new Failure("NOT_FOUND");
  await expect(steering.whisper(stranger, callId, "Ask.")).rejects.toEqual(notFound);
  await expect(steering.addNote(stranger, callId, "Note.")).rejects.toEqual(notFound);
  await expect(steering.flag(stranger, callId, "Flag.")).rejects.toEqual(notFound);
});

test("[CL344] the consumer sees neither whispers nor exact words, notes or flags", async () => {
  const { calls, callId, supervisor, consumer, events, talk } = await callInLine();
  const { steering } = calls;
  await talk();
  await steering.whisper(supervisor, callId, "canary one");
  await steering.sayExactly(supervisor, callId, "canary two");
  await steering.addNote(supervisor, callId, "canary three");
  await steering.flag(supervisor, callId, "canary four");
  const seen = await events(consumer);
  expect(seen.map(({ seq }) => seq)).toEqual((await events(supervisor)).map(({ seq }) => seq));
  expect(seen.slice(-4).map(({ type }) => type)).toEqual(["hidden", "hidden", "hidden", "hidden"]);
  const view = await calls.access.view(consumer, callId);
  expect(JSON.stringify([seen, view])).not.toContain("canary");
  expect([view.steers, view.notes, view.flags]).toEqual([[], [], []]);
});

test("[CL345] notes and flags come in every state, also after the end, with who and when", async () => {
  const { calls, callId, supervisor, consumer, documents } = await callInLine();
  const { steering } = calls;
  await steering.addNote(supervisor, callId, "Knows the house.");
  await calls.stops.cancel(consumer, callId);
  const { noteId } = await steering.addNote(supervisor, callId, "Cancelled twice before.");
  await steering.flag(supervisor, callId, "Call by hand.");
  const view = await calls.access.view(supervisor, callId);
  expect(view.status).toBe("cancelled");
  expect(view.notes.map(({ text, by }) => [text, "name" in by && by.name])).toEqual([
    ["Knows the house.", "Dana"],
    ["Cancelled twice before.", "Dana"],
  ]);
  expect(view.notes[1]?.noteId).toBe(noteId);
  expect(view.flags).toMatchObject([{ reason: "Call by hand.", by: { name: "Dana" } }]);
  expect((await documents.findOne({ _id: callId }))?.summary.lastFlag).toBe("Call by hand.");
  const archive = database().connection.collection("callEvents");
  expect(await archive.countDocuments({ callId, "event.type": "flag.raised" })).toBe(1);
});

test("[CL341] an owner that was told nothing finds its orders, by the minute in which they were given", async () => {
  const { calls, callId, supervisor, talk, clock } = await callInLine();
  await talk();
  const before = new Date(clock.nowMs() - 1);
  await calls.steering.whisper(supervisor, callId, "Ask about insurance.");
  const { seq } = await calls.access.view(supervisor, callId);
  expect(await calls.queries.steeredSince(before)).toContainEqual({ callId, steerSeq: seq });
  const later = await calls.queries.steeredSince(new Date(clock.nowMs()));
  expect(later.map((row) => row.callId)).not.toContain(callId);
});

test("[CL344] one account steers sixty times a minute", async () => {
  const { calls, callId, supervisor, talk, clock } = await callInLine();
  await talk();
  for (let times = 0; times < 60; times++) await calls.steering.whisper(supervisor, callId, "Ask.");
  await expect(calls.steering.sayExactly(supervisor, callId, "Hello.")).rejects.toMatchObject({
    code: "RATE_LIMITED",
  });
  await calls.steering.addNote(supervisor, callId, "Notes have places of their own.");
  clock.advance(60_000);
  await calls.steering.sayExactly(supervisor, callId, "Hello.");
});
