import type { RawData, WebSocket } from "ws";
import { z } from "zod";
import type { Clock, Timer } from "#server/lib/clock.ts";
import {
  type ClientEvent,
  itemFromClient,
  parseClientEvent,
} from "#server/sandbox/voice-model/client-events.ts";
import { Conversation } from "#server/sandbox/voice-model/conversation.ts";
import { Behaviour } from "#server/sandbox/voice-model/behaviour.ts";
import { isTimedFault, type SessionFault, type TimedFault } from "#server/sandbox/voice-model/faults.ts";
import type { FrameLogView } from "#server/sandbox/voice-model/frame-log.ts";
import type { Ids } from "#server/sandbox/voice-model/ids.ts";
import { wireItem } from "#server/sandbox/voice-model/items.ts";
import type { Speak } from "#server/sandbox/voice-model/output-item.ts";
import { Outbox } from "#server/sandbox/voice-model/outbox.ts";
import { Responses } from "#server/sandbox/voice-model/responses.ts";
import {
  defaultConfig,
  type SessionConfig,
  updatedConfig,
} from "#server/sandbox/voice-model/session-config.ts";
import type { SessionCore } from "#server/sandbox/voice-model/session-core.ts";
import { SessionRecord, type SessionView } from "#server/sandbox/voice-model/session-record.ts";
import { Turns } from "#server/sandbox/voice-model/turns.ts";
import type { RateBudget } from "#server/sandbox/voice-model/usage.ts";
import { errorBody, Refusal } from "#server/sandbox/voice-model/wire.ts";

export type SessionDeps = {
  readonly socket: WebSocket;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly model: string;
  readonly speak: Speak;
  readonly budget: RateBudget;
  /** How long the session may last. */
  readonly limitMs: number;
};

const EXPIRED = "Your session hit the maximum duration of 60 minutes.";
const GOING_AWAY = 1001;
const TORN = 1006;

const envelope = z.looseObject({ type: z.string() });

/** The `event_id` a client gave to an event, to name it in an error. */
const named = z.object({ event_id: z.string() });

/** One Realtime session over one socket. */
export class Session {
  readonly id: string;
  readonly #socket: WebSocket;
  readonly #core: SessionCore;
  readonly #outbox: Outbox;
  readonly #turns: Turns;
  readonly #responses: Responses;
  readonly #timers = new Set<Timer>();
  readonly #limitMs: number;
  #config: SessionConfig;
  #isReady = false;

