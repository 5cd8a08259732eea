import { isDeepStrictEqual } from "node:util";
import { journalOf, type SignedIn } from "#e2e/support/api.ts";
import { faultsOf, type Witnesses } from "#e2e/support/exactness.ts";
import { JournalWatcher } from "#e2e/support/journal-watcher.ts";
import { isUnderWay } from "#e2e/support/sandbox.ts";
import { liveCallsAt, type ServerPair } from "#e2e/support/server-pair.ts";
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

type Call = { callId: string; number: string; api: SignedIn["api"]; watchers: JournalWatcher[] };

/** Asks for the call; it is watched on the server that lives and on the one that will die. */
async function started(pair: ServerPair, { consumer, business, request }: CallCase): Promise<Call> {
  const callId = await request();
  const watchers = [pair.places[0], pair.world.baseUrl].map(
    (place) => new JournalWatcher(place, business.token, callId),
  );
  return { callId, number: consumer.number, api: business.api, watchers };
}

/** Both sides of each call have spoken and the call is at the second server. */
async function talk(calls: readonly Call[]): Promise<void> {
  for (const { api, callId } of calls) {
    let last = "";
    await until("both have spoken", async () => {
      const { transcript, openingHeard, status, endReason } = await api.call.get({ callId });
      const speakers = transcript.map(({ speaker }) => speaker);
      last = `${status}, ${endReason}, opening heard: ${openingHeard}, spoke: ${speakers.join(" ")}`;
      return openingHeard && speakers.includes("consumer");
    }).catch((error: unknown) => {
      throw new Error(last, { cause: error });
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

/** Puts the phones down; returns when, on the wall. */
async function endAll(calls: readonly Call[]): Promise<number> {
  const putDownAtMs = Date.now();
  for (const { api, callId } of calls) await api.call.hangUp({ callId }).catch(() => undefined);
  for (const { api, callId } of calls) {
    await until("the call is over", async () => isFinal((await api.call.get({ callId })).status));
  }
  return putDownAtMs;
}

/** `calls` calls talk at the second server, which then dies by SIGKILL. Returns what is wrong with them once all are over. */
async function playRound(pair: ServerPair, calls: number, random: () => number): Promise<Round> {
  const { sandbox } = pair.world;
  const running = await Promise.all((await casesOf(pair, calls)).map((one) => started(pair, one)));
  await talk(running);
  await new Promise((resolve) => setTimeout(resolve, random() * MAX_WAIT_MS));
  const audioMs = new Map((await sandbox.calls()).map((call) => [call.to, call.audioMs]));
  const wallMs = Date.now();
  await pair.second().kill9();
  await Promise.all(running.map(recovered));
  const putDownAtMs = await endAll(running);
  const words = await sandbox.recognisedWords();
  const round: Round = { faults: [], recoveredMs: [] };
  for (const [index, call] of running.entries()) {
    const diedAt = { earMs: audioMs.get(call.number) ?? 0, wallMs };
    const phone = await sandbox.onlyCall(call.number);
    const again = phone.heard.find(({ startedAtMs }) => startedAtMs > diedAt.earMs);
    if (again !== undefined) round.recoveredMs.push(again.startedAtMs - diedAt.earMs);
    const faults = await faultsIn(call, { phone, words, diedAt, putDownAtMs });
    round.faults.push(...faults.map((fault) => `call ${index + 1}: ${fault}`));
  }
  round.faults.push(...(await leftovers(pair)));
  return round;
}

async function faultsIn(
  { callId, api, watchers }: Call,
  { phone, words, diedAt, putDownAtMs }: Omit<Witnesses, "events">,
): Promise<string[]> {
  const events = (await journalOf(api, callId)).map((event) => callEventSchema.parse(event));
  const said = events.flatMap((event) => (event.type === "transcript.segment" ? [event.segmentId] : []));
  const own = words.filter(({ sessionItems }) => said.some((id) => sessionItems.has(id)));
  const faults = faultsOf({ phone, words: own, events, diedAt, putDownAtMs });
  if (isUnderWay(phone)) faults.push("the phone was not put down");
  for (const watcher of watchers) {
    await until("the watcher has it all", () => watcher.seen.length >= events.length);
    const seen = watcher.seen.slice(0, events.length);
    if (!isDeepStrictEqual(seen, events)) faults.push("a watcher saw something else");
    watcher.stop();
  }
  return faults;
}

/** After the calls nothing of them is left anywhere. */
async function leftovers({ places, world: { sandbox } }: ServerPair): Promise<string[]> {
  const isIdle = await until("no call is live", async () => (await liveCallsAt(places[0])) === 0).catch(
    () => false,
  );
  const open = (await sandbox.voiceSessions()).filter(({ state }) => state === "open").length;
  return [
    ...(isIdle ? [] : ["an actor is left"]),
    ...(open === 0 ? [] : [`${open} voice sessions are left open`]),
  ];
}

/** Kills the owner of `calls` calls `rounds` times. The same seed gives the same waits. `recoveredMs`: until the agent's voice was back, in order. */
export async function killOwner(
  pair: ServerPair,
  { calls, rounds, seed }: { calls: number; rounds: number; seed: number },
): Promise<Round> {
  const random = randomOf(seed);
  const total: Round = { faults: [], recoveredMs: [] };
  for (let round = 1; round <= rounds; round++) {
    if (round > 1) await pair.revive();
    const { faults, recoveredMs } = await playRound(pair, calls, random);
    total.faults.push(...faults.map((fault) => `round ${round}, ${fault}`));
    total.recoveredMs.push(...recoveredMs);
  }
  total.recoveredMs.sort((a, b) => a - b);
  return total;
}
