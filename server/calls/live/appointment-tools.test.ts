import { actorBench, openCall } from "#server/calls/testing/actor-bench.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import type { ToolView } from "#shared/call/view.ts";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof actorBench>;
const HOUR_MS = 3_600_000;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function personSpeaks({ voiceSays }: Bench) {
  voiceSays().speechStarted({ itemId: "u1" });
  voiceSays().speechStopped({ itemId: "u1", isNoise: false });
  voiceSays().consumerWords({ itemId: "u1", text: "Yes, that is me.", final: true, audioSeconds: 1 });
}

let calls = 0;
/** Calls a tool and returns its result. */
async function use({ voiceSays, recorded }: Bench, name: string, given: unknown = {}) {
  const toolCallId = `tool${++calls}`;
  voiceSays().toolCalled({ toolCallId, itemId: "f", name, argumentsJson: JSON.stringify(given) });
  await nextTurn();
  return recorded.find(
    (event): event is Extract<NewCallEvent, { type: "tool.returned" }> =>
      event.type === "tool.returned" && event.toolCallId === toolCallId,
  );
}

/** A call with somebody who said who they are; the business has two free hours. */
async function confirmedCall(): Promise<Bench> {
  const bench = openCall();
  const nowMs = bench.clock.nowMs();
  bench.diary.free = [nowMs + 24 * HOUR_MS, nowMs + 48 * HOUR_MS];
  personSpeaks(bench);
  await use(bench, "confirm_person", { words: "Yes" });
  return bench;
}

const offered = async (bench: Bench, given: unknown = {}): Promise<{ slotId: string; say: string }[]> =>
  JSON.parse((await use(bench, "offer_slots", given))?.result ?? "").slots;
const eventsOf = ({ recorded }: Bench, type: NewCallEvent["type"]) =>
  recorded.filter((event) => event.type === type);
const view = (name: string, result: ToolView["result"], more: Partial<ToolView> = {}): ToolView => ({
  toolCallId: `past ${name}`,
  name,
  arguments: {},
  atMs: 0,
  result,
  ...more,
});

test("[CL86] what was offered can be booked, again without effect, and moved; each is in the journal", async () => {
  const bench = await confirmedCall();
  const [first, second] = await offered(bench);
  expect((await use(bench, "book_slot", { slotId: first?.slotId }))?.result).toMatch(
    /^Booked: \w+day, .* at \d/,
  );
  await use(bench, "book_slot", { slotId: first?.slotId });
  expect(bench.diary.booked).toHaveLength(1);
  await use(bench, "book_slot", { slotId: second?.slotId });
  expect(bench.diary.booked).toEqual([{ callId: bench.actor.callId, startAt: bench.diary.free[1] }]);
  expect(eventsOf(bench, "appointment.booked")).toHaveLength(3);
});

test("[CL86] nobody books for a stranger, what was not offered here, or what is gone", async () => {
  const stranger = openCall();
  expect((await use(stranger, "offer_slots"))?.ok).toBe(false);
  expect((await use(stranger, "call_later", { when: "tomorrow 10:00" }))?.ok).toBe(false);
  const bench = await confirmedCall();
  const elsewhere = await offered(await confirmedCall());
  const [gone] = await offered(bench);
  bench.diary.free = [];
  for (const slotId of [
    elsewhere[0]?.slotId,
    gone?.slotId,
    "slot_00000000",
    "tel:+1900",
    "2026-12-01T10:00",
  ]) {
    expect((await use(bench, "book_slot", { slotId }))?.ok).toBe(false);
  }
  expect(bench.diary.booked).toEqual([]);
  expect(eventsOf(bench, "appointment.booked")).toEqual([]);
});

