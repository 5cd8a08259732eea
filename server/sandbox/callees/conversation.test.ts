import { expect, test } from "vitest";
import { BLANK, type Memory, takeTurn } from "#server/sandbox/callees/conversation.ts";
import { HURRIED, STOP_CALLING } from "#server/sandbox/callees/characters.ts";
import { PLEASANT, PLEASANT_BOILER, PLEASANT_FUSES } from "#server/sandbox/callees/people.ts";
import type { CalleeScript } from "#server/sandbox/callees/script.ts";

/** What a person answers to each turn of the agent, and whether they then leave. */
function talk(script: CalleeScript, ...turns: string[]): [string | null, boolean][] {
  let memory: Memory = BLANK;
  return turns.map((heard) => {
    const move = takeTurn(script, memory, heard);
    memory = move.memory;
    return [move.say, move.thenHangUp];
  });
}

const OPENING =
  "Hello, this is an automated assistant calling for Acme Plumbing about your request. Say stop at any time. Is now a good time to talk?";

test.each([
  ["pleasant", PLEASANT, "zip code is nine four one one oh"],
  ["pleasant-boiler", PLEASANT_BOILER, "six oh six one four"],
  ["pleasant-fuses", PLEASANT_FUSES, "seven eight seven oh four"],
] as const)("[SB61] %s answers what was asked and replies to a goodbye", (_, script, postcode) => {
  const replies = talk(
    script,
    OPENING,
    "Great. Could you describe the problem?",
    "I see. How long has this been going on?",
    "Thank you. What is your zip code?",
    "And what day works best for you?",
    "Thursday at ten is free. Does that work for you?",
    "Perfect, you are booked. Goodbye!",
  );
  expect(replies.map(([say]) => say).every((say) => typeof say === "string")).toBe(true);
  expect(new Set(replies.map(([say]) => say)).size).toBe(7);
  expect(replies[3]?.[0]).toContain(postcode);
  expect(replies.map(([, leaves]) => leaves)).toEqual([false, false, false, false, false, false, true]);
  expect(replies[6]?.[0]).toContain("Goodbye");
});

test("[SB61] the last question of a turn counts", () => {
  const [[say]] = talk(PLEASANT, "What is your budget? Sorry, first: what is your address?") as [
    [string, boolean],
  ];
  expect(say).toContain("Oak Street");
});

test("[SB61] nobody gives the same answer a third time, and nobody talks for ever", () => {
  const replies = talk(PLEASANT, ...Array.from({ length: 12 }, () => "What is your zip code?"));
  expect(replies.filter(([say]) => say?.includes("zip code"))).toHaveLength(2);
  const end = replies.findIndex(([, leaves]) => leaves);
  expect(end).toBeGreaterThan(3);
  expect(replies[end]?.[0]).toBe(PLEASANT.closing);
  expect(replies.slice(end + 1).every(([say]) => say === null)).toBe(true);
});

test("[SB61] sound without known words gets the lines in order", () => {
  const replies = talk(PLEASANT, "", "", "");
  expect(replies.map(([say]) => say)).toEqual(PLEASANT.lines.slice(0, 3));
});

test("[SB62] hurried people say goodbye early", () => {
  const replies = talk(HURRIED, OPENING, "What day suits you?", "Where do you live?", "Anything else?");
  expect(replies.at(-1)).toEqual(["I have to go now. Goodbye.", true]);
});

test("[SB62] who wants no calls says so first", () => {
  expect(talk(STOP_CALLING, OPENING, "I am sorry to hear that.", "You are off the list. Goodbye.")).toEqual([
    ["Stop calling me. Take me off your list.", false],
    ["I said stop calling me. I do not want any more calls.", false],
    ["Goodbye.", true],
  ]);
});
