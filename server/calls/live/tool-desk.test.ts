import { AGENT_TOOLS } from "#server/calls/live/agent-tools.ts";
import { actorBench, agentSays, openCall } from "#server/calls/testing/actor-bench.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import type { ToolView } from "#shared/call/view.ts";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof actorBench>;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** The person answers the opening. */
function personSpeaks({ voiceSays }: Bench) {
  voiceSays().speechStarted({ itemId: "u1" });
  voiceSays().speechStopped({ itemId: "u1", isNoise: false });
  voiceSays().consumerWords({ itemId: "u1", text: "Yes, that is me.", final: true, audioSeconds: 1 });
}

/** A call whose opening was heard and answered. */
function answeredCall(): Bench {
  const bench = openCall();
  personSpeaks(bench);
  return bench;
}

/** Another server takes the call over after these tools. */
async function takenOver(...tools: ToolView[]): Promise<Bench> {
  const bench = actorBench([], { openingHeard: true, tools });
  bench.join();
  await nextTurn();
  personSpeaks(bench);
  return bench;
}

function caller({ voiceSays }: Bench) {
  let calls = 0;
  return (name: string, given: unknown = {}, toolCallId = `t${++calls}`) => {
    const argumentsJson = typeof given === "string" ? given : JSON.stringify(given);
    voiceSays().toolCalled({ toolCallId, itemId: `f${calls}`, name, argumentsJson });
  };
}

const eventsOf = <Type extends NewCallEvent["type"]>({ recorded }: Bench, type: Type) =>
  recorded.filter((event): event is Extract<NewCallEvent, { type: Type }> => event.type === type);
/** In the order of the calls, whichever returned first. */
const results = (bench: Bench) => {
  const returned = new Map(eventsOf(bench, "tool.returned").map((event) => [event.toolCallId, event]));
  return eventsOf(bench, "tool.called").flatMap(({ toolCallId }) => {
    const event = returned.get(toolCallId);
    return event === undefined ? [] : [{ ok: event.ok, result: event.result }];
  });
};
const CONFIRM = { words: "Yes, that is me." };
const NOTE = { topic: "What happened", answer: "The roof leaks" };

test("[CL80] name and need come to the model only with confirm_person, after somebody spoke, and once", async () => {
  const bench = openCall();
  const call = caller(bench);
  expect(JSON.stringify(bench.sessions[0]?.options)).not.toMatch(/Maria|leaking roof/);
  call("confirm_person", CONFIRM);
  await nextTurn();
  personSpeaks(bench);
  call("record_answer", NOTE);
  call("confirm_person", CONFIRM);
  call("confirm_person", CONFIRM);
  call("record_answer", NOTE);
  await nextTurn();
  expect(results(bench).map(({ ok }) => ok)).toEqual([false, false, true, false, true]);
  expect(results(bench).flatMap(({ result }) => /\{.*\}/.exec(result) ?? [])).toEqual([
    '{"name":"Maria","need":"A leaking roof"}',
  ]);
});

test("[CL80] the ways out and a human are there for everybody, confirmed or not", async () => {
  const bench = openCall();
  const call = caller(bench);
  call("request_person", { reason: "They want a human" });
  call("mark_do_not_call");
  call("end_call", { reason: "wrong_number" });
  await nextTurn();
  expect(results(bench).every(({ ok }) => ok)).toBe(true);
  expect(bench.optOuts).toEqual(["spoken"]);
});

test("[CL80] another model of the same call gets the details again, a later owner knows that it is them", async () => {
  const bench = answeredCall();
  const call = caller(bench);
  call("confirm_person", CONFIRM);
  await nextTurn();
  bench.voiceSays().closed({ reason: "lost", fatal: false });
  bench.clock.advance(200);
  await nextTurn();
  call("confirm_person", CONFIRM);
  await nextTurn();
  expect(results(bench).map(({ ok }) => ok)).toEqual([true, true]);
  const later = await takenOver(toolView("t1", "confirm_person", "Confirmed."));
  caller(later)("record_answer", NOTE, "t2");
  await nextTurn();
  expect(results(later)).toEqual([{ ok: true, result: "Noted." }]);
});

test("[CL85] a human who is asked for is a flag by the system, once; the model is told what it may promise", async () => {
  const bench = openCall();
  const call = caller(bench);
  call("request_person", { reason: "They are upset" });
  call("request_person", { reason: "They are still upset" });
  await nextTurn();
  expect(eventsOf(bench, "flag.raised")).toEqual([
    {
      type: "flag.raised",
      by: { kind: "system" },
      reason: "The person on the phone asks for a human: They are upset",
    },
  ]);
  expect(results(bench)[0]?.result).toContain("promise no time");
});

test("[CL84] wait_for_user ends the turn without words", async () => {
  const bench = openCall();
  caller(bench)("wait_for_user");
  await nextTurn();
  expect(bench.asked.at(-1)).toBe("tool t1 false");
  expect(bench.ended).toEqual([]);
});

test("[CL83] each call is journalled before and after, refused ones as well, and none runs twice", async () => {
  const bench = answeredCall();
  const call = caller(bench);
  call("record_answer", NOTE, "same");
  call("record_answer", NOTE, "same");
  call("transfer", { to: "+19005550123" });
  await nextTurn();
  const kinds = bench.recorded.map(({ type }) => type).filter((type) => type.startsWith("tool."));
  expect(kinds.toSorted()).toEqual(
    ["tool.called", "tool.called", "tool.refused", "tool.returned", "tool.returned"].toSorted(),
  );
  expect(eventsOf(bench, "tool.called")[1]).toMatchObject({
    name: "transfer",
    arguments: { unusable: '{"to":"+19005550123"}' },
  });
  const later = await takenOver(toolView("t1", "confirm_person", "Confirmed."));
  caller(later)("confirm_person", CONFIRM, "t1");
  await nextTurn();
  expect(results(later)).toEqual([]);
});

