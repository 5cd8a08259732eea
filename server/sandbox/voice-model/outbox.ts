import type { WebSocket } from "ws";
import type { Clock, Timer } from "#server/lib/clock.ts";
import type { Ids } from "#server/sandbox/voice-model/ids.ts";
import type { SessionRecord } from "#server/sandbox/voice-model/session-record.ts";
import type { ServerEvent } from "#server/sandbox/voice-model/wire.ts";

const MAX_HELD = 10_000;
/** A client that reads this far behind is cut off, as its audio is worthless by then. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

type Delay = { readonly delayMs: number; readonly jitterMs: number };
type OutboxDeps = {
  readonly socket: WebSocket;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly record: SessionRecord;
};

/** The way out of a session: numbers the events and sends them; by scripted fault late, twice, or all at once after a stall. */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #timers = new Set<Timer>();
  #held: string[] | null = null;
  #delay: Delay | null = null;
  readonly #late: string[] = [];
  #lastDueMs = 0;
  #random = 1;
  #repeats = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  send(event: ServerEvent): void {
    const { ids, record } = this.#deps;
    const { type, ...fields } = event;
    const sent = { type, event_id: ids.next("event"), ...fields };
    record.sent(sent);
    const text = JSON.stringify(sent);
    this.sendRaw(text);
    if (this.#repeats === 0) return;
    this.#repeats -= 1;
    this.sendRaw(text);
  }

  /** Sends a frame as it is. Held frames beyond 10 000 drop the oldest. */
  sendRaw(text: string): void {
    if (this.#held) {
      this.#held.push(text);
      if (this.#held.length > MAX_HELD) this.#held.shift();
    } else if (this.#delay) this.#sendLater(text, this.#delay);
    else this.#write(text);
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const text of held) this.sendRaw(text);
  }

  /** From now on every frame is late; the same session is late in the same way each time. */
  delay(delay: Delay): void {
    this.#delay = delay;
  }

  /** Sends each of the next `events` events twice. */
  repeat(events: number): void {
    this.#repeats += events;
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #sendLater(text: string, { delayMs, jitterMs }: Delay): void {
    const { clock } = this.#deps;
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    const jitter = jitterMs === 0 ? 0 : (this.#random >>> 8) % (jitterMs + 1);
    const nowMs = clock.monotonicMs();
    // Never earlier than the frame before, and whichever timer fires sends the oldest: a socket keeps its order.
    this.#late.push(text);
    this.#lastDueMs = Math.max(this.#lastDueMs, nowMs + delayMs + jitter);
    const timer = clock.after(this.#lastDueMs - nowMs, () => {
      this.#timers.delete(timer);
      const oldest = this.#late.shift();
      if (oldest !== undefined) this.#write(oldest);
    });
    this.#timers.add(timer);
  }

  #write(text: string): void {
    const { socket } = this.#deps;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate();
    else socket.send(text);
  }
}