test("[CL86] whoever takes the call over knows what was offered", async () => {
  const bench = await confirmedCall();
  const startsAt = new Date(bench.diary.free[0] ?? 0).toISOString();
  const slots = { slots: [{ slotId: "slot_1", say: "tomorrow", startsAt }] };
  const ok = (text: string) => ({ ok: true, text, durationMs: 1 });
  const tools = [view("confirm_person", ok("Confirmed.")), view("offer_slots", ok(JSON.stringify(slots)))];
  const later = actorBench([], { openingHeard: true, tools });
  later.diary.free = bench.diary.free;
  later.join();
  await nextTurn();
  expect((await use(later, "book_slot", { slotId: "slot_1" }))?.ok).toBe(true);
});

test("[CL86] a day may be named; one that does not exist is refused", async () => {
  const bench = await confirmedCall();
  expect(await offered(bench, { day: "2026-11-30" })).toEqual([]);
  expect((await use(bench, "offer_slots", { day: "2026-02-30" }))?.ok).toBe(false);
  expect((await use(bench, "offer_slots", { day: "whenever" }))?.result).toContain("missing or wrong: day");
});

test("[CL87] another call is planned on the person's clock, within limits; the law's answer is handed on", async () => {
  const bench = await confirmedCall();
  expect((await use(bench, "call_later", { when: "in 5 minutes" }))?.result).toContain("at least 15 minutes");
  expect((await use(bench, "call_later", { when: "2027-06-01 10:00" }))?.result).toContain("at most 30 days");
  expect((await use(bench, "call_later", { when: "+19005550123" }))?.ok).toBe(false);
  bench.diary.followUp = { kind: "outside", from: Date.parse("2026-11-25T14:00:00Z") };
  expect((await use(bench, "call_later", { when: "tomorrow 05:00" }))?.result).toContain(
    "Wednesday, November 25 at 9 AM",
  );
  bench.diary.followUp = { kind: "forbidden" };
  expect((await use(bench, "call_later", { when: "tomorrow 10:00" }))?.ok).toBe(false);
  expect(eventsOf(bench, "call.followUpRequested")).toEqual([]);
});

test("[CL87] there is one other call at most, and it is in the journal", async () => {
  const bench = await confirmedCall();
  const first = await use(bench, "call_later", { when: "in 2 hours" });
  const again = await use(bench, "call_later", { when: "tomorrow 10:00" });
  expect(first?.result).toMatch(/^A call is planned: /);
  expect(again?.result).toBe(first?.result);
  expect(bench.diary.planned).toHaveLength(1);
  expect(eventsOf(bench, "call.followUpRequested")[0]).toMatchObject({ followUpCallId: "call_later01" });
});

test("[CL82] a model that books and plans without end is stopped after five acts in a minute", async () => {
  const bench = await confirmedCall();
  for (let n = 0; n < 20; n++) await use(bench, "call_later", { when: "tomorrow 10:00" });
  expect(eventsOf(bench, "call.followUpRequested")).toHaveLength(5);
});

test("[CL88] a tool that was under way when its owner was lost is looked up, not done again", async () => {
  const pending = [
    "confirm_person",
    "record_answer",
    "book_slot",
    "call_later",
    "offer_slots",
    "mark_do_not_call",
    "stop_recording",
  ];
  const tools = pending.map((name) => view(name, null));
  const bench = actorBench([], { openingHeard: true, tools });
  const startAt = bench.clock.nowMs() + HOUR_MS;
  bench.diary.booked = [{ callId: bench.actor.callId, startAt }];
  bench.join();
  await nextTurn();
  const settled = bench.recorded.filter((event) => event.type === "tool.returned");
  expect(Object.fromEntries(settled.map(({ toolCallId, ok }) => [toolCallId, ok]))).toEqual({
    "past confirm_person": false,
    "past record_answer": true,
    "past book_slot": true,
    "past call_later": false,
    "past offer_slots": false,
    "past mark_do_not_call": true,
    "past stop_recording": true,
  });
  expect(eventsOf(bench, "appointment.booked")).toHaveLength(1);
  expect(bench.optOuts).toEqual(["spoken"]);
});
