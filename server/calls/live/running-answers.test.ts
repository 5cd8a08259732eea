import { actorBench, kinds } from "#server/calls/testing/actor-bench.ts";
import { NO_VOICE_TOTALS } from "#shared/call/cost.ts";
import { expect, test } from "vitest";

const { transcriptionSeconds: _none, ...NOTHING } = NO_VOICE_TOTALS;

function answering() {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  bench.voiceSays().answerStarted({ answerId: "a" });
  return bench;
}

test("[CL111] an answer that was being made when the phone was put down is cancelled, and what it used counts", async () => {
  const bench = answering();
  const released = bench.actor.release("call over");
  expect(bench.asked).toContain("cancelAnswer");
  const usage = { ...NOTHING, audioOut: 6 };
  bench.voiceSays().answerEnded({ answerId: "a", end: "cancelled", reason: null, usage });
  await released;
  const cost = bench.recorded.find((event) => event.type === "cost.updated");
  expect(cost).toMatchObject({ voiceCents: 6, detail: { voice: { usage: { audioOut: 6 } } } });
});

test("[CL111] an answer that never tells what it used keeps nobody waiting for more than a second", async () => {
  const bench = answering();
  const released = bench.actor.release("call over");
  bench.clock.advance(1000);
  await released;
  expect(kinds(bench)).not.toContain("cost.updated");
});
