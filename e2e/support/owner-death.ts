import { isDeepStrictEqual } from "node:util";
import { journalOf, signUp, type SignedIn } from "#e2e/support/api.ts";
import { faultsOf } from "#e2e/support/exactness.ts";
import { JournalWatcher } from "#e2e/support/journal-watcher.ts";
import { isUnderWay } from "#e2e/support/sandbox.ts";
import type { ServerPair } from "#e2e/support/server-pair.ts";
import { until } from "#e2e/support/wait.ts";
import { type CallCase, callCase, newBusiness } from "#e2e/support/world.ts";
import { type CalleeScript, person } from "#server/sandbox/callees/script.ts";
import { callEventSchema } from "#shared/call/events.ts";
import { isFinal } from "#shared/call/status.ts";

/** A business may ask for ten calls an hour. */
const CALLS_OF_BUSINESS = 10;
/** The kill comes this long after the last call has begun to talk, at most. */
const MAX_WAIT_MS = 3000;

/** Answers, for as long as it is asked something. */
const TALKATIVE: CalleeScript = person({
  voice: "rms",
  afterRingMs: 300,
  pauseMs: 500,
  answers: [{ about: "am i speaking with", say: "Yes, that is me." }],
  lines: [
    "It is the kitchen sink.",
    "Since last week.",
    "On Wednesday morning.",
    "Nothing else.",
    "Yes please.",
  ],
  maxReplies: 20,
  closing: null,
});

type Round = { faults: string[]; recoveredMs: number[] };

/** A small generator of numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function casesOf({ world }: ServerPair, calls: number): Promise<CallCase[]> {
  const businesses = await Promise.all(
    Array.from({ length: Math.ceil(calls / CALLS_OF_BUSINESS) }, () => newBusiness(world)),
  );
  const callerOf = (index: number) => businesses[Math.floor(index / CALLS_OF_BUSINESS)];
  return Promise.all(
    Array.from({ length: calls }, (_, index) => callCase(world, TALKATIVE, callerOf(index))),
  );
}

type Call = { callId: string; number: string; api: SignedIn["api"] };

/** Both sides of each call have spoken and the call is at the second server. */
async function talk(calls: readonly Call[]): Promise<void> {
  for (const { api, callId } of calls) {
    await until("both have spoken", async () => {
      const { transcript, openingHeard } = await api.call.get({ callId });
      return openingHeard && transcript.some(({ speaker }) => speaker === "consumer");
    });
  }
}

/** Each call goes on: the agent has said something whole since it was resumed. */
async function recovered({ api, callId }: Call): Promise<void> {
  await until("the agent speaks again", async () => {
    const events = await journalOf(api, callId);
    const resumedAt = events.findIndex(({ type }) => type === "call.resumed");
    return events
      .slice(resumedAt)
      .some((event) => event.type === "transcript.segment" && event.speaker === "agent" && resumedAt >= 0);
  });
}

async function endAll(calls: readonly Call[]): Promise<void> {
  for (const { api, callId } of calls) await api.call.hangUp({ callId }).catch(() => undefined);
  for (const { api, callId } of calls) {
    await until("the call is over", async () => isFinal((await api.call.get({ callId })).status));
  }
}

/**
 * `calls` calls talk at the second server, which then dies by SIGKILL. Returns what is wrong with them once all are over, and how long each
 * person waited for the agent's voice. `supervisor` watches all of them, on the server that lives and on the one that dies.
 */
async function playRound(
  pair: ServerPair,
  supervisor: SignedIn,
  calls: number,
  random: () => number,
): Promise<Round> {
  const { sandbox } = pair.world;
  const cases = await casesOf(pair, calls);
  const running: Call[] = await Promise.all(
    cases.map(async ({ consumer, business, request }) => ({
      callId: await request(),
      number: consumer.number,
      api: business.api,
    })),
  );
  const ids = running.map(({ callId }) => callId);
  const watchers = [pair.places[0], pair.world.baseUrl].map(
    (place) => new JournalWatcher(place, supervisor.token, ids),
  );
  await talk(running);
  await new Promise((resolve) => setTimeout(resolve, random() * MAX_WAIT_MS));
  const before = new Map((await sandbox.calls()).map((call) => [call.sid, call.audioMs]));
  const wallMs = Date.now();
  await pair.second().kill9();
  await Promise.all(running.map(recovered));
  await endAll(running);
  const words = await sandbox.recognisedWords();
  const round: Round = { faults: [], recoveredMs: [] };
  for (const [index, { callId, number, api }] of running.entries()) {
    const [phone, events] = [await sandbox.onlyCall(number), await journalOf(api, callId)];
    const own = words.filter(({ sessionItems }) =>
      events.some((event) => event.type === "transcript.segment" && sessionItems.has(event.segmentId)),
    );
    const parsed = events.map((event) => callEventSchema.parse(event));
    const diedAt = { earMs: before.get(phone.sid) ?? 0, wallMs };
    const firstAgain = phone.heard.find(({ startedAtMs }) => startedAtMs > diedAt.earMs);
    if (firstAgain !== undefined) round.recoveredMs.push(firstAgain.startedAtMs - diedAt.earMs);
    const faults = faultsOf({ phone, words: own, events, diedAt });
    if (isUnderWay(phone)) faults.push("the phone was not put down");
    for (const watcher of watchers) {
      await until("the watcher has it all", () => watcher.seen(callId).length >= events.length);
      if (!isDeepStrictEqual(watcher.seen(callId), parsed)) faults.push("a watcher saw something else");
    }
    round.faults.push(...faults.map((fault) => `call ${index + 1}: ${fault}`));
  }
  for (const watcher of watchers) watcher.stop();
  round.faults.push(...(await leftovers(pair)));
  return round;
}

/** After the calls nothing of them is left anywhere. */
async function leftovers({ places, world: { sandbox } }: ServerPair): Promise<string[]> {
  const live = await until("no call is live", async () => {
    const metrics = await (await fetch(`${places[0]}/metrics`)).text();
    return /^ringside_calls_live (\d+)$/m.exec(metrics)?.[1] === "0" && "0";
  }).catch(() => "some");
  const open = (await sandbox.voiceSessions()).filter(({ state }) => state === "open").length;
  return [
    ...(live === "0" ? [] : ["an actor is left"]),
    ...(open === 0 ? [] : [`${open} voice sessions are left open`]),
  ];
}

/** Kills the owner of `calls` calls `rounds` times. The same seed gives the same waits. Needs `SUPERVISOR_EMAILS` to hold `boss@e2e.test`. */
export async function killOwner(
  pair: ServerPair,
  { calls, rounds, seed }: { calls: number; rounds: number; seed: number },
): Promise<Round> {
  const random = randomOf(seed);
  const supervisor = await signUp(pair.world.baseUrl, "consumer", "Sam Boss", "boss@e2e.test");
  const total: Round = { faults: [], recoveredMs: [] };
  for (let round = 1; round <= rounds; round++) {
    if (round > 1) await pair.revive();
    const { faults, recoveredMs } = await playRound(pair, supervisor, calls, random);
    total.faults.push(...faults.map((fault) => `round ${round}, ${fault}`));
    total.recoveredMs.push(...recoveredMs);
  }
  total.recoveredMs.sort((a, b) => a - b);
  return total;
}
