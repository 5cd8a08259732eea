import { expect, test } from "vitest";
import {
  agent,
  ASKED,
  caller,
  INSTRUCTIONS,
  LISTED,
  moves,
  note,
  OPENING,
  told,
  tool,
} from "#server/sandbox/voice-model/testing/mind-bench.ts";

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
