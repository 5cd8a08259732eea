import { callHead, phoneEar, scriptedVoice } from "#server/calls/testing/scripted-sides.ts";
import { type ActorDeps, NO_PAST, type Past, type PastTurn } from "#server/calls/live/actor-deps.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import { CallActor } from "#server/calls/live/call-actor.ts";
import type { End } from "#server/calls/state/call-state.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { Draft, NewCallEvent } from "#shared/call/events.ts";

/** What the actor asked for and told. */
function actorBooks() {
  return {
    recorded: [] as NewCallEvent[],
    ended: [] as End[],
    /** What the carrier was to say before the end. */
    farewells: [] as string[],
    optOuts: [] as string[],
    drafts: [] as Draft[],
    lost: [] as number[],
    broken: [] as string[],
    letGo: [] as string[],
  };
}

type Books = ReturnType<typeof actorBooks>;
/** `fenced`: another stream owns the call. `failing`: the database is away. */
type Mood = { fenced: boolean; failing: boolean };

function scriptedStore(head: CallHead, { recorded }: Books, mood: Mood): ActorDeps["store"] {
  return {
    async record(_callId, _epoch, _recordId, events) {
      if (mood.failing) throw new Error("no database");
      if (mood.fenced) return { kind: "unchanged", call: head };
      recorded.push(...events);
      return { kind: "stepped", call: head, step: { state: head.state, events, effects: [] } };
    },
    events: async () => ({ events: [], seq: 0 }),
    draftOf: async () => null,
    beat: async () => (mood.fenced ? null : head),
    checkpointDraft: async () => undefined,
  };
}

type Asked = Pick<ActorDeps, "endCall" | "optOut" | "voiceBroken" | "letGo" | "streamLost" | "measured">;

function askedOf(books: Books, mood: Mood): Asked {
  return {
    endCall(_callId, end, say) {
      books.ended.push(end);
      if (say !== undefined) books.farewells.push(say);
    },
    optOut: async (_callId, how) => void books.optOuts.push(how),
    voiceBroken: (reason) => books.broken.push(reason),
    letGo: (_callId, _actor, reason) => books.letGo.push(reason),
    async streamLost(_callId, _attemptId, epoch) {
      books.lost.push(epoch);
      if (mood.failing) throw new Error("no database");
    },
    measured() {},
  };
}

/** One actor between a scripted voice and a phone whose ear the test holds. */
export function actorBench(turns: PastTurn[] = [], past: Partial<Past> = {}) {
  const clock = new ManualClock();
  const { voice, asked, sessions } = scriptedVoice();
  const books = actorBooks();
  const mood = { fenced: false, failing: false };
  const head = callHead(clock.nowMs());
  const deps: ActorDeps = {
    store: scriptedStore(head, books, mood),
    feed: { event() {}, draft: (draft) => books.drafts.push(draft), boardChanged() {} },
    voice,
    clock,
    logger: silentLogger,
    instance: "srv_1",
    ...askedOf(books, mood),
  };
  const actor = new CallActor(head, { ...NO_PAST, turns, openingHeard: turns.length > 0, ...past }, deps);
  const phone = phoneEar();
  const join = () => {
    actor.join(phone.stream, 1, "att_00000001", clock.nowMs());
    actor.claimed();
  };
  /** The voice model's newest session. */
  const voiceSays = () => {
    const session = sessions.at(-1);
    if (session === undefined) throw new Error("No voice session was opened.");
    return session.listener;
  };
  const fail = () => void (mood.failing = true);
  const fence = () => void (mood.fenced = true);
  return { actor, clock, asked, sessions, phone, join, voiceSays, fence, fail, ...books };
}

/** Audio of so many ms, as the voice model sends it. */
export const sound = (ms: number) => Buffer.alloc(ms * 8, 0x55).toString("base64");

type Bench = ReturnType<typeof actorBench>;

/** The agent says `text` for `ms`, all of it delivered. */
export function agentSays({ voiceSays }: Bench, itemId: string, text: string, ms: number) {
  const voice = voiceSays();
  const answerId = `answer ${itemId}`;
  voice.answerStarted({ answerId });
  voice.agentWords({ answerId, itemId, text, final: true });
  voice.audio({ answerId, itemId, payloadBase64: sound(ms) });
  voice.audioDone({ answerId, itemId });
  voice.answerEnded({ answerId, end: "completed", reason: null, usage: null });
}

export function openCall(): Bench {
  const bench = actorBench();
  bench.join();
  bench.voiceSays().ready();
  bench.clock.advance(1000);
  agentSays(bench, "opening", "Hello, this is Sam.", 300);
  bench.phone.hearAll();
  return bench;
}

export const segments = ({ recorded }: Bench) =>
  recorded.filter((event) => event.type === "transcript.segment");
export const kinds = ({ recorded }: Bench) => recorded.map((event) => event.type);
