import type { CallHead } from "#server/calls/call-document.ts";
import { AgentSide } from "#server/calls/live/agent-side.ts";
import type { ActorDeps, Past } from "#server/calls/live/actor-deps.ts";
import { ConsumerAudio } from "#server/calls/live/consumer-audio.ts";
import { ConsumerSide } from "#server/calls/live/consumer-side.ts";
import { Hold } from "#server/calls/live/hold.ts";
import { Goodbye } from "#server/calls/live/goodbye.ts";
import { Manners } from "#server/calls/live/manners.ts";
import { Opening } from "#server/calls/live/opening.ts";
import { openingWords, screenerWords } from "#server/calls/live/prompt.ts";
import { RunningAnswers } from "#server/calls/live/running-answers.ts";
import { RunningCost } from "#server/calls/live/running-cost.ts";
import { Steers } from "#server/calls/live/steers.ts";
import { StopRequest } from "#server/calls/live/stop-request.ts";
import { Talk } from "#server/calls/live/talk.ts";
import { ToolActs } from "#server/calls/live/tool-acts.ts";
import { ToolDesk } from "#server/calls/live/tool-desk.ts";
import { TurnTimer } from "#server/calls/live/turn-timer.ts";
import { voicemailWords } from "#server/calls/live/voicemail.ts";
import { WhoAnswered } from "#server/calls/live/who-answered.ts";
import type { End } from "#server/calls/state/call-state.ts";
import { errorFields } from "#server/lib/logger.ts";
import { relayedListener } from "#server/voice/relayed-listener.ts";
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
  /** The phone call is to end; asked for until it is stored. */
  hangUp(end: End): void;
  machineAnswered(kind: "voicemail" | "ivr"): void;
  /** The voice model's session ended by itself. */
  voiceEnded(end: { reason: string; fatal: boolean }): void;
  /** The agent can't speak in this call. */
  giveUp(): void;
  /** Whoever held the call does not any more; asked for until it is stored. */
  holderGone(accountId: string): void;
};

/** What the parts ask of the conversation that joins them. */
type Conversing = {
  voice(): VoiceSession;
  /** The voice session works. */
  hasVoice(): boolean;
  itemHeard(itemId: string, text: string, answerId: string): void;
  /** A moment that nobody would miss. */
  atRest(): boolean;
  unproven(): void;
  /** Makes the agent stop whatever it says, the opening included. */
  cutIn(): void;
  /** A person speaks in the agent's place. */
  giveToPerson(): void;
  /** The agent speaks again. */
  takeBack(guidance: string): void;
  /** The same for good: from now on it says nothing by itself, and what it is told to say can't be talked over. */
  hush(): void;
};

export type ConversationParts = ReturnType<typeof conversationParts>;

