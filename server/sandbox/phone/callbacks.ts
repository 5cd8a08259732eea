import { randomUUID } from "node:crypto";
import type { Clock } from "#server/lib/clock.ts";
import type { CallLog } from "#server/sandbox/phone/call-log.ts";
import type { FaultPanel } from "#server/sandbox/phone/faults.ts";
import type { Link } from "#server/sandbox/phone/twiml-verbs.ts";
import type { WebhookSender } from "#server/sandbox/phone/webhooks.ts";

/** A callback held back by the `reorder` fault goes out after this time even if no other follows it. */
const MAX_HELD_MS = 2000;

type Callback = {
  readonly link: Link;
  readonly fields: URLSearchParams;
  readonly event: string;
  readonly token: string;
};

export type CallbackParts = {
  readonly clock: Clock;
  readonly webhooks: WebhookSender;
  readonly faults: FaultPanel;
  readonly log: CallLog;
  /** The number that is called. */
  readonly to: string;
};

/**
 * The webhooks of one call whose reply does not matter: fired in order, each a request of its own that waits for no
 * other. Faults lose, repeat, delay and swap them.
 */
export class Callbacks {
  readonly #parts: CallbackParts;
  #held: Callback | null = null;

  constructor(parts: CallbackParts) {
    this.#parts = parts;
  }

  /** @param event what a fault names it by: a call status, `amd`, `stream-started`, `recording-completed`, … */
  send(link: Link, fields: URLSearchParams, event: string): void {
    const callback = { link, fields, event, token: randomUUID() };
    const { faults, log, clock, to } = this.#parts;
    const fault = faults.takeCallback(event, to);
    if (!fault) return this.#sendWithHeld(callback);
    log.add("callback.fault", { status: event, fault: fault.fault });
    switch (fault.fault) {
      case "lose":
        return;
      case "duplicate":
        this.#sendWithHeld(callback);
        return void this.#send(callback);
      case "delay":
        return void clock.after(fault.delayMs, () => this.#sendWithHeld(callback));
      case "reorder":
        this.#releaseHeld();
        this.#held = callback;
        return void clock.after(MAX_HELD_MS, () => this.#releaseHeld());
    }
  }

  #sendWithHeld(callback: Callback): void {
    void this.#send(callback).then(() => this.#releaseHeld());
  }

  #releaseHeld(): void {
    const held = this.#held;
    this.#held = null;
    if (held) void this.#send(held);
  }

  async #send({ link, fields, event, token }: Callback): Promise<void> {
    const outcome = await this.#parts.webhooks.send(link, fields, token);
    const sequence = fields.get("SequenceNumber");
    const result =
      outcome.kind === "replied" ? { httpStatus: outcome.reply.status } : { error: outcome.code };
    const number = sequence === null ? {} : { sequence: Number(sequence) };
    this.#parts.log.add("callback.sent", { status: event, ...number, tries: outcome.tries, ...result });
  }
}