test("[CL82] ten thousand calls: thirty are read, the rest is counted, and the person can still leave", async () => {
  const bench = answeredCall();
  const call = caller(bench);
  call("confirm_person", CONFIRM);
  for (let n = 0; n < 10_000; n++) call("record_answer", NOTE);
  call("mark_do_not_call");
  call("end_call", { reason: "opted_out" });
  await nextTurn();
  expect(results(bench)).toHaveLength(32);
  expect(eventsOf(bench, "tool.refused").map(({ count }) => count)).toEqual(
    Array.from({ length: 14 }, (_, power) => 2 ** power),
  );
  expect(bench.optOuts).toEqual(["spoken"]);
});

test("[CL82] end_call ten thousand times is ten pairs of rows", async () => {
  const bench = answeredCall();
  const call = caller(bench);
  for (let n = 0; n < 10_000; n++) call("end_call");
  await nextTurn();
  expect(results(bench)).toHaveLength(10);
});

test("[CL82] five acts in a minute are enough; the minute slides", async () => {
  const bench = answeredCall();
  const call = caller(bench);
  for (let n = 0; n < 6; n++) call("request_person", { reason: "Please" });
  await nextTurn();
  expect(results(bench).map(({ ok }) => ok)).toEqual([true, true, true, true, true, false]);
  bench.clock.advance(60_000);
  call("request_person", { reason: "Please" });
  await nextTurn();
  expect(results(bench).at(-1)?.ok).toBe(true);
});

test("[CL82] five unusable calls in a row end tool use, also for whoever takes the call over; the ways out stay", async () => {
  const bench = answeredCall();
  const call = caller(bench);
  const usable = () => call("confirm_person", CONFIRM);
  for (const given of ["{", "null", "[]", '{"words":7}']) call("confirm_person", given);
  usable();
  for (const name of ["tel:+1900", "__proto__", "constructor", "lookup_lead", ""]) call(name);
  await nextTurn();
  usable();
  call("mark_do_not_call", "{not json");
  await nextTurn();
  expect(results(bench).map(({ ok }) => ok)).toEqual([
    ...Array(4).fill(false),
    true,
    ...Array(5).fill(false),
    true,
  ]);
  const last = eventsOf(bench, "tool.returned").findLast(({ ok }) => !ok);
  const later = await takenOver(toolView("t1", "nonsense", last?.result ?? "", false));
  caller(later)("confirm_person", CONFIRM, "t2");
  await nextTurn();
  expect(results(later)).toEqual([]);
});

test("[CL84] a megabyte of arguments is refused unread, and so is what comes after the end", async () => {
  const bench = answeredCall();
  const call = caller(bench);
  call("record_answer", JSON.stringify({ topic: "t", answer: "a".repeat(1_000_000) }));
  call("record_answer", JSON.stringify({ topic: "t", answer: "ä".repeat(4200) }));
  await nextTurn();
  expect(results(bench)).toEqual([
    { ok: false, result: "The arguments are too long." },
    { ok: false, result: "The arguments are too long." },
  ]);
  expect(JSON.stringify(bench.recorded).length).toBeLessThan(5000);
  bench.voiceSays().speechStarted({ itemId: "u2" });
  const released = bench.actor.release("over");
  call("request_person", { reason: "Late" });
  call("end_call");
  bench.clock.advance(5000);
  await released;
  expect(eventsOf(bench, "flag.raised")).toEqual([]);
  expect(eventsOf(bench, "tool.refused").map(({ count }) => count)).toEqual([1, 2]);
  expect(bench.ended).toEqual([]);
});

test("[CL84] numbers, addresses and foreign ids beside the arguments are dropped before anybody reads them", async () => {
  const bench = answeredCall();
  const call = caller(bench);
  const beside = { callId: "call_other", leadId: "lead_other", to: "+19005550123", url: "https://evil.test" };
  call("confirm_person", { ...CONFIRM, ...beside });
  call("end_call", { reason: "tel:+882", ...beside });
  await nextTurn();
  expect(eventsOf(bench, "tool.called").map((event) => event.arguments)).toEqual([
    CONFIRM,
    { reason: "objective_met" },
  ]);
  agentSays(bench, "bye", "Goodbye.", 300);
  bench.phone.hearAll();
  expect(bench.ended).toEqual([{ status: "completed", reason: "objective_met" }]);
});

function toolView(toolCallId: string, name: string, text: string, ok = true): ToolView {
  return { toolCallId, name, arguments: {}, atMs: 0, result: { ok, text, durationMs: 1 } };
}

test("[CL49] the tools are few, and take nothing that reaches beyond the call", () => {
  expect(AGENT_TOOLS.map(({ name }) => name).toSorted()).toEqual([
    "book_slot",
    "call_later",
    "confirm_person",
    "end_call",
    "mark_do_not_call",
    "offer_slots",
    "record_answer",
    "request_person",
    "stop_recording",
    "wait_for_user",
  ]);
  const taken = AGENT_TOOLS.flatMap(({ parameters }) => Object.keys(Object(parameters["properties"])));
  expect(new Set(taken)).toEqual(new Set(["words", "topic", "answer", "day", "slotId", "when", "reason"]));
});
