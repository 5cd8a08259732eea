import { actorBench, agentSays, consumerSays, openCall, sound } from "#server/calls/testing/actor-bench.ts";
import { scriptedDesk } from "#server/calls/testing/scripted-recordings.ts";
import { WhoAnswered } from "#server/calls/live/who-answered.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import fc from "fast-check";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof actorBench>;

const USAGE = { textIn: 10, textInCached: 0, audioIn: 10, audioInCached: 0, textOut: 10, audioOut: 10 };
const GREETING = "You have reached the Millers. Please leave a message after the tone.";
const SCREENER = "This call is being screened. Please state your name and the reason for your call.";

/** Lets time pass until the actor has let go of everything. */
async function released({ actor, clock }: Bench) {
  let isOver = false;
  const over = actor.release("test").then(() => void (isOver = true));
  for (let tenths = 0; tenths < 300 && !isOver; tenths++) {
    clock.advance(100);
    await nextTurn();
  }
  await over;
}

test("[CL93] a greeting that was waited for went on being waited for when the call was gone", () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const whoAnswered = new WhoAnswered({
    clock,
    words: "",
    leavesMessage: true,
    hasVoice: () => true,
    hush() {},
    machineAnswered: (kind) => told.push(kind),
    waitForPerson() {},
    personComes() {},
    hangUp() {},
  });
  whoAnswered.heard(GREETING, 4000);
  whoAnswered.stop();
  expect(clock.pending).toBe(0);
  clock.advance(60_000);
  expect(told).toEqual([]);
});

test("[CL110] a call that another stream had taken over still reported its cost ten seconds later", async () => {
  const bench = openCall();
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "a" });
  voice.answerEnded({ answerId: "a", end: "completed", reason: null, usage: USAGE });
  bench.fence();
  bench.clock.advance(1000);
  await nextTurn();
  expect(bench.letGo).toContain("owned by another");
  expect(bench.clock.pending).toBe(0);
});

test("[CL121] an opening that counted only after the stream was gone began a recording that nothing ended", async () => {
  const { desk, log } = scriptedDesk("fresh");
  const bench = actorBench([], {}, { recordings: desk });
  bench.join();
  await nextTurn();
  bench.voiceSays().ready();
  bench.clock.advance(1000);
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "a" });
  voice.agentWords({ answerId: "a", itemId: "o", text: "Hello, this is Sam.", final: true });
  voice.audio({ answerId: "a", itemId: "o", payloadBase64: sound(300) });
  voice.audioDone({ answerId: "a", itemId: "o" });
  bench.phone.hearAll();
  bench.phone.says().closed("stopped");
  voice.answerEnded({ answerId: "a", end: "completed", reason: null, usage: null });
  await released(bench);
  expect(log).toEqual([]);
  expect(bench.clock.pending).toBe(0);
});

test("[CL193] a voice that said twice that it is ready made the opening wait twice, and was asked for it twice", async () => {
  const bench = actorBench();
  bench.join();
  await nextTurn();
  bench.voiceSays().ready();
  bench.voiceSays().ready();
  bench.clock.advance(10_000);
  expect(
    bench.asked.filter((line) => line.startsWith("say ") && line.includes("Hello, this is Sam")),
  ).toHaveLength(1);
  await released(bench);
  expect(bench.clock.pending).toBe(0);
});

let items = 0;
const fresh = () => `item_${++items}`;

/** What may happen to a call, in any order. */
const HAPPENINGS: Record<string, (bench: Bench) => void> = {
  wait: ({ clock }) => clock.advance(700),
  waitLong: ({ clock }) => clock.advance(12_000),
  ready: ({ voiceSays }) => voiceSays().ready(),
  agent: (bench) => agentSays(bench, fresh(), "I can offer Tuesday.", 600),
  hear: ({ phone }) => phone.hearAll(),
  consumer: (bench) => consumerSays(bench, fresh(), "Yes, please."),
  machine: (bench) => consumerSays(bench, fresh(), GREETING),
  screener: (bench) => consumerSays(bench, fresh(), SCREENER),
  stop: (bench) => consumerSays(bench, fresh(), "Stop calling me."),
  speech: ({ voiceSays }) => voiceSays().speechStarted({ itemId: fresh() }),
  answer: ({ voiceSays }) => voiceSays().answerStarted({ answerId: fresh() }),
  key: ({ phone }) => phone.says().keyPressed("4"),
  nine: ({ phone }) => phone.says().keyPressed("9"),
  used: ({ voiceSays }) =>
    voiceSays().answerEnded({ answerId: fresh(), end: "completed", reason: null, usage: USAGE }),
  endCall: ({ voiceSays }) =>
    voiceSays().toolCalled({
      toolCallId: fresh(),
      itemId: fresh(),
      name: "end_call",
      argumentsJson: JSON.stringify({ reason: "completed" }),
    }),
  lostVoice: ({ voiceSays }) => voiceSays().closed({ reason: "lost", fatal: false }),
};

/** A voice session that is over says nothing any more. */
const OF_VOICE = new Set(["ready", "agent", "consumer", "machine", "screener", "stop", "speech", "answer"]);
for (const name of ["used", "endCall", "lostVoice"]) OF_VOICE.add(name);

async function happen(bench: Bench, names: readonly string[], over: Set<unknown>) {
  for (const name of names) {
    const session = bench.sessions.at(-1);
    if (OF_VOICE.has(name) && (session?.isClosed === true || over.has(session))) continue;
    if (name === "lostVoice") over.add(session);
    HAPPENINGS[name]?.(bench);
    await nextTurn();
  }
}

const happenings = fc.array(fc.constantFrom(...Object.keys(HAPPENINGS)), { maxLength: 12 });

test("[CL193] whatever happened to a call, its actor leaves no timer", async () => {
  const run = async (isOpen: boolean, before: string[], after: string[]) => {
    const bench = isOpen ? openCall() : actorBench();
    if (!isOpen) bench.join();
    const over = new Set();
    await happen(bench, before, over);
    bench.phone.says().closed("lost");
    await happen(bench, after, over);
    await released(bench);
    await nextTurn();
    expect(bench.clock.pending).toBe(0);
  };
  await fc.assert(fc.asyncProperty(fc.boolean(), happenings, happenings, run), { numRuns: 200 });
});
