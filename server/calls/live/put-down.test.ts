import { openCall, segments } from "#server/calls/testing/actor-bench.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof openCall>;

/** The consumer has said something whose words are not recognised yet. */
function midWords({ voiceSays }: Bench) {
  voiceSays().speechStarted({ itemId: "u1" });
  voiceSays().speechStopped({ itemId: "u1", isNoise: false });
}

/** A session that was closed tells nothing any more. */
function recognised({ voiceSays, sessions }: Bench) {
  if (sessions.at(-1)?.isClosed === true) return;
  voiceSays().consumerWords({ itemId: "u1", text: "On Wednesday.", final: true, audioSeconds: 1 });
}

/** A heartbeat is sent, and answered. */
async function beat({ clock }: Bench) {
  clock.advance(1000);
  for (let turns = 0; turns < 5; turns++) await nextTurn();
}

const lastWords = (bench: Bench) => segments(bench).at(-1)?.text;

test("[CL322] a heartbeat that was on its way when the phone was put down took the last words with it", async () => {
  const bench = openCall();
  midWords(bench);
  bench.putDown();
  bench.clock.advance(1000);
  const released = bench.actor.release("call over");
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  recognised(bench);
  bench.clock.advance(10_000);
  await released;
  expect(lastWords(bench)).toBe("On Wednesday.");
});

test("[CL322] an owner that learns from its heartbeat that the phone was put down at another server keeps the last words", async () => {
  const bench = openCall();
  midWords(bench);
  bench.putDown();
  await beat(bench);
  expect(bench.letGo).toEqual(["not talked in any more"]);
  const released = bench.actor.release("not talked in any more");
  recognised(bench);
  bench.clock.advance(10_000);
  await released;
  expect(lastWords(bench)).toBe("On Wednesday.");
});

test("[CL322] a call that another stream has taken is let go at once, and nothing more of it is kept", async () => {
  const bench = openCall();
  midWords(bench);
  bench.fence();
  await beat(bench);
  expect(bench.letGo).toContain("owned by another");
  expect(bench.sessions.at(-1)?.isClosed).toBe(true);
});
