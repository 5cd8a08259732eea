import type { CallHead } from "#server/calls/call-document.ts";
import { AgentSide } from "#server/calls/live/agent-side.ts";
import type { ActorDeps, Past } from "#server/calls/live/actor-deps.ts";
import { ConsumerAudio } from "#server/calls/live/consumer-audio.ts";
import { ConsumerSide } from "#server/calls/live/consumer-side.ts";
import { Goodbye } from "#server/calls/live/goodbye.ts";
import { Manners } from "#server/calls/live/manners.ts";
import { Opening } from "#server/calls/live/opening.ts";
import { openingWords, screenerWords } from "#server/calls/live/prompt.ts";
import { RunningAnswers } from "#server/calls/live/running-answers.ts";
import { RunningCost } from "#server/calls/live/running-cost.ts";
import { StopRequest } from "#server/calls/live/stop-request.ts";
import { Talk } from "#server/calls/live/talk.ts";
import { ToolActs } from "#server/calls/live/tool-acts.ts";
import { ToolDesk } from "#server/calls/live/tool-desk.ts";
import { TurnTimer } from "#server/calls/live/turn-timer.ts";
import { voicemailWords } from "#server/calls/live/voicemail.ts";
import { WhoAnswered } from "#server/calls/live/who-answered.ts";
import type { End } from "#server/calls/state/call-state.ts";
import { errorFields } from "#server/lib/logger.ts";
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
  /** The same for good: from now on it says nothing by itself, and what it is told to say can't be talked over. */
  hush(): void;
};

/** Where the business leaves a message, the carrier tells within this time that the greeting is over. */
const GREETING_MS = 20_000;
const SCREENED: End = { status: "voicemail", reason: "screened" };

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
  const stopRequest = stopRequestOf(call, host, self, { goodbye, running });
  const whoAnswered = whoAnsweredOf(call, host, self, opening);
  const optOut = () => stopRequest.make("spoken");
  const refuseRecording = () => talk.recording.refuse("spoken");
  const acts = new ToolActs({ call, services: deps.tools, clock, optOut, refuseRecording, goodbye });
  const tools = new ToolDesk({ clock, record, flush, callMs, acts });
  const opened = () => opening.heard;
  const limitMs = deps.timeLimitMs;
  const manners = new Manners({ clock, limitMs, callMs, voice, goodbye, running, opened, cutIn, hangUp });
  const heard = { answers, talk, turns, cost, goodbye, opening, audio };
  const parts = { ...heard, stopRequest, whoAnswered, acts, tools, manners };
  const floorOpen = () => opening.heard && !stopRequest.made && !whoAnswered.hushed;
  const stopCalling = () => host.background(stopRequest.make("spoken"));
  const agent = new AgentSide({ ...parts, ...host, voice });
  const consumer = new ConsumerSide({ ...parts, callMs, floorOpen, stopCalling });
  /** Nobody speaks, nothing is on its way to the ear, and nothing is being worked on: silence as the person hears it. */
  const quiet = () => floorOpen() && !answers.any && !tools.busy && talk.bridge.idle && !consumer.speaks;
  return { ...parts, agent, consumer, floorOpen, quiet };
}

function stopRequestOf(
  { _id }: CallHead,
  { deps: { clock, logger, optOut } }: ConversationHost,
  { voice, hush }: Conversing,
  { goodbye, running }: { goodbye: Goodbye; running(): Iterable<string> },
): StopRequest {
  return new StopRequest({
    clock,
    goodbye,
    running,
    hush,
    say: (words) => voice().say(words),
    suppress: (how) => optOut(_id, how),
    failed: (error) =>
      logger.error({ callId: _id, ...errorFields(error) }, "an opt-out is not stored yet; trying again"),
  });
}

function whoAnsweredOf(
  { _id, briefing }: CallHead,
  { deps: { clock, machineAnswered, endCall } }: ConversationHost,
  { voice, hush }: Conversing,
  opening: Opening,
): WhoAnswered {
  const leavesMessage = voicemailWords(briefing) !== null;
  return new WhoAnswered({
    clock,
    words: screenerWords(briefing),
    machine(kind) {
      hush();
      // A message is left when the carrier hears the end of the greeting; without that there is none.
      return leavesMessage && kind === "voicemail" ? GREETING_MS : 0;
    },
    machineAnswered: (kind) => machineAnswered(_id, kind),
    waitForPerson(words) {
      hush();
      opening.waitForAnother();
      if (words !== null) voice().say(words);
    },
    personComes: () => opening.begin(),
    nobodyCame: () => endCall(_id, SCREENED),
  });
}
