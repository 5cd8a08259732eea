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
    /^say Hello, this is Sam, an AI assistant calling for Acme LLC/,
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
