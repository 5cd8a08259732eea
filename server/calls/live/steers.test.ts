import { isSaid } from "#server/calls/live/exact-words.ts";
import { whisperNote } from "#server/calls/live/steers.ts";
import {
  actorBench,
  agentSays,
  consumerSays,
  kinds,
  openCall,
  segments,
  sound,
} from "#server/calls/testing/actor-bench.ts";
import type { SteerView } from "#shared/call/view.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof openCall>;

const by = { kind: "person", accountId: "acc_9", name: "Dana", role: "supervisor" } as const;
const QUESTION = "Ask about insurance";
const WORDS = "Thank you for waiting, we come on Thursday.";

/** As if another server had stored it and told us. */
async function steer(bench: Bench, kind: "whisper" | "exact", steerId = "s1") {
  const type = kind === "exact" ? ("steer.said" as const) : ("steer.whispered" as const);
  bench.recorded.push({ type, by, text: kind === "exact" ? WORDS : QUESTION, steerId });
  bench.actor.steered();
  await nextTurn();
}

const used = ({ recorded }: Bench) =>
  recorded.flatMap((event) => (event.type === "steer.used" ? [event.steerId] : []));
const asks = ({ asked }: Bench) => asked.filter((line) => line.startsWith("respond"));
const notes = ({ asked }: Bench) => asked.filter((line) => line.startsWith("note"));
const says = ({ asked }: Bench) => asked.filter((line) => line === `say ${WORDS}`);

/** The agent begins to say the exact words; all of them are delivered. */
function beginsExact({ voiceSays }: Bench, answerId = "exact", text = WORDS) {
  const voice = voiceSays();
  voice.answerStarted({ answerId, exactWords: true, ref: "s1" });
  voice.agentWords({ answerId, itemId: `${answerId} item`, text, final: true });
  voice.audio({ answerId, itemId: `${answerId} item`, payloadBase64: sound(600) });
}

function endsExact({ voiceSays }: Bench, answerId = "exact") {
  voiceSays().audioDone({ answerId, itemId: `${answerId} item` });
  voiceSays().answerEnded({ answerId, end: "completed", reason: null, usage: null });
}

async function settledCall(): Promise<Bench> {
  const bench = openCall();
  await nextTurn();
  return bench;
}

test("[CL340] when nobody speaks a whisper is answered at once, and counts as used when that answer was heard", async () => {
  const bench = await settledCall();
  await steer(bench, "whisper");
  expect(bench.asked.slice(-2)).toEqual([`note ${whisperNote(QUESTION)} (s1)`, "respond"]);
  bench.voiceSays().noted({ ref: "s1" });
  agentSays(bench, "item1", "Are you insured?", 600);
  expect(used(bench)).toEqual([]);
  bench.phone.hearAll();
  await nextTurn();
  expect(used(bench)).toEqual(["s1"]);
  bench.clock.advance(5000);
  expect(asks(bench)).toHaveLength(1);
});

test("[CL340] a whisper into the agent's sentence cuts nothing, and the sentence does not count as its use", async () => {
  const bench = await settledCall();
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "a" });
  voice.agentWords({ answerId: "a", itemId: "i", text: "When may we come?", final: true });
  voice.audio({ answerId: "a", itemId: "i", payloadBase64: sound(900) });
  await steer(bench, "whisper");
  voice.noted({ ref: "s1" });
  expect(bench.asked.some((line) => line.startsWith("truncate") || line.startsWith("cancel"))).toBe(false);
  expect(asks(bench)).toEqual([]);
  voice.audioDone({ answerId: "a", itemId: "i" });
  voice.answerEnded({ answerId: "a", end: "completed", reason: null, usage: null });
  bench.phone.hearAll();
  await nextTurn();
  expect([used(bench), asks(bench)]).toEqual([[], []]);
  // Their answer, and the one that the model gives to it by itself.
  consumerSays(bench, "u1", "On Friday.");
  agentSays(bench, "item2", "Good. Are you insured?", 600);
  bench.phone.hearAll();
  await nextTurn();
  expect([used(bench), asks(bench)]).toEqual([["s1"], []]);
});

test("[CL340] whoever says nothing after the agent's sentence is soon told or asked what was whispered", async () => {
  const bench = await settledCall();
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "a" });
  voice.audio({ answerId: "a", itemId: "i", payloadBase64: sound(300) });
  await steer(bench, "whisper");
  voice.noted({ ref: "s1" });
  voice.audioDone({ answerId: "a", itemId: "i" });
  voice.answerEnded({ answerId: "a", end: "completed", reason: null, usage: null });
  bench.phone.hearAll();
  bench.clock.advance(1000);
  expect(asks(bench)).toEqual([]);
  bench.clock.advance(1000);
  expect(asks(bench)).toHaveLength(1);
});

