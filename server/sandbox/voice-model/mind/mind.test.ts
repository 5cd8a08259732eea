import { expect, test } from "vitest";
import { BLANK, takeTurn } from "#server/sandbox/callees/conversation.ts";
import { PLEASANT, PLEASANT_BOILER, PLEASANT_FUSES } from "#server/sandbox/callees/people.ts";
import { type Move, nextMoves, type Scene } from "#server/sandbox/voice-model/mind/mind.ts";
import type { Line } from "#server/sandbox/voice-model/mind/progress.ts";

const INSTRUCTIONS = [
  "You are Sam, an AI assistant on a phone call.",
  "Business: Ridge Plumbing",
  "Objective: Find out what is wrong and agree a visit",
  "Consumer need: My kitchen sink is leaking.",
].join("\n");
const LISTED = `${INSTRUCTIONS}\nQuestions to ask:\n- How old is the sink?\n- preferred day\n\n# Rules`;
const TOOLS = ["record_answer", "mark_do_not_call", "end_call"];

const caller = (text: string): Line => ({ by: "caller", text });
const agent = (text: string, cut = false): Line => ({ by: "agent", text, cut });
const note = (text: string): Line => ({ by: "note", text });
const tool = (name: string): Line => ({ by: "tool", name, arguments: "{}", complete: true });
const OPENING = agent("Hello, this is Sam, an AI assistant. Is now a good time to talk?");
const ASKED = agent("Great. Could you tell me what happened?");

function moves(lines: Line[], scene: Partial<Scene> = {}): Move[] {
  return nextMoves({
    instructions: INSTRUCTIONS,
    override: null,
    tools: TOOLS,
    lines,
    aside: false,
    ...scene,
  });
}

/** Words as they are, tools as `name(argument)`. */
function told(lines: Line[], scene: Partial<Scene> = {}): string {
  return moves(lines, scene)
    .map((move) =>
      move.kind === "say" ? move.text : `${move.name}(${Object.values(move.arguments).join("|")})`,
    )
    .join(" → ");
}

test("[VM20] exact words are said exactly, whatever else the instructions hold", () => {
  const override = `${INSTRUCTIONS}\n\nSay exactly these words and nothing else: "Hello, it's 5 o'clock."`;
  expect(moves([], { override })).toEqual([{ kind: "say", text: "Hello, it's 5 o'clock.", phase: null }]);
});

test("[VM21] without a word spoken it opens: an AI, for whom, about what", () => {
  expect(told([])).toBe(
    "Hello, this is Sam, an AI assistant calling for Ridge Plumbing. I'm calling about your request: My kitchen sink is leaking. Do you have a minute to talk?",
  );
});

test("[VM22] listed questions are asked one at a time, in order, and answers recorded by topic", () => {
  const scene = { instructions: LISTED };
  const first = [OPENING, caller("Yes."), agent("Great. How old is the sink?"), caller("Ten years.")];
  expect(told([OPENING, caller("Yes.")], scene)).toBe("Great. How old is the sink?");
  expect(told(first, scene)).toBe("record_answer(How old is the sink?|Ten years.)");
  const second = [
    ...first,
    tool("record_answer"),
    agent("Got it. Could you tell me about preferred day?"),
    caller("Monday morning."),
  ];
  expect(told([...first, tool("record_answer")], scene)).toMatch(/ Could you tell me about preferred day\?$/);
  expect(told(second, scene)).toBe("record_answer(preferred day|Monday morning.)");
  expect(told([...second, tool("record_answer")], scene)).toMatch(
    /Monday morning.*Is there anything else they should know\?$/,
  );
  const last = [
    ...second,
    tool("record_answer"),
    agent("Is there anything else they should know?"),
    caller("No."),
  ];
  expect(told(last, scene)).toBe("Thank you for your time. Goodbye! → end_call(objective_met)");
});

test.each([
  ["You have the wrong number.", "wrong_number"],
  ["I'm not interested, thanks.", "declined"],
  ["I'm driving right now.", "callee_busy"],
  ["Can you call me back later?", "callee_busy"],
  ["No.", "callee_busy"],
  ["Please leave a message after the tone.", "voicemail"],
])("[VM23] “%s” ends the call: goodbye first, then end_call(%s)", (words, reason) => {
  const [goodbye, end] = moves([OPENING, caller(words)]);
  expect(goodbye).toMatchObject({ kind: "say", text: expect.stringContaining("Goodbye") });
  expect(end).toEqual({ kind: "call", name: "end_call", arguments: { reason } });
});

