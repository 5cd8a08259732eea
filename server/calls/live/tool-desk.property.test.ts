import { AGENT_TOOLS } from "#server/calls/live/agent-tools.ts";
import { openCall } from "#server/calls/testing/actor-bench.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const HOUR_MS = 3_600_000;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...AGENT_TOOLS.map((tool) => tool.name)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("transfer", "dial", "lookup_lead", "send_sms", "toString", "__proto__"),
  },
  { weight: 1, arbitrary: fc.string() },
);
const value = fc.oneof(
  fc.constantFrom(
    "+19005550123",
    "tel:+88213",
    "https://evil.test/x",
    "slot_deadbeef",
    "call_other",
    "tomorrow 10:00",
    "in 2 hours",
    "Yes, that is me.",
  ),
  fc.string({ maxLength: 400 }),
  fc.integer(),
  fc.constant(null),
);
const given = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .dictionary(
        fc.constantFrom(
          "words",
          "topic",
          "answer",
          "slotId",
          "when",
          "day",
          "reason",
          "to",
          "callId",
          "__proto__",
        ),
        value,
      )
      .map((fields) => JSON.stringify(fields)),
  },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.constantFrom("", "null", "[]", "{", `{"words":"${"x".repeat(9000)}"}`) },
);
/** What each tool takes, so that many calls are well-formed. */
const FITTING = JSON.stringify({
  words: "Yes",
  topic: "What",
  answer: "That",
  when: "tomorrow 10:00",
  slotId: "slot_deadbeef",
  reason: "Please",
});
/** `fits`: the arguments are those of the tool; `books`: the id comes from what was offered last. */
const move = fc.record({
  name,
  given,
  fits: fc.integer({ min: 0, max: 4 }).map((digit) => digit > 0),
  repeatsId: fc.integer({ min: 0, max: 9 }).map((digit) => digit === 0),
  books: fc.boolean(),
  pauseMs: fc.constantFrom(0, 0, 0, 30_000),
});

test("[CL82] [CL83] [CL84] [CL86] whatever a hostile model calls, in any order: pairs in the journal, and no effect but the allowed ones", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(move, { minLength: 10, maxLength: 60 }),
      fc.boolean(),
      async (moves, personSpeaks) => {
        const bench = openCall();
        const free = [24, 48].map((hours) => bench.clock.nowMs() + hours * HOUR_MS);
        bench.diary.free = free;
        const voice = bench.voiceSays();
        if (personSpeaks) {
          voice.speechStarted({ itemId: "u1" });
          voice.speechStopped({ itemId: "u1", isNoise: false });
          voice.consumerWords({ itemId: "u1", text: "Yes.", final: true, audioSeconds: 1 });
        }
        // Whoever is on the phone or not: the model begins as a good one would.
        for (const good of ["confirm_person", "offer_slots"]) {
          voice.toolCalled({ toolCallId: good, itemId: good, name: good, argumentsJson: FITTING });
          await nextTurn();
        }
        for (const [index, { repeatsId, books, fits, pauseMs, ...call }] of moves.entries()) {
          bench.clock.advance(pauseMs);
          const offered = /"slotId\\":\\"(slot_\w{8})/.exec(JSON.stringify(bench.recorded))?.[1];
          const chosen = books && offered !== undefined;
          voice.toolCalled({
            toolCallId: repeatsId ? "again" : `t${index}`,
            itemId: `f${index}`,
            name: chosen ? "book_slot" : call.name,
            argumentsJson: chosen ? JSON.stringify({ slotId: offered }) : fits ? FITTING : call.given,
          });
          await nextTurn();
        }
        const called = bench.recorded.filter((event) => event.type === "tool.called");
        const returned = bench.recorded.filter((event) => event.type === "tool.returned");
        const ids = called.map(({ toolCallId }) => toolCallId);
        expect(new Set(ids).size).toBe(ids.length);
        expect(returned.map(({ toolCallId }) => toolCallId).toSorted()).toEqual(ids.toSorted());
        expect(called.length).toBeLessThanOrEqual(60);
        const worked = new Set(returned.filter(({ ok }) => ok).map(({ toolCallId }) => toolCallId));
        const done = called.filter(({ toolCallId }) => worked.has(toolCallId)).map((event) => event.name);
        const confirmedAt = done.indexOf("confirm_person");
        const needsPerson = ["record_answer", "offer_slots", "book_slot", "call_later"];
        const early = done.slice(0, confirmedAt < 0 ? undefined : confirmedAt);
        expect(early.filter((tool) => needsPerson.includes(tool))).toEqual([]);
        if (!personSpeaks) expect(confirmedAt).toBe(-1);
        expect(bench.diary.booked.length).toBeLessThanOrEqual(1);
        for (const { callId, startAt } of bench.diary.booked) {
          expect(callId).toBe(bench.actor.callId);
          expect(free).toContain(startAt);
        }
        expect(bench.diary.planned.length).toBeLessThanOrEqual(1);
        expect(bench.optOuts.length > 0).toBe(done.includes("mark_do_not_call"));
        expect(bench.recorded.filter((event) => event.type === "flag.raised").length).toBeLessThanOrEqual(1);
        await bench.actor.release("over");
      },
    ),
    { numRuns: 60 },
  );
});