test("[CL340] an answer that was cut off is no use of the whisper; the next one that is heard is", async () => {
  const bench = await settledCall();
  await steer(bench, "whisper");
  bench.voiceSays().noted({ ref: "s1" });
  agentSays(bench, "item1", "Are you insured?", 600);
  bench.phone.hearOne();
  consumerSays(bench, "u1", "Sorry, what?");
  await nextTurn();
  expect(used(bench)).toEqual([]);
  agentSays(bench, "item2", "I asked whether you are insured.", 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(used(bench)).toEqual(["s1"]);
});

test("[CL340] an answer that was begun before the model had the whisper is no use of it", async () => {
  const bench = await settledCall();
  bench.voiceSays().speechStarted({ itemId: "u1" });
  bench.voiceSays().speechStopped({ itemId: "u1", isNoise: false });
  await steer(bench, "whisper");
  agentSays(bench, "item1", "I see.", 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(used(bench)).toEqual([]);
});

test("[CL340] before the opening was heard nothing is whispered, and a model that stays silent is not asked for ever", async () => {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  await nextTurn();
  await steer(bench, "whisper");
  expect(notes(bench)).toEqual([]);
  bench.clock.advance(1000);
  agentSays(bench, "opening", "Hello, this is Sam.", 300);
  bench.phone.hearAll();
  expect(notes(bench)).toHaveLength(1);
  for (let tries = 0; tries < 6; tries++) {
    bench.clock.advance(2000);
    const answerId = `silent ${tries}`;
    bench.voiceSays().answerStarted({ answerId });
    bench.voiceSays().answerEnded({ answerId, end: "completed", reason: null, usage: null });
  }
  expect(asks(bench)).toHaveLength(3);
});

test("[CL342] exact words come next, with the floor closed, cannot be cut, and count when they were heard", async () => {
  const bench = await settledCall();
  await steer(bench, "exact");
  expect(bench.asked.slice(-2)).toEqual(["closeFloor", `say ${WORDS}`]);
  beginsExact(bench);
  bench.voiceSays().speechStarted({ itemId: "u1" });
  expect(bench.asked.some((line) => line.startsWith("truncate"))).toBe(false);
  endsExact(bench);
  await nextTurn();
  expect(used(bench)).toEqual([]);
  bench.phone.hearAll();
  await nextTurn();
  expect(used(bench)).toEqual(["s1"]);
  expect(segments(bench).at(-1)).toMatchObject({ speaker: "agent", text: WORDS });
  // Who spoke into them is answered.
  expect(bench.asked.slice(-2)).toEqual(["openFloor", "respond"]);
});

test("[CL342] they wait for the end of what the consumer says, and stop an answer that the consumer cuts", async () => {
  const bench = await settledCall();
  bench.voiceSays().speechStarted({ itemId: "u1" });
  await steer(bench, "exact");
  expect(says(bench)).toEqual([]);
  bench.voiceSays().speechStopped({ itemId: "u1", isNoise: false });
  expect(says(bench)).toHaveLength(1);

  const other = await settledCall();
  other.voiceSays().answerStarted({ answerId: "a" });
  other.voiceSays().audio({ answerId: "a", itemId: "i", payloadBase64: sound(900) });
  await steer(other, "exact");
  other.voiceSays().speechStarted({ itemId: "u1" });
  expect(other.asked.slice(-3).toSorted()).toEqual(["cancelAnswer a", "discard a", "truncate i 0"]);
});

test("[CL342] words that the model did not get out are said again, three times at most; then the talk goes on", async () => {
  const bench = await settledCall();
  await steer(bench, "exact");
  for (let tries = 0; tries < 3; tries++) {
    beginsExact(bench, `try ${tries}`);
    bench.voiceSays().answerEnded({ answerId: `try ${tries}`, end: "incomplete", reason: "x", usage: null });
  }
  expect(says(bench)).toHaveLength(3);
  expect(bench.asked.at(-1)).toBe("openFloor");
  expect(used(bench)).toEqual([]);
});

test("[CL342] other words than the ordered ones are no use of them", async () => {
  const bench = await settledCall();
  await steer(bench, "exact");
  beginsExact(bench, "exact", "I would rather talk about the weather.");
  endsExact(bench);
  bench.phone.hearAll();
  await nextTurn();
  expect(used(bench)).toEqual([]);
  expect(bench.asked.at(-1)).toBe("openFloor");
  expect(isSaid("We come at 8, on Thursday!", "we come at eight on thursday")).toBe(true);
  expect(isSaid("We come on Thursday", "Thursday on come we")).toBe(false);
});

test("[CL342] somebody who asks to stop is not told anything else", async () => {
  const bench = await settledCall();
  consumerSays(bench, "u1", "Stop calling me");
  await nextTurn();
  await steer(bench, "exact");
  await steer(bench, "whisper", "s2");
  bench.clock.advance(3000);
  expect([says(bench), notes(bench)]).toEqual([[], []]);
});

test("[CL343] who takes the call over is told what was not done yet, once; what was done is over", async () => {
  const view = (steerId: string, kind: SteerView["kind"], usedAtMs: number | null): SteerView => ({
    steerId,
    kind,
    text: kind === "exact" ? WORDS : QUESTION,
    by,
    at: "2026-11-24T15:00:00Z",
    usedAtMs,
  });
  const turns = [{ speaker: "agent" as const, text: "Hello" }];
  const steers = [view("done", "whisper", 900), view("s1", "whisper", null), view("s2", "exact", null)];
  const bench = actorBench(turns, { steers });
  bench.join();
  await nextTurn();
  bench.voiceSays().ready();
  await nextTurn();
  expect(notes(bench)).toEqual([`note ${whisperNote(QUESTION)} (s1)`]);
  expect(bench.asked.slice(-3)).toEqual(["closeFloor", `say ${WORDS}`, "respond guided"]);
  bench.clock.advance(3000);
  expect([notes(bench), says(bench)].map(({ length }) => length)).toEqual([1, 1]);
});

test("[CL343] another voice session in the same call is told again what is not done", async () => {
  const bench = await settledCall();
  await steer(bench, "whisper");
  bench.voiceSays().closed({ reason: "lost", fatal: false });
  bench.clock.advance(200);
  await nextTurn();
  await nextTurn();
  bench.voiceSays().ready();
  expect(notes(bench)).toHaveLength(2);
  bench.voiceSays().noted({ ref: "s1" });
  agentSays(bench, "item2", "Are you insured?", 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(used(bench)).toEqual(["s1"]);
  expect(kinds(bench).filter((kind) => kind === "steer.used")).toHaveLength(1);
});
