import type { Clock, Timer } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { AgentOutput } from "#server/voice/openai/agent-output.ts";
import { BoundedMap } from "#server/voice/openai/bounded.ts";
import type { AudioDelta, SlicedDelta } from "#server/voice/openai/audio-delta.ts";
import { endOf, reasonOf, usageOf } from "#server/voice/openai/answer-end.ts";
import type { ConsumerTurns } from "#server/voice/openai/consumer-turns.ts";
import {
  endForCode,
  isBenign,
  isRateLimit,
  MISCONFIGURED,
  safeCode,
  type SessionEnd,
  UNRESPONSIVE,
} from "#server/voice/openai/faults.ts";
import type { AnswerRequest, ResponseSequencer } from "#server/voice/openai/response-sequencer.ts";
import {
  eventIdOf,
  readServerEvent,
  type ServerEvent,
  type ServerEventOf,
  type ServerResponse,
} from "#server/voice/openai/server-events.ts";
import type { ToolCalls } from "#server/voice/openai/tool-calls.ts";
import { TurnWatchdog } from "#server/voice/openai/turn-watchdog.ts";
import type { VoiceListener } from "#server/voice/voice.ts";

export type RouterParts = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listener: VoiceListener;
  readonly output: AgentOutput;
  readonly turns: ConsumerTurns;
  readonly tools: ToolCalls;
  readonly sequencer: ResponseSequencer;
  /** Whether this client event carried configuration: without it the session cannot be used. */
  isConfigEvent(eventId: string): boolean;
  isConfiguring(): boolean;
  /** While the floor is closed the service answers no turn, and must not be made to. */
  isFloorOpen(): boolean;
  /** Ms since the epoch. */
  onCreated(expiresAt: number | null): void;
  onUpdated(): void;
  onItemAdded(itemId: string): void;
  /** The model answers in writing where sound was asked for. */
  onWritten(): void;
  onMalformed(): void;
  onEnd(end: SessionEnd): void;
};

/** Why an answer that was cancelled by us ended, when it was not the actor's wish. */
type GaveWay = "retried" | "no_audio";

/** Until the service has said when its limit resets, and the bounds of waiting for it: nobody listens to a longer silence. */
const RATE_LIMIT_PAUSE_MS = 1000;
const MIN_PAUSE_MS = 200;
const MAX_PAUSE_MS = 2000;
const REMEMBERED_EVENTS = 512;

function requestIdOf(response: ServerResponse): string | null {
  return response.metadata?.["client_event_id"] ?? null;
}

/** Made outside the conversation: none of ours. */
function isOutOfBand(response: ServerResponse): boolean {
  return response.conversation_id === null;
}

function secondTry(request: AnswerRequest | null): AnswerRequest {
  if (!request) return { purpose: "rescue", instructions: null, isRetry: true };
  return { ...request, isRetry: true };
}

/** Reads each server event and tells the parts what it means to them; decides about second tries. */
export class ServerEventRouter {
  readonly #parts: RouterParts;
  readonly #watchdog: TurnWatchdog;
  readonly #gaveWay = new Map<string, GaveWay>();
  readonly #seen = new BoundedMap<true>(REMEMBERED_EVENTS);
  #rateLimitPause: Timer | null = null;
  #rateLimitPauseMs = RATE_LIMIT_PAUSE_MS;

