import type { CallFeed } from "#server/calls/call-feed.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
import { foldCall } from "#shared/call/fold.ts";
import type { VoiceModel } from "#server/voice/voice.ts";

/** One finished turn, as a new voice session takes it up. */
export type PastTurn = { speaker: "agent" | "consumer"; text: string };

/** What an actor needs, and what it may ask for. */
export type ActorDeps = {
  store: Pick<CallStore, "record" | "events" | "beat" | "checkpointDraft">;
  feed: CallFeed;
  voice: VoiceModel;
  clock: Clock;
  logger: Logger;
  instance: string;
  /** The actor wants the phone call to end as `end`. */
  endCall(callId: string, end: End): void;
  /** Suppress the person now and everywhere. */
  optOut(callId: string, how: "spoken" | "key"): Promise<void>;
  /** The voice model will not work for anybody (wrong key, no quota). */
  voiceBroken(reason: string): void;
  /** The stream is gone; the state has to learn it. */
  streamLost(callId: string, attemptId: string, epoch: number): Promise<void>;
  /** From the answer to the first sound of the agent, and from the end of a turn to its answer. */
  measured(what: "firstWordMs" | "turnMs", ms: number): void;
};

/** What an actor that takes a call over has to know of it. */
export type Past = { turns: PastTurn[]; voiceCents: number };

export const NO_PAST: Past = { turns: [], voiceCents: 0 };

/** What both sides said, only what was heard, and what the voice model has cost so far. */
export async function pastOf(store: Pick<CallStore, "events">, callId: string): Promise<Past> {
  const { transcript, cost } = foldCall((await store.events(callId, 0))?.events ?? []);
  const turns = transcript.map(({ speaker, text, heardText }) => ({
    speaker: speaker === "consumer" ? ("consumer" as const) : ("agent" as const),
    text: heardText ?? text,
  }));
  return { turns, voiceCents: cost?.voiceCents ?? 0 };
}
