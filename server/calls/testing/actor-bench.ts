import { callHead, phoneEar, scriptedVoice } from "#server/calls/testing/scripted-sides.ts";
import { scriptedServices } from "#server/calls/testing/scripted-services.ts";
import { scriptedDesk } from "#server/calls/testing/scripted-recordings.ts";
import { SoundDesk } from "#server/calls/sound/sound-desk.ts";
import type { RecordingDesk } from "#server/calls/recording/recordings.ts";
import { type ActorDeps, NO_PAST, type Past } from "#server/calls/live/actor-deps.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import type { Ownership } from "#server/calls/live-writes.ts";
import { CallActor } from "#server/calls/live/call-actor.ts";
import type { End } from "#server/calls/state/call-state.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { VoiceTurn } from "#server/voice/voice.ts";
import type { CallEvent, Draft, NewCallEvent } from "#shared/call/events.ts";

const DAY_MS = 86_400_000;

/** What the actor asked for and told. */
function actorBooks() {
  return {
    recorded: [] as NewCallEvent[],
    ended: [] as End[],
    /** What the carrier was to say before the end. */
    farewells: [] as string[],
    optOuts: [] as string[],
    machines: [] as string[],
    drafts: [] as Draft[],
    lost: [] as number[],
    /** Pieces for those who listen. */
    sounds: [] as { frameNumber: number; agent: Buffer; consumer: Buffer }[],
    levels: [] as [agent: number, consumer: number][],
    broken: [] as string[],
    letGo: [] as string[],
    /** Account ids of holders that were said to be gone. */
    gone: [] as string[],
  };
}

type Said = Extract<VoiceTurn, { text: string }>;
type Books = ReturnType<typeof actorBooks>;
/** `fenced`: another stream owns the call. `over`: somebody put the phone down. `failing`: the database is away; `isStuck`: for the end of the call as well. */
type Mood = { fenced: boolean; over: boolean; failing: boolean; isStuck: boolean };

const numbered = (events: readonly NewCallEvent[], after: number): CallEvent[] =>
  events.map((event, index) => ({ ...event, seq: after + index + 1, at: "2026-11-24T15:00:00Z" }));

/** The journal that leads to this past. */
function journalOf({ turns, openingHeard, optedOut, tools, steers }: Past): CallEvent[] {
  const fresh: NewCallEvent[] = [];
  if (openingHeard) fresh.push({ type: "opening.heard", atMs: 0 });
  if (optedOut) fresh.push({ type: "optOut.recorded", how: "spoken" });
  for (const [index, turn] of turns.entries()) {
    if (turn.speaker !== "agent" && turn.speaker !== "consumer") continue;
    const times = { startMs: index, endMs: index };
    fresh.push({ type: "transcript.segment", segmentId: `past_${index}`, ...turn, ...times });
  }
  for (const { result, ...tool } of tools) {
    fresh.push({ type: "tool.called", ...tool });
    if (result === null) continue;
    const { ok, text, durationMs } = result;
    fresh.push({ type: "tool.returned", toolCallId: tool.toolCallId, ok, result: text, durationMs });
  }
  for (const { steerId, kind, text, by, usedAtMs } of steers) {
    const type = kind === "exact" ? ("steer.said" as const) : ("steer.whispered" as const);
    fresh.push({ type, by, text, steerId });
    if (usedAtMs !== null) fresh.push({ type: "steer.used", steerId, atMs: usedAtMs });
  }
  return numbered(fresh, 0);
}

function scriptedStore(head: CallHead, past: Past, { recorded }: Books, mood: Mood): ActorDeps["store"] {
  const events = journalOf(past);
  return {
    async record(_callId, _epoch, _recordId, events) {
      if (mood.failing) throw new Error("no database");
      if (mood.fenced) return { kind: "unchanged", call: head };
      recorded.push(...events);
      return { kind: "stepped", call: head, step: { state: head.state, events, effects: [] } };
    },
    events: async () => {
      const all = [...events, ...numbered(recorded, events.length)];
      return { events: all, seq: all.length };
    },
    head: async () => ({ ...head, draft: past.openDraft }),
    beat: async () => ownershipIn(mood),
    checkpointDraft: async () => undefined,
  };
}

function ownershipIn({ fenced, over }: Mood): Ownership {
  if (fenced) return "taken";
  return over ? "over" : "ours";
}

type Asked = Pick<
  ActorDeps,
  | "endCall"
  | "optOut"
  | "machineAnswered"
  | "voiceBroken"
  | "letGo"
  | "holderGone"
  | "streamLost"
  | "measured"
>;

