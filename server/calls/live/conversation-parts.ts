import type { CallHead } from "#server/calls/call-document.ts";
import type { ActorDeps, Past } from "#server/calls/live/actor-deps.ts";
import { ConsumerAudio } from "#server/calls/live/consumer-audio.ts";
import { ConsumerSide } from "#server/calls/live/consumer-side.ts";
import { Goodbye } from "#server/calls/live/goodbye.ts";
import { Manners } from "#server/calls/live/manners.ts";
import { Opening } from "#server/calls/live/opening.ts";
import { openingWords } from "#server/calls/live/prompt.ts";
import { RunningAnswers } from "#server/calls/live/running-answers.ts";
import { RunningCost } from "#server/calls/live/running-cost.ts";
import { StopRequest } from "#server/calls/live/stop-request.ts";
import { Talk } from "#server/calls/live/talk.ts";
import { ToolActs } from "#server/calls/live/tool-acts.ts";
import { ToolDesk } from "#server/calls/live/tool-desk.ts";
import { TurnTimer } from "#server/calls/live/turn-timer.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { VoiceSession, VoiceTurn } from "#server/voice/voice.ts";
import type { NewCallEvent } from "#shared/call/events.ts";

/** What a conversation needs of the actor that holds it. */
export type ConversationHost = {
  deps: ActorDeps;
  /** Ms since the answer. */
  callMs(): number;
  record(...events: (NewCallEvent | null)[]): void;
  /** Resolves when what was recorded is stored. */
  flush(): Promise<void>;
  /** Everything that was said and done so far, as it is stored. */
  history(): Promise<VoiceTurn[]>;
  /** Lets an event of the voice model through, when it may. */
  deliver(event: () => void): void;
  /** Work that nobody waits for. */
  background(work: Promise<unknown>): void;
  /** The voice model's session ended by itself. */
  voiceEnded(end: { reason: string; fatal: boolean }): void;
  /** The agent can't speak in this call. */
  giveUp(): void;
};

/** What the parts ask of the conversation that joins them. */
type Conversing = {
  voice(): VoiceSession;
  itemHeard(itemId: string, text: string): void;
  unproven(): void;
  /** Makes the agent stop whatever it says, the opening included. */
  cutIn(): void;
};

export type ConversationParts = ReturnType<typeof conversationParts>;

/** The parts of one conversation, each knowing of the others what it needs. */
export function conversationParts(call: CallHead, past: Past, host: ConversationHost, self: Conversing) {
  const { deps, callMs, record, flush } = host;
  const { clock, measured } = deps;
  const { voice, cutIn } = self;
  const answers = new RunningAnswers();
  const running = () => answers.ids;
  const hangUp = (end: End) => deps.endCall(call._id, end);
  const talk = new Talk({ ...self, ...host, call });
  const turns = new TurnTimer({ clock, callMs, record, measured });
  const cost = new RunningCost({ voice: deps.voice, clock, callMs, record }, call, past.usage ?? call.usage);
  const goodbye = new Goodbye({
    clock,
    bridge: talk.bridge,
    answering: () => answers.any,
    consumerSpeaks: () => consumer.speaks,
    hangUp,
  });
  const sayOpening = () => voice().say(openingWords(call.briefing, talk.recording.giveNotice()));
  const opening = new Opening(clock, past.openingHeard, sayOpening);
  const audio = new ConsumerAudio(clock, (payload) => voice().appendAudio(payload));
  const suppress = (how: "spoken" | "key") => deps.optOut(call._id, how);
  const stopRequest = new StopRequest({ clock, goodbye, running, suppress });
  const optOut = () => stopRequest.make("spoken");
  const refuseRecording = () => talk.recording.refuse("spoken");
  const acts = new ToolActs({ call, services: deps.tools, clock, optOut, refuseRecording, goodbye });
  const tools = new ToolDesk({ clock, record, flush, callMs, acts });
  const opened = () => opening.heard;
  const limitMs = deps.timeLimitMs;
  const manners = new Manners({ clock, limitMs, callMs, voice, goodbye, running, opened, cutIn, hangUp });
  const parts = { answers, talk, turns, cost, goodbye, opening, audio, stopRequest, acts, tools, manners };
  const consumer = new ConsumerSide({ ...parts, callMs });
  return { ...parts, consumer };
}
