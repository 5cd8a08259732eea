import type { CallFeed } from "#server/calls/call-feed.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { End, Holder } from "#server/calls/state/call-state.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { ToolServices } from "#server/calls/live/tool-services.ts";
import type { CallActor } from "#server/calls/live/call-actor.ts";
import { historyOf } from "#server/calls/live/history.ts";
import type { SoundDesk, SoundFeed } from "#server/calls/sound/sound-desk.ts";
import type { RecordingDesk } from "#server/calls/recording/recordings.ts";
import { unfinished } from "#server/calls/unfinished-draft.ts";
import type { VoiceTotals } from "#shared/call/cost.ts";
import type { CallEvent, CallEventOf, Draft } from "#shared/call/events.ts";
import { foldCall } from "#shared/call/fold.ts";
import type { SteerView, ToolView } from "#shared/call/view.ts";
import type { VoiceModel, VoiceTurn } from "#server/voice/voice.ts";

/** What an actor needs, and what it may ask for. */
export type ActorDeps = {
  store: Pick<CallStore, "record" | "events" | "head" | "beat" | "checkpointDraft">;
  feed: CallFeed;
  voice: VoiceModel;
  recordings: RecordingDesk;
  sound: Pick<SoundDesk, "attach" | "detach">;
  soundFeed: SoundFeed;
  clock: Clock;
  logger: Logger;
  instance: string;
  tools: ToolServices;
  /** The carrier cuts a call off after so long; the agent says goodbye before. */
  timeLimitMs: number;
  /** The actor wants the phone call to end as `end`; `say` is spoken by the carrier before. Rejects when that could not be stored. */
  endCall(callId: string, end: End, say?: string): Promise<void>;
  /** Suppress the person now and everywhere. */
  optOut(callId: string, how: "spoken" | "key"): Promise<void>;
  /** It is a machine that picked up. Rejects when that could not be stored. */
  machineAnswered(callId: string, kind: "voicemail" | "ivr"): Promise<void>;
  /** The voice model will not work for anybody (wrong key, no quota). */
  voiceBroken(reason: string): void;
  /** The person who holds the call is gone, or gives way: the agent has it again. */
  holderGone(callId: string, accountId: string): Promise<void>;
  /** The actor has nothing more to do with the call: whoever keeps it lets it go. */
  letGo(callId: string, actor: CallActor, reason: string): void;
  /** The stream is gone; the state has to learn it. */
  streamLost(callId: string, attemptId: string, epoch: number): Promise<void>;
  /** From the answer to the first sound of the agent, and from the end of a turn to its answer. */
  measured(what: "firstWordMs" | "turnMs", ms: number): void;
};

/** What an actor that takes a call over has to know of it. */
export type Past = {
  turns: VoiceTurn[];
  /** What earlier sessions of the call have used; null: no other than what the call's document says. */
  usage: VoiceTotals | null;
  openingHeard: boolean;
  /** They asked not to be called again, and may not have heard the confirmation. */
  optedOut: boolean;
  /** Every tool call of the model so far; one without a result was under way when its owner was lost. */
  tools: ToolView[];
  /** What staff told the agent, done or not. */
  steers: SteerView[];
  /** The newest journal event that is counted in. */
  seq: number;
  /** The person who holds the call; null: the agent does. */
  holder: Holder | null;
  /** Words that were being spoken when the earlier owner was lost, and that it could not finish. */
  openDraft: Draft | null;
};

export const NO_PAST: Past = {
  turns: [],
  usage: null,
  openingHeard: false,
  optedOut: false,
  tools: [],
  steers: [],
  seq: 0,
  holder: null,
  openDraft: null,
};

/** What both sides said, only what was heard, and what the voice model has used so far. */
export async function pastOf(store: Pick<CallStore, "events" | "head">, callId: string): Promise<Past> {
  const head = await store.head(callId);
  const events = (await store.events(callId, 0))?.events ?? [];
  const view = foldCall(events);
  const { openingHeard, tools, optedOut, steers, seq } = view;
  const openDraft = unfinished(head?.draft ?? null, view);
  const turns = historyOf(view, openDraft);
  return {
    turns,
    usage: head?.usage ?? null,
    openingHeard,
    optedOut,
    tools,
    steers,
    seq,
    holder: holderOf(events),
    openDraft,
  };
}

function holderOf(events: readonly CallEvent[]): Holder | null {
  const newest = events.findLast(({ type }) => type === "holder.changed");
  return newest?.type === "holder.changed" ? personIn(newest) : null;
}

/** Who holds the call after this; null: the agent. */
export function personIn({ holder, by }: CallEventOf<"holder.changed">): Holder | null {
  if (holder === "agent" || by.kind !== "person") return null;
  const { kind: _kind, ...person } = by;
  return person;
}