function askedOf(books: Books, mood: Mood): Asked {
  return {
    async endCall(_callId, end, say) {
      if (mood.isStuck) throw new Error("no database");
      books.ended.push(end);
      if (say !== undefined) books.farewells.push(say);
    },
    async optOut(_callId, how) {
      if (mood.failing) throw new Error("no database");
      books.optOuts.push(how);
    },
    async machineAnswered(_callId, kind) {
      books.machines.push(kind);
    },
    voiceBroken: (reason) => books.broken.push(reason),
    letGo: (_callId, _actor, reason) => books.letGo.push(reason),
    holderGone: async (_callId, accountId) => void books.gone.push(accountId),
    async streamLost(_callId, _attemptId, epoch) {
      books.lost.push(epoch);
      if (mood.failing) throw new Error("no database");
    },
    measured() {},
  };
}

/** A call that talked before, and waits for its next stream. */
function resumedHead(answeredAt: number): CallHead {
  const attempt = { attemptId: "att_00000001", number: 1, from: "+16505550100", placeId: "place_1" };
  const talk = { attempt, carrierCallId: "CA1", answeredAt, connectedAts: [answeredAt, answeredAt] };
  return { ...callHead(answeredAt), state: { phase: "answered", ...talk, token: null, streams: 1 } };
}

const soundBooks = ({ sounds, levels }: Books): ActorDeps["soundFeed"] => ({
  audio: (_callId, frameNumber, sides) => sounds.push({ frameNumber, ...sides }),
  levels: (_callId, agent, consumer) => levels.push([agent, consumer]),
});

type BenchOptions = { timeLimitMs?: number | undefined; recordings?: RecordingDesk };

/** One actor between a scripted voice and a phone whose ear the test holds. */
export function actorBench(
  turns: Said[] = [],
  given: Partial<Past> = {},
  { timeLimitMs = DAY_MS, recordings = scriptedDesk("no").desk }: BenchOptions = {},
) {
  const past = { ...NO_PAST, turns, openingHeard: turns.length > 0, ...given };
  const clock = new ManualClock();
  const { voice, asked, sessions, limits } = scriptedVoice();
  const { services, diary } = scriptedServices();
  const books = actorBooks();
  const mood = { fenced: false, over: false, failing: false, isStuck: false };
  const isNew = turns.length === 0 && Object.keys(given).length === 0;
  const head = isNew ? callHead(clock.nowMs()) : resumedHead(clock.nowMs());
  const sound = new SoundDesk();
  const deps: ActorDeps = {
    sound,
    soundFeed: soundBooks(books),
    store: scriptedStore(head, past, books, mood),
    feed: { event() {}, draft: (draft) => books.drafts.push(draft), boardChanged() {} },
    voice,
    recordings,
    clock,
    logger: silentLogger,
    instance: "srv_1",
    tools: services,
    timeLimitMs,
    ...askedOf(books, mood),
  };
  const actor = new CallActor(head, past, deps);
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
  const fail = (failing = true) => void (mood.failing = failing);
  const stick = (isStuck: boolean) => void (mood.isStuck = isStuck);
  return {
    actor,
    clock,
    sound,
    asked,
    sessions,
    limits,
    phone,
    join,
    diary,
    voiceSays,
    fence: () => void (mood.fenced = true),
    putDown: () => void (mood.over = true),
    fail,
    stick,
    ...books,
  };
}

/** Audio of so many ms, as the voice model sends it. */
export const sound = (ms: number) => Buffer.alloc(ms * 8, 0x55).toString("base64");

type Bench = ReturnType<typeof actorBench>;

/** The agent says `text` for `ms`, all of it delivered. */
export function agentSays({ voiceSays, asked }: Bench, itemId: string, text: string, ms: number) {
  const voice = voiceSays();
  const answerId = `answer ${itemId}`;
  const exactWords = asked.includes(`say ${text}`);
  voice.answerStarted({ answerId, ...(exactWords && { exactWords }) });
  voice.agentWords({ answerId, itemId, text, final: true });
  voice.audio({ answerId, itemId, payloadBase64: sound(ms) });
  voice.audioDone({ answerId, itemId });
  voice.answerEnded({ answerId, end: "completed", reason: null, usage: null });
}

/** The consumer says `text`, and it is recognised at once. */
export function consumerSays({ voiceSays }: Bench, itemId: string, text: string) {
  const voice = voiceSays();
  voice.speechStarted({ itemId });
  voice.speechStopped({ itemId, isNoise: false });
  voice.consumerWords({ itemId, text, final: true, audioSeconds: 1 });
}

export const openCall = (timeLimitMs?: number): Bench => hearOpening(actorBench([], {}, { timeLimitMs }));

/** The stream comes, and the opening is said and heard. */
export function hearOpening(bench: Bench): Bench {
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
