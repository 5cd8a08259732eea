import { expect, test } from "vitest";
import { BLANK, takeTurn } from "#server/sandbox/callees/conversation.ts";
import { PLEASANT, PLEASANT_BOILER, PLEASANT_FUSES } from "#server/sandbox/callees/people.ts";
import type { Line } from "#server/sandbox/voice-model/mind/progress.ts";
import {
  agent,
  ASKED,
  caller,
  INSTRUCTIONS,
  moves,
  OPENING,
  told,
  tool,
  TOOLS,
} from "#server/sandbox/voice-model/testing/mind-bench.ts";

const DETAILS = '{"name":"Maria Lopez","need":"My kitchen sink is leaking."}';
const confirmed = (): Line[] => [
  tool("confirm_person"),
  { by: "result", name: "confirm_person", output: `Confirmed. Data: ${DETAILS}` },
];
const WHO = agent("Great. Am I speaking with the person who asked for this call?");
const STRANGER = {
  instructions: "You are Sam, an AI assistant.\nBusiness: Ridge Plumbing\nObjective: Repair the leak",
  tools: ["confirm_person", "request_person", ...TOOLS],
};

test("[VM29] with confirm_person it asks who is there first, and only then about the matter", () => {
  expect(told([OPENING, caller("Yes.")], STRANGER)).toBe(WHO.by === "agent" ? WHO.text : "");
  const yes = [OPENING, caller("Yes."), WHO, caller("Yes, that is me speaking.")];
  expect(told(yes, STRANGER)).toBe("confirm_person(Yes, that is me speaking.)");
  expect(told([...yes, ...confirmed()], STRANGER)).toBe("Thank you, Maria. Could you tell me what happened?");
  const answered = [...yes, ...confirmed(), ASKED, caller("The sink leaks.")];
  expect(told(answered, STRANGER)).toBe("record_answer(What happened|The sink leaks.)");
});

test.each([
  ["No.", /Goodbye\. → end_call\(callee_busy\)$/],
  ["He is not here right now.", /Goodbye\. → end_call\(callee_busy\)$/],
  ["Mommy is in the shower.", /Goodbye\. → end_call\(callee_busy\)$/],
  ["Bananas are yellow.", /^Just to be sure: Am I speaking with/],
  ["Stop calling me.", /^mark_do_not_call/],
  ["You have the wrong number.", /end_call\(wrong_number\)$/],
])("[VM29] “%s” confirms nobody", (words, reaction) => {
  expect(told([OPENING, caller("Yes."), WHO, caller(words)], STRANGER)).toMatch(reaction);
});

test("[VM29] to a stranger nothing of the objective is said, and an unclear answer is asked about once", () => {
  expect(told([OPENING, caller("What is this about?")], STRANGER)).toBe(
    "I'm calling for Ridge Plumbing about your request. Am I speaking with the person who asked for this call?",
  );
  const vague = caller("Bananas are yellow.");
  const sure = agent("Just to be sure: Am I speaking with the person who asked for this call?");
  expect(told([OPENING, caller("Yes."), WHO, vague, sure, vague], STRANGER)).toMatch(
    /end_call\(callee_busy\)$/,
  );
});

test("[VM29] somebody who wants a human is passed on, and the talk goes on", () => {
  const lines = [OPENING, caller("Yes."), ASKED, caller("Can I speak to a real person?")];
  expect(told(lines, { tools: ["request_person", ...TOOLS] })).toBe(
    "request_person(Can I speak to a real person?)",
  );
  expect(told([...lines, tool("request_person")], { tools: ["request_person", ...TOOLS] })).toMatch(
    /^Of course\. I'll ask Ridge Plumbing/,
  );
});

const SLOTS = {
  slots: [
    { slotId: "slot_1", say: "Thursday, November 26 at 10 AM" },
    { slotId: "slot_2", say: "Friday, November 27 at 2 PM" },
  ],
};
const result = (name: string, output: string): Line => ({ by: "result", name, output });
const BOOKS = { tools: [...TOOLS, "offer_slots", "book_slot"] };
const ASKED_ZIP = agent("Got it. Which postcode is it in?");
/** All questions but the time are answered; `noted` is the last answer. */
const answered = (noted: Line[]): Line[] => [
  OPENING,
  ASKED,
  caller("It leaks."),
  agent("And since when has it been like that?"),
  caller("Monday."),
  ASKED_ZIP,
  caller("94110."),
  ...noted,
];
const offered = (say: string): Line => agent(`Okay. I can offer ${say}. Does that work for you?`);
const FIRST = offered("Thursday, November 26 at 10 AM");

test("[VM57] with book_slot it offers free times instead of asking for one, and books what was agreed", () => {
  const noted = answered([tool("record_answer")]);
  expect(told(noted, BOOKS)).toBe("offer_slots()");
  const free = [...noted, tool("offer_slots"), result("offer_slots", JSON.stringify(SLOTS))];
  expect(told(free, BOOKS)).toMatch(/I can offer Thursday, November 26 at 10 AM\. Does that work for you\?$/);
  const yes = [...free, FIRST, caller("Perfect, let us do that.")];
  expect(told(yes, BOOKS)).toBe("book_slot(slot_1)");
  const booked = [...yes, tool("book_slot"), result("book_slot", "Booked: Thursday, 10 AM. Tell them.")];
  expect(told(booked, BOOKS)).toBe("It is booked: Thursday, 10 AM. Is there anything else they should know?");
});

