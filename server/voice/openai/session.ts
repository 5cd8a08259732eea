import type { Timer } from "#server/lib/clock.ts";
import { errorFields } from "#server/lib/logger.ts";
import { AgentOutput } from "#server/voice/openai/agent-output.ts";
import {
  createAnswer,
  guidedInstructions,
  historyItems,
  historyNote,
  isSpoken,
  noteItem,
  sayInstructions,
  toolResultItem,
} from "#server/voice/openai/client-events.ts";
import { BoundedMap } from "#server/voice/openai/bounded.ts";
import { type ConnectionOptions, RealtimeConnection } from "#server/voice/openai/connection.ts";
import { ConsumerTurns } from "#server/voice/openai/consumer-turns.ts";
import { EarlyAudio } from "#server/voice/openai/early-audio.ts";
import { NOT_READY, type SessionEnd, UNREACHABLE, UNRESPONSIVE } from "#server/voice/openai/faults.ts";
import { guardedListener } from "#server/voice/openai/guarded-listener.ts";
import { ResponseSequencer } from "#server/voice/openai/response-sequencer.ts";
import { ServerEventRouter } from "#server/voice/openai/server-event-router.ts";
import { floorConfig, sessionConfig } from "#server/voice/openai/session-config.ts";
import { ToolCalls } from "#server/voice/openai/tool-calls.ts";
import type { VoiceListener, VoiceSession, VoiceSessionOptions, VoiceTurn } from "#server/voice/voice.ts";
import type { RealtimeClientEvent } from "openai/resources/realtime/realtime";

type State = "connecting" | "configuring" | "ready" | "closed";

const READY_MS = 10_000;
const CONFIG_EVENT_ID = "session_config";
const FLOOR_EVENT_ID = "floor";
const EARLY_EVENTS = 32;
const HISTORY_TURNS = 64;
const AWAITED_NOTES = 64;

/** One live session: puts the parts together, holds the session's state, and turns the port's calls into client events. */
export class OpenAiVoiceSession implements VoiceSession {
  readonly #options: VoiceSessionOptions;
  readonly #link: ConnectionOptions;
  readonly #listener: VoiceListener;
  readonly #output: AgentOutput;
  readonly #turns: ConsumerTurns;
  readonly #tools = new ToolCalls();
  readonly #sequencer: ResponseSequencer;
  readonly #router: ServerEventRouter;
  readonly #earlyAudio = new EarlyAudio();
  readonly #readyDeadline: Timer;
  #earlyEvents: RealtimeClientEvent[] = [];
  #connection: RealtimeConnection | null = null;
  #state: State = "connecting";
  #isFloorOpen: boolean;
  /** Earlier turns that stand in the conversation as items of their own. */
  #history: { id: string; turn: VoiceTurn }[] = [];
  #historyCount = 0;
  /** Notes whose arrival is to be told: our item ids, and what the caller calls them. */
  readonly #notes = new BoundedMap<string>(AWAITED_NOTES);
  #noteCount = 0;
  #expiresAt: number | null = null;
  #malformed = 0;