  constructor(deps: SessionDeps) {
    const { socket, clock, ids, model, limitMs } = deps;
    this.id = ids.next("sess");
    this.#socket = socket;
    this.#limitMs = limitMs;
    const openedMs = clock.monotonicMs();
    const record = new SessionRecord(
      { id: this.id, model, openedAtMs: clock.nowMs() },
      () => clock.monotonicMs() - openedMs,
    );
    this.#outbox = new Outbox({ socket, clock, ids, record });
    this.#config = defaultConfig(this.id, model, clock.nowMs() + limitMs);
    this.#core = {
      clock,
      ids,
      record,
      emit: (event) => this.#outbox.send(event),
      refuse: (refusal) => this.#refuse(refusal, null),
      conversation: new Conversation(ids.next("conv")),
      behaviour: new Behaviour(),
      config: () => this.#config,
    };
    this.#responses = new Responses(this.#core, deps.speak, deps.budget);
    this.#turns = new Turns(this.#core, this.#responses);
  }

  /** Greets the client with `session.created` and listens. */
  open(): void {
    this.#socket.on("message", (data, isBinary) => this.#receive(data, isBinary));
    this.#socket.on("close", (code) => this.#closed(code));
    this.#socket.on("error", () => this.#socket.terminate());
    this.#core.emit({ type: "session.created", session: this.#config });
    this.#after(this.#limitMs, () => this.#expire());
  }

  get isClosed(): boolean {
    return this.#core.record.isClosed;
  }

  view(): SessionView {
    return this.#core.record.view(this.#turns.check(this.isClosed));
  }

  frames(): FrameLogView {
    return this.#core.record.frames();
  }

  forgetFrames(): void {
    this.#core.record.forgetFrames();
  }

  /** Ends the session from the server's side. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** A scripted fault strikes this session, from now on. */
  misbehave(fault: SessionFault): void {
    if (!isTimedFault(fault)) {
      this.#core.behaviour.add(fault);
      return;
    }
    // At once means before anything else of the session happens.
    if (fault.afterMs === 0) this.#strike(fault);
    else this.#after(fault.afterMs, () => this.#strike(fault));
  }

  #strike(fault: TimedFault): void {
    switch (fault.kind) {
      case "drop":
        return this.#socket.terminate();
      case "close":
        return this.#closeWith(fault.code, fault.reason);
      case "expire":
        return this.#expire();
      case "rawFrame":
        return this.#outbox.sendRaw(fault.text);
      case "delay":
        return this.#outbox.delay(fault);
      case "repeatEvents":
        return this.#outbox.repeat(fault.events);
      case "stall":
        this.#outbox.hold();
        return this.#after(fault.forMs, () => this.#outbox.release());
      case "stopReading":
        this.#socket.pause();
        return this.#after(fault.forMs, () => this.#socket.resume());
    }
  }

  /** 1006 cannot be sent: it is what the other side sees when the connection is torn. */
  #closeWith(code: number, reason: string): void {
    if (code === TORN) this.#socket.terminate();
    else this.close(code, reason);
  }

  #after(delayMs: number, task: () => void): void {
    const timer = this.#core.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      task();
    });
    this.#timers.add(timer);
  }

  #expire(): void {
    this.#refuse(new Refusal("session_expired", EXPIRED), null);
    this.close(GOING_AWAY, EXPIRED);
  }

  #closed(code: number): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#outbox.stop();
    this.#turns.stop();
    this.#responses.stop();
    // The record stays readable; minutes of audio of hundreds of old calls would fill the memory.
    this.#core.conversation.forget();
    this.#core.record.closed(this.#core.clock.nowMs(), code);
  }

  #refuse(refusal: Refusal, eventId: string | null): void {
    const { code, message, param } = refusal;
    // The real service names no event when a response is already under way.
    const named = code === "conversation_already_has_active_response" ? null : eventId;
    this.#core.record.error(code, message, named);
    this.#core.emit({ type: "error", error: errorBody(code, message, param, named) });
  }

  #receive(data: RawData, isBinary: boolean): void {
    let eventId: string | null = null;
    try {
      const raw = this.#read(data, isBinary);
      this.#core.record.received(raw);
      if (raw.type === "input_audio_buffer.append") {
        if (!this.#isReady) this.#core.record.appendsBeforeReady += 1;
        this.#turns.append(raw["audio"]);
        return;
      }
      eventId = named.safeParse(raw).data?.event_id ?? null;
      this.#handle(parseClientEvent(raw));
    } catch (error) {
      if (error instanceof Refusal) this.#refuse(error, eventId);
      else this.#broke(error);
    }
  }

  /** A fault of the sandbox itself ends this session, not the process; its reason stays in the record. */
  #broke(error: unknown): void {
    this.#core.record.error(
      "sandbox_fault",
      error instanceof Error ? (error.stack ?? error.message) : String(error),
      null,
    );
    this.close(1011, "The server had an error.");
  }

  #read(data: RawData, isBinary: boolean): z.infer<typeof envelope> {
    if (isBinary) throw new Refusal("invalid_value", "Events are text frames.");
    let json: unknown;
    try {
      json = JSON.parse(data.toString());
    } catch {
      throw new Refusal("invalid_json", "The event is not valid JSON.");
    }
    const parsed = envelope.safeParse(json);
    if (!parsed.success)
      throw new Refusal("missing_required_parameter", "Missing required parameter: 'type'.", "type");
    return parsed.data;
  }

  #handle(event: ClientEvent): void {
    const { conversation, emit } = this.#core;
    switch (event.type) {
      case "session.update":
        this.#config = updatedConfig(this.#config, event.session, this.#responses.hasSpoken);
        this.#isReady = true;
        this.#turns.configured();
        return emit({ type: "session.updated", session: this.#config });
      case "input_audio_buffer.commit":
        return this.#turns.commit();
      case "input_audio_buffer.clear":
        return this.#turns.clear();
      case "conversation.item.create":
        return this.#createItem(event.item, event.previous_item_id ?? null);
      case "conversation.item.retrieve":
        return emit({
          type: "conversation.item.retrieved",
          item: wireItem(conversation.retrieve(event.item_id), true),
        });
      case "conversation.item.delete":
        this.#responses.settle();
        conversation.delete(event.item_id);
        this.#core.record.deleted(event.item_id);
        return emit({ type: "conversation.item.deleted", item_id: event.item_id });
      case "conversation.item.truncate":
        return this.#truncate(event.item_id, event.content_index, event.audio_end_ms);
      case "response.create":
        return this.#responses.create(event.response ?? {});
      case "response.cancel":
        return this.#responses.cancel(event.response_id);
    }
  }

  #createItem(raw: unknown, previousItemId: string | null): void {
    const { conversation, emit, ids } = this.#core;
    const item = itemFromClient(raw, ids.next("item"));
    if (previousItemId === null) conversation.insert(item, "end");
    else conversation.insert(item, previousItemId === "root" ? "front" : { afterId: previousItemId });
    const previous_item_id = conversation.previousOf(item.id);
    emit({ type: "conversation.item.added", previous_item_id, item: wireItem(item) });
    emit({ type: "conversation.item.done", previous_item_id, item: wireItem(item) });
  }

  /** The interrupted response ends first: nothing more is added to an item that is being cut. */
  #truncate(itemId: string, contentIndex: number, endMs: number): void {
    this.#responses.settle();
    this.#core.conversation.truncate(itemId, contentIndex, endMs);
    this.#core.record.cut(itemId, endMs);
    const type = "conversation.item.truncated";
    this.#core.emit({ type, item_id: itemId, content_index: contentIndex, audio_end_ms: endMs });
  }
}
