import { callHead, phoneEar, scriptedVoice } from "#server/calls/testing/scripted-sides.ts";
import { type ActorDeps, NO_PAST, type Past, type PastTurn } from "#server/calls/live/actor-deps.ts";
import { CallActor } from "#server/calls/live/call-actor.ts";
import type { End } from "#server/calls/state/call-state.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import type { Draft, NewCallEvent } from "#shared/call/events.ts";

/** One actor between a scripted voice and a phone whose ear the test holds. */
export function actorBench(turns: PastTurn[] = [], past: Partial<Past> = {}) {
  const clock = new ManualClock();
  const { voice, asked, sessions } = scriptedVoice();
  const recorded: NewCallEvent[] = [];
  const ended: End[] = [];
  const optOuts: string[] = [];
  const drafts: Draft[] = [];
  const lost: number[] = [];
  const broken: string[] = [];
  const letGo: string[] = [];
  let fenced = false;
  let failing = false;
  const head = callHead(clock.nowMs());
  const deps: ActorDeps = {
    store: {
      async record(_callId, _epoch, _recordId, events) {
        if (failing) throw new Error("no database");
        if (fenced) return { kind: "unchanged", call: head };
        recorded.push(...events);
        return { kind: "stepped", call: head, step: { state: head.state, events, effects: [] } };
      },
      events: async () => ({ events: [], seq: 0 }),
      draftOf: async () => null,
      beat: async () => (fenced ? null : head),
      checkpointDraft: async () => undefined,
    },
    feed: { event() {}, draft: (draft) => drafts.push(draft), boardChanged() {} },
    voice,
    clock,
    logger: silentLogger,
    instance: "srv_1",
    endCall: (_callId, end) => ended.push(end),
    optOut: async (_callId, how) => void optOuts.push(how),
    voiceBroken: (reason) => broken.push(reason),
    letGo: (_callId, _actor, reason) => letGo.push(reason),
    async streamLost(_callId, _attemptId, epoch) {
      lost.push(epoch);
      if (failing) throw new Error("no database");
    },
    measured() {},
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
  const fail = () => void (failing = true);
  const fence = () => void (fenced = true);
  const books = { recorded, ended, optOuts, drafts, lost, broken, letGo };
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
