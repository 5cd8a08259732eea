import { OPT_OUT_CONFIRMATION } from "#server/calls/live/stop-request.ts";
import { actorBench, agentSays, consumerSays, openCall } from "#server/calls/testing/actor-bench.ts";
import fc from "fast-check";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof openCall>;
const said = ({ asked }: Bench) => asked.filter((line) => line === `say ${OPT_OUT_CONFIRMATION}`).length;
const OPTED_OUT = [{ status: "completed", reason: "opted_out" }];

test("[CL90] words alone stop the calls: suppressed, confirmed in fixed words, put down when they were heard", async () => {
  const bench = openCall();
  consumerSays(bench, "u1", "Take me off your list.");
  await nextTurn();
  expect(bench.optOuts).toEqual(["spoken"]);
  expect(bench.asked).toContain("closeFloor");
  agentSays(bench, "bye", OPT_OUT_CONFIRMATION, 600);
  expect(bench.ended).toEqual([]);
  bench.phone.hearAll();
  expect(bench.ended).toEqual(OPTED_OUT);
});

test("[CL91] a model that goes on talking is not heard, and its answer is not taken for the confirmation", async () => {
  const bench = openCall();
  consumerSays(bench, "u1", "Never call me again.");
  await nextTurn();
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "own" });
  expect(bench.asked.slice(-2)).toEqual(["discard own", "cancelAnswer own"]);
  voice.answerEnded({ answerId: "own", end: "cancelled", reason: null, usage: null });
  bench.clock.advance(3000);
  expect(bench.ended).toEqual([]);
  agentSays(bench, "bye", OPT_OUT_CONFIRMATION, 600);
  bench.phone.hearAll();
  expect(bench.ended).toEqual(OPTED_OUT);
});

test("[CL91] a rant into the confirmation does not cut it", async () => {
  const bench = openCall();
  bench.phone.says().keyPressed("9");
  await nextTurn();
  agentSays(bench, "bye", OPT_OUT_CONFIRMATION, 2000);
  bench.phone.hearOne();
  consumerSays(bench, "u1", "And do not dare to try it again!");
  expect(bench.asked.some((line) => line.startsWith("truncate bye"))).toBe(false);
  bench.phone.hearAll();
  expect(bench.ended).toEqual(OPTED_OUT);
});

test("[CL91] a time without a database loses no opt-out, and it is confirmed only once it is true", async () => {
  const bench = openCall();
  bench.fail();
  consumerSays(bench, "u1", "Stop calling me.");
  for (let seconds = 0; seconds < 60; seconds++) {
    bench.clock.advance(1000);
    await nextTurn();
  }
  expect([bench.optOuts, said(bench)]).toEqual([[], 0]);
  expect(bench.ended).toEqual(OPTED_OUT);
  bench.fail(false);
  bench.clock.advance(5000);
  await nextTurn();
  expect(bench.optOuts).toEqual(["spoken"]);
});

test("[CL92] an opt-out that the earlier owner of the call could not store is honoured by the next", async () => {
  const bench = actorBench([{ speaker: "consumer", text: "Please remove my number." }]);
  bench.join();
  bench.voiceSays().ready();
  await nextTurn();
  await nextTurn();
  expect(bench.optOuts).toEqual(["spoken"]);
  expect(said(bench)).toBeGreaterThan(0);
});

const WAYS = ["words", "key", "tool", "own answer", "second", "answer ended"] as const;

test("[CL91] any order of words, key, tool and a talkative model: suppressed once, confirmed once, ended once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...WAYS), { maxLength: 12 }),
      fc.constantFrom("words", "key", "tool"),
      async (before, last) => {
        const bench = openCall();
        const voice = bench.voiceSays();
        const running: string[] = [];
        let count = 0;
        const act: Record<(typeof WAYS)[number], () => void> = {
          words: () => consumerSays(bench, `u${count++}`, "Stop calling me."),
          key: () => bench.phone.says().keyPressed("9"),
          tool: () => {
            const toolCallId = `t${count++}`;
            voice.toolCalled({
              toolCallId,
              itemId: toolCallId,
              name: "mark_do_not_call",
              argumentsJson: "{}",
            });
          },
          "own answer": () => {
            const answerId = `own${count++}`;
            running.push(answerId);
            voice.answerStarted({ answerId });
          },
          "answer ended": () => {
            const answerId = running.pop();
            if (answerId !== undefined)
              voice.answerEnded({ answerId, end: "completed", reason: null, usage: null });
          },
          second: () => bench.clock.advance(1000),
        };
        for (const way of [...before, last]) {
          act[way]();
          await nextTurn();
        }
        while (running.length > 0) act["answer ended"]();
        expect(bench.optOuts).toHaveLength(1);
        expect(said(bench)).toBe(1);
        agentSays(bench, "bye", OPT_OUT_CONFIRMATION, 600);
        bench.phone.hearAll();
        bench.clock.advance(20_000);
        expect(bench.ended).toEqual(OPTED_OUT);
      },
    ),
    { numRuns: 200 },
  );
});
