import { type Api, callEnds, journalOf, signIn } from "#e2e/support/api.ts";
import { BRIEF } from "#e2e/support/scripts.ts";
import { isUnderWay } from "#e2e/support/sandbox.ts";
import { callCase, startWorld } from "#e2e/support/world.ts";
import { type Ringside, startRingside } from "#e2e/support/ringside.ts";
import { until } from "#e2e/support/wait.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import type { CallEvent } from "#shared/call/events.ts";
import { isFinal } from "#shared/call/status.ts";
import { afterEach, expect, test } from "vitest";

const started: Ringside[] = [];
afterEach(async () => {
  // The last one first: it may live in the folder of the one before.
  for (const ringside of started.splice(0).toReversed()) await ringside.stop();
});

/** A demo call has eight and more. */
const SOME_LINES = [2, 3, 4];

/** Everything by itself: embedded database, sandbox, demo calls. */
async function startDemo(options: { dataDir?: string; port?: number } = {}) {
  const ringside = await startRingside({ ...options, env: { DEMO: "on" } });
  started.push(ringside);
  const { email } = DEMO_PEOPLE.supervisor;
  return { ringside, supervisor: await signIn(ringside.baseUrl, email, DEMO_PASSWORD) };
}

/** A demo call in which both sides have spoken, and which is not near its end. */
function talkingCall(api: Api): Promise<string> {
  return until(
    "a demo call in full swing",
    async () => {
      const { live } = await api.supervisor.board();
      for (const { callId } of live) {
        const { transcript, status } = await api.call.get({ callId });
        if (status === "in_progress" && SOME_LINES.includes(transcript.length)) return callId;
      }
      return null;
    },
    120_000,
  );
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

test("Ctrl-C in the middle of a call: exit code 0, nobody is left behind", async () => {
  const { ringside, supervisor } = await startDemo();
  await talkingCall(supervisor.api);
  expect(ringside.processes().length).toBeGreaterThanOrEqual(3);
  const { code, tookMs } = await ringside.interrupt();
  console.log(`Ctrl-C took ${tookMs} ms.`);
  expect(code).toBe(0);
  await until("database and sandbox are gone", () => ringside.processes().length === 0);
  const { stderr, stdout } = ringside.output();
  expect(stderr).toBe("");
  expect(stdout).not.toContain('"level":"error"');
});

test("[CL36] kill -9 of everything in the middle of a call: the records are there, and the call ends truly", async () => {
  const before = await startDemo();
  const callId = await talkingCall(before.supervisor.api);
  const seen = await journalOf(before.supervisor.api, callId);
  const { dataDir, port } = before.ringside;
  await before.ringside.kill9();

  const { ringside, supervisor } = await startDemo({ dataDir, port });
  const kept: CallEvent[] = await journalOf(supervisor.api, callId);
  expect(kept.slice(0, seen.length)).toEqual(seen);
  // The token of before still opens the door: sessions and keys are records too.
  const old = await journalOf(before.supervisor.api, callId).catch(textOf);
  expect(old).toEqual(expect.arrayContaining(seen));
  const view = await until("the interrupted call has ended", async () => {
    const now = await supervisor.api.call.get({ callId });
    return isFinal(now.status) && now;
  });
  // The phone network died too and knows nothing of this call any more.
  expect(view).toMatchObject({ status: "failed", endReason: "connection_lost" });
  expect(view.transcript.length).toBeGreaterThanOrEqual(2);
  const events = await journalOf(supervisor.api, callId);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(ringside.output().stderr).toBe("");
  // And the next call is made.
  await until("a new demo call", async () => {
    const { live, recent } = await supervisor.api.supervisor.board();
    return [...live, ...recent].some((call) => call.callId !== callId && call.attemptNumber > 0);
  });
});

test("kill -9 of server and database alone: the phone network lives on, the call is not lost and nobody is called twice", async () => {
  const world = await startWorld();
  started.push(world.ringside);
  const { consumer, business, request } = await callCase(world, BRIEF);
  const callId = await request();
  const seen = await until("the agent has spoken", async () => {
    const events = await journalOf(business.api, callId);
    return events.some(({ type }) => type === "opening.heard") && events;
  });
  const { dataDir, port } = world.ringside;
  await world.ringside.kill9();
  const ringside = await startRingside({ env: world.sandbox.env, dataDir, port });
  started.push(ringside);
  const view = await callEnds(business.api, callId);
  const phone = await world.sandbox.onlyCall(consumer.number);
  expect(isUnderWay(phone)).toBe(false);
  expect(phone.rings).toBe(1);
  const events = await journalOf(business.api, callId);
  expect(events.slice(0, seen.length)).toEqual(seen);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  console.log(`After the restart: ${view.status}, ${view.endReason}; streams ${phone.streams.length}.`);
  expect(["completed", "failed"]).toContain(view.status);
  await world.sandbox.stop();
});
