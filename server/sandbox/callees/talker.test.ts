import { expect, test } from "vitest";
import { decodeMulaw } from "#shared/mulaw.ts";
import { HANGS_UP, INTERRUPTS, SILENT } from "#server/sandbox/callees/characters.ts";
import { PLEASANT } from "#server/sandbox/callees/people.ts";
import { AnsweringMachine } from "#server/sandbox/callees/answering-machine.ts";
import { CalleeDirectory } from "#server/sandbox/callees/callee-directory.ts";
import type { CalleeScript } from "#server/sandbox/callees/script.ts";
import { Talker } from "#server/sandbox/callees/talker.ts";
import { Conversation, speak } from "#server/sandbox/callees/talk.fixture.ts";

const talk = (script: CalleeScript) => new Conversation(new Talker(script, speak));

test("[SB60] says hello first, answers after a pause, and leaves after the goodbyes", async () => {
  const call = talk(PLEASANT);
  await call.run(1500);
  expect(call.heard).toBe("Hello?");
  expect(await call.exchange("This is the assistant. Is now a good time?")).toContain("now is a good time");
  expect(await call.exchange("What is your address?")).toContain("twelve Oak Street");
  expect(await call.exchange("Thank you, goodbye!")).toBe("Thank you. Goodbye.");
  expect(call.ended).toBe(true);
  expect(call.person.said().map(({ complete }) => complete)).toEqual([true, true, true, true]);
});

test("[SB60] waits for the end of the agent's sentence, pauses included", async () => {
  const call = talk(PLEASANT);
  await call.run(1500);
  call.heard = "";
  await call.run(call.agentSays("What is your"));
  await call.run(PLEASANT.pauseMs - 100);
  await call.run(call.agentSays("zip code?") + PLEASANT.pauseMs - 100);
  expect(call.heard).toBe("");
  await call.run(4000);
  expect(call.heard).toContain("zip code is");
});

test("[SB63] talk without words is still talk: the turn is found by its loudness", async () => {
  const call = talk(PLEASANT);
  await call.run(1500);
  expect(await call.exchange("These words are not hidden", { words: false })).toBe(PLEASANT.lines[0]);
});

test("[SB62] interrupts in the middle of the agent's sentence", async () => {
  const call = talk(INTERRUPTS);
  await call.run(1500);
  call.heard = "";
  const ms = call.agentSays("word ".repeat(60).trim());
  await call.run(ms - 1000);
  expect(call.heard).toBe(INTERRUPTS.interrupts?.lines[0]);
});

test("[SB62] who interrupted waits for an answer instead of talking on", async () => {
  const call = talk(INTERRUPTS);
  await call.run(1500);
  call.heard = "";
  call.agentSays("word ".repeat(60).trim());
  await call.run(2500);
  call.agentStops();
  await call.run(6000);
  expect(call.heard).toBe(INTERRUPTS.interrupts?.lines[0]);
  expect(await call.exchange("For Acme Plumbing.")).toBe(INTERRUPTS.lines[0]);
});

test("[SB62] hangs up after two sentences, while the agent talks", async () => {
  const call = talk(HANGS_UP);
  await call.run(1500);
  await call.exchange("First question?");
  await call.exchange("Second question?");
  expect(call.ended).toBe(false);
  call.agentSays("word ".repeat(60).trim());
  await call.run(2000);
  expect(call.ended).toBe(true);
  expect(call.person.said()).toHaveLength(3);
});

test("[SB64] asks twice into the silence, then hangs up; a silent person never does", async () => {
  const call = talk(PLEASANT);
  await call.run(120_000);
  expect(call.heard).toBe("Hello?Hello? Are you still there?Hello? Are you still there?");
  expect(call.ended).toBe(true);
  const silent = talk(SILENT);
  await silent.run(120_000);
  expect(silent).toMatchObject({ heard: "", ended: false });
  silent.person.say("Told to speak.");
  await silent.run(2000);
  expect(silent.heard).toBe("Told to speak.");
});

test("[SB65] an answering machine greets, beeps, records and hangs up after silence", async () => {
  const machine = new AnsweringMachine(speak);
  const call = new Conversation(machine);
  let beeped = false;
  void machine.beep.then(() => {
    beeped = true;
  });
  await call.run(1500);
  expect(beeped).toBe(false);
  await call.run(2000);
  expect(call.heard).toMatch(/^You have reached .* after the tone\.$/);
  expect(beeped).toBe(true);
  await call.run(call.agentSays("word ".repeat(30).trim()) + 9000);
  expect(call.ended).toBe(false);
  await call.run(2000);
  expect(call.ended).toBe(true);
});

test("[SB65] the beep is heard", async () => {
  const machine = new AnsweringMachine(speak);
  let loudest = 0;
  for (let beat = 0; beat < 200; beat++) {
    const frame = machine.step({ words: [], loudness: 0, audio: new Uint8Array(160) });
    await Promise.resolve();
    if (frame) loudest = Math.max(loudest, ...decodeMulaw(frame));
  }
  expect(loudest).toBeGreaterThan(7000);
});

test.each([
  ["0", "answers"],
  ["1", "answers"],
  ["2", "answers"],
  ["3", "answers"],
  ["4", "answers"],
  ["5", "no-answer"],
  ["6", "answers"],
  ["7", "busy"],
  ["8", "answers"],
  ["9", "answers"],
])("[SB60] the last digit decides who answers: %s", (digit, kind) => {
  const plan = new CalleeDirectory(speak).planFor(`+1415555010${digit}`);
  expect(plan.kind).toBe(kind);
  if (plan.kind === "answers") expect(plan.verdict).toBe(digit === "8" ? "machine" : "human");
});