  constructor(parts: RouterParts) {
    this.#parts = parts;
    this.#watchdog = new TurnWatchdog(parts.clock, {
      unansweredTurn: () => this.#onUnansweredTurn(),
      muteAnswer: (responseId) => this.#onMuteAnswer(responseId),
    });
  }

  /** An event that comes twice, by its id, counts once. */
  handle(raw: unknown): void {
    const eventId = eventIdOf(raw);
    if (eventId !== null && !this.#isNew(eventId)) return;
    const reading = readServerEvent(raw);
    if (reading.kind === "malformed") this.#parts.onMalformed();
    if (reading.kind === "known") this.#route(reading.event);
  }

  /** The same for sound that was cut out of its frame. */
  handleAudio(delta: SlicedDelta): void {
    if (this.#isNew(delta.event_id)) this.#sound(delta);
  }

  #isNew(eventId: string): boolean {
    if (this.#seen.has(eventId)) return false;
    this.#seen.set(eventId, true);
    return true;
  }

  #sound(delta: AudioDelta): void {
    this.#watchdog.answerSettled(delta.response_id);
    this.#parts.output.audioDelta(delta);
  }

  /** Nobody waits for this answer's sound any more. */
  answerUnwanted(responseId: string): void {
    this.#watchdog.answerSettled(responseId);
  }

  askAfterTools(): void {
    this.#parts.sequencer.request({ purpose: "tool", instructions: null, isRetry: false });
  }

  stop(): void {
    this.#watchdog.stop();
    this.#rateLimitPause?.cancel();
  }

  #route(event: ServerEvent): void {
    const { output, turns } = this.#parts;
    switch (event.type) {
      case "response.output_audio.delta":
        return this.#sound(event);
      case "response.output_audio.done":
        return output.audioDone(event);
      case "response.output_audio_transcript.delta":
        return output.wordsDelta(event);
      case "response.output_audio_transcript.done":
        return output.wordsDone(event);
      case "response.created":
        return this.#onAnswerCreated(event.response);
      case "response.done":
        return this.#onAnswerDone(event.response);
      case "response.output_item.added":
        if (event.item.type === "function_call") this.#watchdog.answerSettled(event.response_id);
        return;
      case "response.output_item.done":
        return this.#onItemDone(event);
      case "response.content_part.added":
        if (event.part.type === "text") this.#onTextInsteadOfSound(event.response_id);
        return;
      case "input_audio_buffer.speech_started":
        this.#watchdog.speechStarted();
        this.#parts.sequencer.dropRescues();
        return turns.speechStarted(event);
      case "input_audio_buffer.speech_stopped":
        return turns.speechStopped(event);
      case "input_audio_buffer.committed":
        if (this.#parts.isFloorOpen()) this.#watchdog.turnCommitted();
        return turns.committed(event);
      case "conversation.item.input_audio_transcription.delta":
        return turns.delta(event);
      case "conversation.item.input_audio_transcription.completed":
        return turns.completed(event);
      case "conversation.item.input_audio_transcription.failed":
        return turns.failed(event);
      case "conversation.item.added":
        return this.#parts.onItemAdded(event.item.id);
      case "session.created":
        return this.#parts.onCreated(event.session?.expires_at ?? null);
      case "session.updated":
        return this.#parts.onUpdated();
      case "rate_limits.updated":
        return this.#onRateLimits(event);
      case "error":
        return this.#onError(event);
    }
  }

  #onAnswerCreated(response: ServerResponse): void {
    if (isOutOfBand(response)) return;
    this.#watchdog.answerStarted(response.id);
    const requestId = requestIdOf(response);
    const request = this.#parts.sequencer.waiting(requestId);
    this.#parts.output.started(response.id, request?.purpose === "say", request?.ref);
    this.#parts.sequencer.created(response.id, requestId);
  }

  #onAnswerDone(response: ServerResponse): void {
    if (isOutOfBand(response)) return;
    const { output, sequencer, tools, onEnd } = this.#parts;
    const usage = usageOf(response.usage);
    const reason = reasonOf(response);
    this.#watchdog.answerSettled(response.id);
    const request = sequencer.ended(response.id, requestIdOf(response));
    const isLimited = response.status === "failed" && isRateLimit(reason);
    const gaveWay = this.#gaveWay.get(response.id) ?? (isLimited && !request?.isRetry ? "retried" : null);
    this.#gaveWay.delete(response.id);
    if (gaveWay === "retried") output.ended(response.id, "cancelled", gaveWay, usage);
    else if (gaveWay === "no_audio") output.ended(response.id, "failed", gaveWay, usage);
    else output.ended(response.id, endOf(response), reason, usage);
    if (gaveWay === "retried") this.#tryAgain(secondTry(request), isLimited);
    if (tools.answerEnded(response.id)) this.askAfterTools();
    const end = response.status === "failed" ? endForCode(reason) : null;
    // Silent twice: the session is no good any more, another may be.
    if (end || gaveWay === "no_audio") onEnd(end ?? UNRESPONSIVE);
  }

  #onItemDone({ response_id, item }: ServerEventOf<"response.output_item.done">): void {
    // The arguments of an interrupted call are complete JSON as well; only the item's status tells.
    if (item.type !== "function_call" || item.status !== "completed") return;
    if (!item.call_id || !item.name || !this.#parts.tools.called(item.call_id, response_id)) return;
    this.#parts.listener.toolCalled({
      toolCallId: item.call_id,
      itemId: item.id,
      name: item.name,
      argumentsJson: item.arguments ?? "",
    });
  }

  #onError({ error }: ServerEventOf<"error">): void {
    const { sequencer, logger, onEnd, isConfigEvent, isConfiguring } = this.#parts;
    const code = safeCode(error.code) ?? "none";
    const end = endForCode(error.code);
    if (end) return onEnd(end);
    const isOurs = isConfigEvent(error.event_id ?? "");
    if (isOurs || (isConfiguring() && error.param?.startsWith("session"))) {
      logger.error({ code }, "voice session configuration was refused");
      return onEnd(MISCONFIGURED);
    }
    if (isBenign(error.code)) logger.debug({ code }, "voice service refused an event");
    else logger.warn({ code }, "voice service refused an event");
    if (error.code === "response_cancel_not_active") return sequencer.cancelRefused();
    sequencer.refused(code, error.event_id ?? null);
  }

  #onUnansweredTurn(): void {
    if (!this.#parts.sequencer.isIdle) return;
    this.#parts.logger.warn({}, "voice service left a turn unanswered");
    this.#parts.sequencer.request({ purpose: "rescue", instructions: null, isRetry: false });
  }

  #onTextInsteadOfSound(responseId: string): void {
    if (!this.#parts.sequencer.isAnswering(responseId)) return;
    this.#parts.onWritten();
    this.#onMuteAnswer(responseId);
  }

  #onRateLimits({ rate_limits }: ServerEventOf<"rate_limits.updated">): void {
    const resetMs = Math.max(0, ...rate_limits.map(({ reset_seconds }) => reset_seconds * 1000));
    this.#rateLimitPauseMs = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, resetMs));
  }

  #onMuteAnswer(responseId: string): void {
    const { sequencer, logger } = this.#parts;
    if (!sequencer.isAnswering(responseId) || this.#gaveWay.has(responseId)) return;
    const request = sequencer.requestOf(responseId);
    logger.warn({ purpose: request?.purpose ?? "turn" }, "voice answer had no sound");
    this.#gaveWay.set(responseId, request?.isRetry ? "no_audio" : "retried");
    sequencer.cancelAnswer(responseId);
  }

  /** Not when the actor, told of the end, has just asked for the same itself. */
  #tryAgain(request: AnswerRequest, isLimited: boolean): void {
    const { sequencer, clock } = this.#parts;
    if (sequencer.isAskedFor(request)) return;
    if (!isLimited) return sequencer.request(request);
    this.#rateLimitPause?.cancel();
    this.#rateLimitPause = clock.after(this.#rateLimitPauseMs, () => sequencer.request(request));
  }
}
