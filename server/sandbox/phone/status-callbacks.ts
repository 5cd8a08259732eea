import { randomUUID } from "node:crypto";
import type { Clock } from "#server/lib/clock.ts";
import type { CallLog } from "#server/sandbox/phone/call-log.ts";
import type { FaultPanel } from "#server/sandbox/phone/faults.ts";
import { rfc2822 } from "#server/sandbox/phone/sids.ts";
import type { Link } from "#server/sandbox/phone/twiml.ts";
import type { WebhookSender } from "#server/sandbox/phone/webhooks.ts";

/** A callback held back by the `reorder` fault goes out after this time even if no other follows it. */
const MAX_HELD_MS = 2000;

type Callback = { readonly link: Link; readonly fields: URLSearchParams; readonly token: string };

/**
 * The status callbacks of one call: numbered from 0, fired in order, each a request of its own that waits for
 * no other. Faults lose, repeat, delay and swap them.
 */
export class StatusCallbacks {
  readonly #clock: Clock;
  readonly #webhooks: WebhookSender;
  readonly #faults: FaultPanel;
  readonly #log: CallLog;
  #sequence = 0;
  #held: Callback | null = null;

  constructor(parts: { clock: Clock; webhooks: WebhookSender; faults: FaultPanel; log: CallLog }) {
    this.#clock = parts.clock;
    this.#webhooks = parts.webhooks;
    this.#faults = parts.faults;
    this.#log = parts.log;
  }

  fire(link: Link, fields: URLSearchParams): void {
    fields.set("Timestamp", rfc2822(this.#clock.nowMs()));
    fields.set("CallbackSource", "call-progress-events");
    fields.set("SequenceNumber", String(this.#sequence++));
    const status = fields.get("CallStatus") ?? "";
    const callback = { link, fields, token: randomUUID() };
    const fault = this.#faults.takeCallback(status);
    if (!fault) return this.#sendWithHeld(callback);
    this.#log.add("callback.fault", { status, fault: fault.fault });
    switch (fault.fault) {
      case "lose":
        return;
      case "duplicate":
        this.#sendWithHeld(callback);
        return void this.#send(callback);
      case "delay":
        return void this.#clock.after(fault.delayMs, () => this.#sendWithHeld(callback));
      case "reorder":
        this.#releaseHeld();
        this.#held = callback;
        return void this.#clock.after(MAX_HELD_MS, () => this.#releaseHeld());
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

  async #send({ link, fields, token }: Callback): Promise<void> {
    const status = fields.get("CallStatus");
    const sequence = Number(fields.get("SequenceNumber"));
    const outcome = await this.#webhooks.send(link, fields, token);
    const result =
      outcome.kind === "replied" ? { httpStatus: outcome.reply.status } : { error: outcome.code };
    this.#log.add("callback.sent", { status, sequence, tries: outcome.tries, ...result });
  }
}