test("[VM57] a time that does not suit or is taken is followed by the next; then it asks for a wish and passes it on", () => {
  const free = answered([tool("record_answer"), result("offer_slots", JSON.stringify(SLOTS)), FIRST]);
  expect(told([...free, caller("No, I can't.")], BOOKS)).toBe(
    "I see. I can offer Friday, November 27 at 2 PM. Does that work for you?",
  );
  const taken = [...free, caller("Yes."), tool("book_slot"), result("book_slot", "Not free any more.")];
  expect(told(taken, BOOKS)).toBe(
    "I'm sorry, that time is taken. I can offer Friday, November 27 at 2 PM. Does that work for you?",
  );
  const second = offered("Friday, November 27 at 2 PM");
  expect(told([...free, caller("No."), second, caller("No.")], BOOKS)).toBe(
    "I see. Which day and time would suit you best?",
  );
  expect(told([...free, caller("How much will it cost?")], BOOKS)).toMatch(
    /I can offer Thursday, November 26/,
  );
});

test("[VM57] nothing is offered where the objective is no visit or the tool is not there", () => {
  const instructions = INSTRUCTIONS.replace("agree a visit", "hear whether it still leaks");
  expect(told(answered([tool("record_answer")]), { ...BOOKS, instructions })).toMatch(/suit you best\?$/);
  expect(told(answered([tool("record_answer")]))).toMatch(/suit you best\?$/);
});

test.each([
  ["Can you call me back tomorrow?", "tomorrow 10:00"],
  ["Call me later please.", "tomorrow 10:00"],
  ["Please call me on Thursday at three.", "thursday 15:00"],
  ["Call me back Friday afternoon.", "friday 14:00"],
  ["Call me this evening.", "today 18:00"],
  ["Call me in half an hour.", "in 30 minutes"],
  ["Could you call back in two hours?", "in 2 hours"],
])("[VM58] “%s” is planned for “%s”, and then it says goodbye", (words, when) => {
  const tools = [...TOOLS, "call_later"];
  const lines = [OPENING, caller(words)];
  expect(told(lines, { tools })).toBe(`call_later(${when})`);
  const planned = result("call_later", "A call is planned: Thursday, 3 PM. There is one.");
  expect(told([...lines, tool("call_later"), planned], { tools })).toBe(
    "All right, I'll call you again Thursday, 3 PM. Goodbye. → end_call(callee_busy)",
  );
  expect(told([...lines, tool("call_later"), result("call_later", "Not then.")], { tools })).toBe(
    "No problem, I won't keep you. We'll try another time. Goodbye. → end_call(callee_busy)",
  );
});

test("[VM58] a stranger's wish is planned only after they said who they are", () => {
  const scene = { ...STRANGER, tools: [...STRANGER.tools, "call_later"] };
  const lines = [OPENING, caller("Call me back tomorrow.")];
  expect(told(lines, scene)).toBe(
    "Of course. So that I plan it for the right person: Am I speaking with the person who asked for this call?",
  );
  const yes = [
    ...lines,
    agent("Of course: Am I speaking with the person who asked for this call?"),
    caller("Yes."),
  ];
  expect(told(yes, scene)).toBe("confirm_person(Yes.)");
  expect(told([...yes, ...confirmed()], scene)).toBe("call_later(tomorrow 10:00)");
  expect(told([...yes, caller("Stop calling me.")], scene)).toMatch(/^mark_do_not_call/);
});

const ALL_TOOLS = [...STRANGER.tools, "offer_slots", "book_slot", "call_later", "wait_for_user"];
const OUTPUTS: Record<string, string> = {
  confirm_person: DETAILS,
  offer_slots: JSON.stringify(SLOTS),
  book_slot: "Booked: Thursday, November 26 at 10 AM. Tell the person.",
};

test.each([PLEASANT, PLEASANT_BOILER, PLEASANT_FUSES])(
  "[VM28] a friendly person's call reaches its objective (%#)",
  (script) => {
    const lines: Line[] = [OPENING];
    let memory = BLANK;
    let heard = OPENING.by === "agent" ? OPENING.text : "";
    const tools: string[] = [];
    const scene = { ...STRANGER, instructions: INSTRUCTIONS, tools: ALL_TOOLS };
    for (let turn = 0; turn < 30 && !tools.includes("end_call"); turn++) {
      const last = lines.at(-1);
      if (last?.by === "agent") {
        const reply = takeTurn(script, memory, heard);
        memory = reply.memory;
        lines.push(caller(reply.say ?? ""));
      }
      for (const move of moves(lines, scene)) {
        if (move.kind === "say") heard = move.text;
        else tools.push(move.name);
        lines.push(move.kind === "say" ? agent(move.text) : tool(move.name));
        const output = move.kind === "call" ? OUTPUTS[move.name] : undefined;
        if (move.kind === "call" && output !== undefined) lines.push(result(move.name, output));
      }
    }
    const notes = tools.filter((name) => name === "record_answer");
    expect(tools.filter((name) => name !== "record_answer")).toEqual([
      "confirm_person",
      "offer_slots",
      "book_slot",
      "end_call",
    ]);
    expect(notes).toHaveLength(3);
  },
);