/** The parts of one conversation, each knowing of the others what it needs. */
export function conversationParts(call: CallHead, past: Past, host: ConversationHost, self: Conversing) {
  const { deps, callMs, record, flush, hangUp } = host;
  const { clock, measured } = deps;
  const { voice, cutIn } = self;
  const answers = new RunningAnswers();
  const talk = new Talk({ ...self, ...host, call });
  const turns = new TurnTimer({ clock, callMs, record, measured });
  const cost = new RunningCost({ voice: deps.voice, clock, callMs, record }, call, past.usage ?? call.usage);
  const goodbye = new Goodbye({
    clock,
    bridge: talk.bridge,
    running: () => answers.ids,
    consumerSpeaks: () => consumer.speaks,
    hasVoice: self.hasVoice,
    say: (words) => voice().say(words),
    hangUp,
  });
  const sayOpening = () => voice().say(openingWords(call.briefing, talk.recording.giveNotice()));
  const opening = new Opening(clock, past.openingHeard, sayOpening);
  const audio = new ConsumerAudio(clock, (payload) => voice().appendAudio(payload));
  const stopRequest = stopRequestOf(call, host, self, goodbye);
  const whoAnswered = whoAnsweredOf(call, host, self, opening);
  const optOut = () => stopRequest.make("spoken");
  const refuseRecording = () => talk.recording.refuse("spoken");
  const stopped = () => stopRequest.made;
  const acts = new ToolActs({ call, services: deps.tools, clock, stopped, optOut, refuseRecording, goodbye });
  const tools = new ToolDesk({ clock, record, flush, callMs, acts });
  const hold = holdOf(call, host, self, { talk, cost, goodbye });
  const mayAnswer = () => opening.heard && !stopRequest.made && !whoAnswered.hushed && !hold.held;
  const steers = new Steers({
    ...self,
    clock,
    callMs,
    record,
    mayAct: () => mayAnswer() && self.hasVoice() && !goodbye.pending,
    consumerSpeaks: () => consumer.speaks,
    silence: () => talk.silence(),
    running: () => answers.ids,
  });
  const floorOpen = () => mayAnswer() && !steers.protects;
  const limitMs = deps.timeLimitMs;
  const manners = new Manners({ clock, limitMs, callMs, voice, goodbye, floorOpen, cutIn, hangUp });
  const heard = { answers, talk, turns, cost, goodbye, opening, audio };
  const parts = { ...heard, stopRequest, whoAnswered, acts, tools, manners, steers, hold };
  const stopCalling = () => host.background(stopRequest.make("spoken"));
  const agent = new AgentSide({ ...parts, ...host, voice });
  const consumer = new ConsumerSide({ ...parts, callMs, floorOpen, stopCalling, voice });
  /** Nobody speaks, nothing is on its way to the ear, and nothing is being worked on: silence as the person hears it. */
  const quiet = () =>
    floorOpen() && !steers.busy && !answers.any && !tools.busy && talk.bridge.idle && !consumer.speaks;
  const endWithoutVoice = (): { end: End; say?: string } | null => {
    if (stopRequest.made) return stopRequest.endWithoutVoice;
    return whoAnswered.endsAs && { end: whoAnswered.endsAs };
  };
  return { ...parts, agent, consumer, floorOpen, quiet, endWithoutVoice };
}

function holdOf(
  { _id: callId, briefing, personKey }: CallHead,
  { deps, callMs, record, deliver, holderGone }: ConversationHost,
  { voice, giveToPerson, takeBack }: Conversing,
  { talk, cost, goodbye }: { talk: Talk; cost: RunningCost; goodbye: Goodbye },
): Hold {
  const ear = {
    instructions: "Only listen.",
    voice: briefing.voice,
    language: "en",
    tools: [],
    keywords: [briefing.businessName],
    safetyId: personKey,
    floorClosed: true,
    history: [],
  };
  return new Hold({
    callId,
    clock: deps.clock,
    callMs,
    record,
    open: (listener) => deps.voice.open(ear, relayedListener(listener, deliver)),
    draft: (draft) => deps.feed.draft(draft),
    transcribed: (seconds) => cost.addTranscription(seconds),
    play: (itemId, payload) => talk.playPerson(itemId, payload),
    played: (itemId) => talk.bridge.completed(itemId),
    waitingMs: () => talk.bridge.unheardMs,
    silenceAgent() {
      goodbye.takenOver();
      giveToPerson();
    },
    agentGoesOn: takeBack,
    tell: (note) => voice().note(note),
    lapsed: holderGone,
  });
}

function stopRequestOf(
  { _id }: CallHead,
  { deps: { clock, logger, optOut } }: ConversationHost,
  { hush }: Conversing,
  goodbye: Goodbye,
): StopRequest {
  return new StopRequest({
    clock,
    goodbye,
    hush,
    suppress: (how) => optOut(_id, how),
    failed: (error) =>
      logger.error({ callId: _id, ...errorFields(error) }, "an opt-out is not stored yet; trying again"),
  });
}

function whoAnsweredOf(
  { briefing }: CallHead,
  { deps: { clock }, machineAnswered, hangUp }: ConversationHost,
  { voice, hasVoice, hush }: Conversing,
  opening: Opening,
): WhoAnswered {
  return new WhoAnswered({
    clock,
    words: screenerWords(briefing),
    leavesMessage: voicemailWords(briefing) !== null,
    hasVoice,
    hush,
    machineAnswered,
    hangUp,
    waitForPerson(words) {
      hush();
      opening.waitForAnother();
      if (words !== null) voice().say(words);
    },
    personComes: () => opening.begin(),
  });
}
