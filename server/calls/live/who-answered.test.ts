import { actorBench, agentSays, consumerSays, kinds, openCall } from "#server/calls/testing/actor-bench.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

const SCREENER = "This call is being screened. Please state your name and the reason for your call.";

function screened() {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  consumerSays(bench, "bot", SCREENER);
  const told = bench.asked.find((line) => line.startsWith("say This is Sam"));
  return { bench, told: told?.slice(4) ?? "" };
}

test("[CL93] a greeting that the carrier took for a person: the agent falls silent and the phone is put down", () => {
  const bench = openCall();
  consumerSays(bench, "u1", "You have reached the Millers. Please leave a message after the tone.");
  expect(bench.asked).toContain("closeFloor");
  bench.clock.advance(0);
  expect(bench.machines).toEqual(["voicemail"]);
});

test("[CL93] words that people say as well change nothing", () => {
  const bench = openCall();
  consumerSays(bench, "u1", "I'm not available on Thursday.");
  bench.clock.advance(1000);
  expect(bench.machines).toEqual([]);
  expect(bench.asked).not.toContain("closeFloor");
});

test("[CL95] a screening service is told who calls and nothing else; the person who comes hears the opening", async () => {
  const { bench, told } = screened();
  expect(told).toBe("This is Sam, an AI assistant calling for Acme LLC about a call that was asked for.");
  agentSays(bench, "told", told, 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(kinds(bench)).not.toContain("opening.heard");
  const before = bench.asked.length;
  bench.clock.advance(10_000);
  consumerSays(bench, "person", "Hello?");
  expect(bench.asked.slice(before)[0]).toMatch(
    /^say [A-Z][a-z]+ [a-z]+\. Hello, this is Sam, an AI assistant calling for Acme LLC/,
  );
  agentSays(bench, "opening", "Hello, this is Sam.", 600);
  bench.phone.hearAll();
  await nextTurn();
  expect(kinds(bench)).toContain("opening.heard");
  bench.clock.advance(9000);
  expect(bench.ended).toEqual([]);
});

test("[CL95] a screener that says more is not told twice, and nobody is waited for without end", () => {
  const { bench, told } = screened();
  agentSays(bench, "told", told, 600);
  bench.phone.hearAll();
  consumerSays(bench, "bot2", "Thank you. Please stay on the line.");
  const says = bench.asked.filter((line) => line === `say ${told}`);
  expect(says).toHaveLength(1);
  bench.clock.advance(31_000);
  expect(bench.ended).toEqual([{ status: "voicemail", reason: "screened" }]);
});

test("[CL91] a machine's words after an opt-out ended the call before its confirmation", async () => {
  const bench = openCall();
  bench.phone.says().keyPressed("9");
  await nextTurn();
  const before = bench.asked.length;
  consumerSays(bench, "bot", SCREENER);
  consumerSays(bench, "u1", "Please leave a message after the tone.");
  bench.clock.advance(1000);
  expect(bench.machines).toEqual([]);
  expect(bench.asked.slice(before)).toEqual([]);
});

test("[CL95] a screener whose voice session was lost was never told who calls", async () => {
  const { bench, told } = screened();
  bench.voiceSays().closed({ reason: "gone", fatal: false });
  bench.clock.advance(200);
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  const before = bench.asked.length;
  bench.voiceSays().ready();
  expect(bench.asked.slice(before)).toContain(`say ${told}`);
});

test("[CL95] a screener over a new stream was taken for a person who had heard the opening", async () => {
  const bench = actorBench([
    { speaker: "agent", text: "Hello, this is Sam." },
    { speaker: "consumer", text: SCREENER },
  ]);
  bench.join();
  bench.voiceSays().ready();
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  const says = bench.asked.filter((line) => /^(say|respond)/.test(line));
  expect(says).toEqual([expect.stringMatching(/^say This is Sam, an AI assistant calling for/)]);
  bench.clock.advance(31_000);
  expect(bench.ended).toEqual([{ status: "voicemail", reason: "screened" }]);
});

test("[CL93] a machine was talked to again over a new stream", async () => {
  const bench = actorBench([
    { speaker: "consumer", text: "You have reached the Millers. Please leave a message after the tone." },
  ]);
  bench.join();
  bench.voiceSays().ready();
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  expect(bench.machines).toEqual(["voicemail"]);
  expect(bench.asked.filter((line) => /^(say|respond)/.test(line))).toEqual([]);
});

test("[CL93] somebody who had talked in turns before a break was hung up on for a machine's phrase", async () => {
  const bench = actorBench([
    { speaker: "agent", text: "Is now a good time to talk?" },
    { speaker: "consumer", text: "Yes." },
    { speaker: "agent", text: "What is broken?" },
    { speaker: "consumer", text: "The roof." },
  ]);
  bench.join();
  bench.voiceSays().ready();
  await nextTurn();
  consumerSays(bench, "u1", "If I am out, just leave a message with my wife.");
  bench.clock.advance(1000);
  expect(bench.machines).toEqual([]);
});

test("[CL101] without a voice an answering machine got the apology", async () => {
  const bench = openCall();
  consumerSays(bench, "u1", "Please leave a message after the tone.");
  bench.voiceSays().closed({ reason: "no quota", fatal: true });
  await nextTurn();
  expect(bench.ended).toEqual([{ status: "voicemail", reason: "voicemail" }]);
  expect(bench.farewells).toEqual([]);
});

test("[CL95] the wait for a person behind a screener outlived the stream and ended the talk over the next one", async () => {
  const { bench } = screened();
  const released = bench.actor.release("lost");
  consumerSays(bench, "bot2", SCREENER);
  bench.clock.advance(60_000);
  await released;
  expect(bench.ended).toEqual([]);
});