test.each([
  "Stop calling me!",
  "Take me off your list.",
  "Unsubscribe.",
  "Leave me alone",
  "Please don't ever call me again.",
])("[VM24] “%s” is marked first, then confirmed, then the call ends", (words) => {
  const lines = [OPENING, caller("Yes."), ASKED, caller(words)];
  expect(told(lines)).toBe(`mark_do_not_call(The callee said: ${words})`);
  expect(told([...lines, tool("mark_do_not_call")])).toMatch(
    /^I'm sorry .*Goodbye\. → end_call\(opted_out\)$/,
  );
  expect(told([...lines, tool("mark_do_not_call"), tool("end_call")])).toBe("");
});

test("[VM24] a wish about the hour is no wish to be left alone", () => {
  expect(told([OPENING, caller("Don't call me before nine please.")])).not.toContain("mark_do_not_call");
});

test.each([
  ["Are you a robot?", /^Yes, I'm an AI assistant, not a person\./],
  ["Am I talking to a real person?", /^Yes, I'm an AI assistant/],
  ["Who is this?", /^This is Sam, an AI assistant calling for Ridge Plumbing\./],
  ["What is this about?", /^I'm calling about your request: My kitchen sink is leaking\./],
  ["How much will it cost?", /^I can't quote a price myself/],
  ["Do you know my neighbour?", /^I don't have that information/],
])("[VM25] “%s” is answered, then the open question comes again", (words, answer) => {
  const reply = told([OPENING, caller("Yes."), ASKED, caller(words)]);
  expect(reply).toMatch(answer);
  expect(reply).toMatch(/Could you tell me what happened\?$/);
});

test("[VM26] after an interruption it answers the words and goes on; a question nobody heard is asked again", () => {
  const cut = agent("Okay, I've noted", true);
  expect(told([OPENING, caller("Yes."), cut, caller("Are you a robot?")])).toMatch(
    /^Yes, I'm an AI.*Could you tell me what happened\?$/,
  );
  expect(told([OPENING, caller("Yes."), cut, caller("Go on.")])).toMatch(/what happened\?$/);
  const heard = agent("Great. Could you tell me what happ", true);
  expect(told([OPENING, caller("Yes."), heard, caller("The sink leaks.")])).toBe(
    "record_answer(What happened|The sink leaks.)",
  );
});

test("[VM27] notes are followed: silence, a lost line, a whisper, the end", () => {
  expect(told([OPENING, caller("Yes."), ASKED, note("The caller is silent.")])).toBe(
    "Are you still there? Could you tell me what happened?",
  );
  expect(
    told([OPENING, caller("Yes."), ASKED], {
      override: `${INSTRUCTIONS}\n\nThe line was interrupted for a moment. Apologise and go on.`,
    }),
  ).toMatch(/^Sorry, the line dropped for a moment\. .*what happened\?$/);
  expect(told([OPENING, caller("Yes."), ASKED, note("Note from the business: ask about the budget")])).toBe(
    "One more thing. Could you tell me about the budget?",
  );
  expect(told([OPENING, note("Mention that visits are free."), caller("Are you a robot?")])).toMatch(
    /^Yes, I'm an AI assistant.* I should also mention: visits are free\./,
  );
  expect(told([OPENING, caller("Yes."), ASKED, note("The time limit is near: say goodbye.")])).toMatch(
    /end_call\(declined\)$/,
  );
});

test("[VM28] only tools of the session are used, and no call lasts for ever", () => {
  expect(told([OPENING, caller("Stop calling me.")], { tools: [] })).toMatch(/Goodbye\.$/);
  expect(told([OPENING, caller("Yes."), ASKED, caller("It leaks.")], { tools: [] })).toMatch(/since when/);
  const endless = Array.from({ length: 14 }, () => [ASKED, caller("Why are you asking?")]).flat();
  expect(told(endless)).toMatch(/end_call\(declined\)$/);
});

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

test.each([PLEASANT, PLEASANT_BOILER, PLEASANT_FUSES])(
  "[VM28] a friendly person's call reaches its objective (%#)",
  (script) => {
    const lines: Line[] = [OPENING];
    let memory = BLANK;
    let heard = OPENING.by === "agent" ? OPENING.text : "";
    const tools: string[] = [];
    for (let turn = 0; turn < 20 && !tools.includes("end_call"); turn++) {
      const last = lines.at(-1);
      if (last?.by === "agent") {
        const reply = takeTurn(script, memory, heard);
        memory = reply.memory;
        lines.push(caller(reply.say ?? ""));
      }
      for (const move of moves(lines)) {
        if (move.kind === "say") heard = move.text;
        else tools.push(move.name);
        lines.push(move.kind === "say" ? agent(move.text) : tool(move.name));
      }
    }
    expect(tools).toEqual([...Array(4).fill("record_answer"), "end_call"]);
  },
);
