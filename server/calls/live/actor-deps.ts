import type { CallFeed } from "#server/calls/call-feed.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
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

/** What both sides said, as a new voice session takes it up: only what was heard. */
export async function historyOf(store: Pick<CallStore, "events">, callId: string): Promise<PastTurn[]> {
  const journal = await store.events(callId, 0);
  return (journal?.events ?? []).flatMap((event) => {
    if (event.type !== "transcript.segment") return [];
    const speaker = event.speaker === "consumer" ? ("consumer" as const) : ("agent" as const);
    return [{ speaker, text: event.heardText ?? event.text }];
  });
}