  constructor(options: VoiceSessionOptions, link: ConnectionOptions, listener: VoiceListener) {
    this.#options = options;
    this.#link = link;
    this.#isFloorOpen = !options.floorClosed;
    this.#listener = guardedListener(listener, link.logger, () => this.#state !== "closed");
    this.#output = new AgentOutput(this.#listener, (itemId) => this.#forget(itemId));
    this.#turns = new ConsumerTurns(link.clock, this.#listener);
    this.#sequencer = new ResponseSequencer(link.clock, {
      create: (requestId, request) => this.#send(createAnswer(requestId, request)),
      cancel: (responseId) => this.#cancelOnWire(responseId),
      stuck: (responseId) => {
        link.logger.warn({}, "a voice answer never ended");
        this.#output.ended(responseId, "failed", "stuck", null);
        this.#end(UNRESPONSIVE);
      },
      gaveUp: (requestId, request, code) => {
        link.logger.warn({ purpose: request.purpose, code }, "voice answer was not given");
        this.#output.started(requestId, false, request.ref);
        this.#output.ended(requestId, "failed", code, null);
      },
    });
    this.#router = new ServerEventRouter({
      clock: link.clock,
      logger: link.logger,
      listener: this.#listener,
      output: this.#output,
      turns: this.#turns,
      tools: this.#tools,
      sequencer: this.#sequencer,
      isConfigEvent: (eventId) => eventId === CONFIG_EVENT_ID || eventId === FLOOR_EVENT_ID,
      isConfiguring: () => this.#state === "configuring",
      isFloorOpen: () => this.#isFloorOpen,
      onCreated: (expiresAt) => {
        this.#expiresAt = expiresAt;
        this.#configure();
      },
      onUpdated: () => this.#becomeReady(),
      onItemAdded: (itemId) => this.#itemAdded(itemId),
      onWritten: () => this.#retellHistory(),
      onMalformed: () => this.#countMalformed(),
      onEnd: (end) => this.#end(end),
    });
    this.#readyDeadline = link.clock.after(READY_MS, () => this.#end(NOT_READY));
    this.#connect();
  }

  appendAudio(payloadBase64: string): void {
    if (this.#state === "ready") this.#connection?.appendAudio(payloadBase64);
    else if (this.#state !== "closed") this.#earlyAudio.push(payloadBase64);
  }

  say(words: string, ref?: string): void {
    const instructions = sayInstructions(this.#options.instructions, words);
    this.#sequencer.request({ purpose: "say", instructions, isRetry: false, ref });
  }

  respond(guidance?: string): void {
    const instructions =
      guidance === undefined ? null : guidedInstructions(this.#options.instructions, guidance);
    this.#sequencer.request({ purpose: "respond", instructions, isRetry: false });
  }

  openFloor(): void {
    this.#setFloor(true);
  }

  closeFloor(): void {
    this.#setFloor(false);
  }

  #setFloor(isOpen: boolean): void {
    if (this.#isFloorOpen === isOpen) return;
    this.#isFloorOpen = isOpen;
    this.#sendOrKeep({ type: "session.update", event_id: FLOOR_EVENT_ID, session: floorConfig(isOpen) });
  }

  get expiresAt(): number | null {
    return this.#expiresAt;
  }

  recall(turns: readonly VoiceTurn[]): void {
    for (const turn of turns) {
      this.#historyCount += 1;
      const id = `history_${this.#historyCount}`;
      this.#history.push({ id, turn });
      for (const event of historyItems(id, turn)) this.#sendOrKeep(event);
    }
  }

  note(text: string, ref?: string): void {
    if (ref === undefined) return this.#sendOrKeep(noteItem(text));
    this.#noteCount += 1;
    const id = `note_${this.#noteCount}`;
    this.#notes.set(id, ref);
    this.#sendOrKeep(noteItem(text, id));
  }

  #itemAdded(itemId: string): void {
    const ref = this.#notes.get(itemId);
    if (ref === undefined) return;
    this.#notes.delete(itemId);
    this.#listener.noted({ ref });
  }

  cancelAnswer(answerId?: string): void {
    if (answerId === undefined) this.#sequencer.cancel();
    else this.#sequencer.cancelAnswer(answerId);
  }

  discard(answerId: string): void {
    this.#output.discard(answerId);
    this.#router.answerUnwanted(answerId);
  }

  truncate(itemId: string, heardMs: number): void {
    const cut = this.#output.cut(itemId, heardMs);
    if (cut.kind === "delete") this.#forget(itemId);
    if (cut.kind === "truncate") {
      this.#send({
        type: "conversation.item.truncate",
        item_id: itemId,
        content_index: 0,
        audio_end_ms: cut.endMs,
      });
    }
  }

  returnTool(result: { toolCallId: string; output: string; answer: boolean }): void {
    if (!this.#tools.isOpen(result.toolCallId)) return;
    this.#sendOrKeep(toolResultItem(result.toolCallId, result.output));
    if (this.#tools.returned(result.toolCallId, result.answer)) this.#router.askAfterTools();
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#readyDeadline.cancel();
    this.#sequencer.stop();
    this.#router.stop();
    this.#turns.stop();
    this.#connection?.close();
  }

  #connect(): void {
    try {
      this.#connection = new RealtimeConnection(this.#link, {
        audio: (delta) => this.#router.handleAudio(delta),
        event: (raw) => this.#router.handle(raw),
        closed: (end) => this.#end(end),
      });
    } catch (error) {
      this.#link.logger.error(errorFields(error), "voice socket could not be made");
      // The caller has no session yet.
      queueMicrotask(() => this.#end(UNREACHABLE));
    }
  }

  #configure(): void {
    if (this.#state !== "connecting") return;
    this.#state = "configuring";
    this.#send({
      type: "session.update",
      event_id: CONFIG_EVENT_ID,
      session: sessionConfig(this.#link.model, this.#options),
    });
  }

  #becomeReady(): void {
    if (this.#state !== "configuring") return;
    this.#state = "ready";
    this.#readyDeadline.cancel();
    this.recall(this.#options.history.slice(-HISTORY_TURNS));
    for (const event of this.#earlyEvents) this.#send(event);
    this.#earlyEvents = [];
    for (const payload of this.#earlyAudio.take()) this.#connection?.appendAudio(payload);
    this.#listener.ready();
    this.#sequencer.start();
  }

  /** The model answered in writing: the written turns become one note. Once. */
  #retellHistory(): void {
    const spoken = this.#history.filter(({ turn }) => isSpoken(turn));
    if (spoken.length === 0) return;
    this.#history = [];
    for (const { id } of spoken) this.#send({ type: "conversation.item.delete", item_id: id });
    this.#send(historyNote(spoken.map(({ turn }) => turn).filter(isSpoken)));
  }

  #cancelOnWire(responseId: string): void {
    this.#output.discard(responseId);
    this.#router.answerUnwanted(responseId);
    this.#send({ type: "response.cancel", response_id: responseId });
  }

  #forget(itemId: string): void {
    this.#send({ type: "conversation.item.delete", item_id: itemId });
  }

  #send(event: RealtimeClientEvent): void {
    this.#connection?.send(event);
  }

  /** Before the session is ready the newest 32 are kept. */
  #sendOrKeep(event: RealtimeClientEvent): void {
    if (this.#state === "ready") this.#send(event);
    else if (this.#state !== "closed") this.#earlyEvents = [...this.#earlyEvents, event].slice(-EARLY_EVENTS);
  }

  #countMalformed(): void {
    this.#malformed += 1;
    // The first one tells; a flood of them must not flood the log.
    if (this.#malformed === 1) this.#link.logger.warn({}, "voice event was malformed");
  }

  #end(end: SessionEnd): void {
    if (this.#state === "closed") return;
    if (this.#malformed > 0) {
      this.#link.logger.info({ malformed: this.#malformed }, "voice session ended with malformed events");
    }
    this.#listener.closed(end);
    this.close();
  }
}
