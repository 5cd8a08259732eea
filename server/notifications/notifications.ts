import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import { deliver, type DeliverParts, type Delivery } from "#server/notifications/deliver.ts";
import type { News } from "#server/notifications/news.ts";
import type { Claimed, Outbox } from "#server/notifications/outbox.ts";

const LOOK_MS = 1000;
const SWEEP_MS = 60_000;
const MAX_TRIES = 5;
const FIRST_WAIT_MS = 60_000;
/** How far back a sweep looks for calls whose end was not put into the outbox. */
const SWEPT_MS = 10 * 60_000;
const SWEPT_AT_START_MS = 3_600_000;

export type NotificationsParts = DeliverParts & {
  outbox: Outbox;
  clock: Clock;
  logger: Logger;
  /** Calls that ended after this, at most 1000. */
  endedSince(since: Date): Promise<string[]>;
};

type Failed = { kind: "failed"; at: Date };

/** Tells people what happened. Whoever reports something waits for nothing; the outbox and its own look each second do the rest. */
export class Notifications {
  readonly #parts: NotificationsParts;
  readonly #adding = new Set<Promise<void>>();
  #timers: Timer[] = [];
  #sending: Promise<void> | null = null;
  #stopping = false;

  constructor(parts: NotificationsParts) {
    this.#parts = parts;
  }

  matched(found: { leadId: string; businessId: string }[]): void {
    this.#add(found.map(({ leadId, businessId }) => ({ kind: "match", leadId, businessId })));
  }

  interested({ leadId, businessId }: { leadId: string; businessId: string }): void {
    this.#add([{ kind: "interest", leadId, businessId }]);
  }

  callPlanned(callId: string): void {
    this.#add([{ kind: "plan", callId }]);
  }

  callEnded(callId: string): void {
    this.#add(outcomesOf(callId));
  }

  start(): void {
    const { clock } = this.#parts;
    this.#timers = [
      clock.every(LOOK_MS, () => void this.send()),
      clock.every(SWEEP_MS, () => this.#sweep(SWEPT_MS)),
    ];
    this.#sweep(SWEPT_AT_START_MS);
  }

  /** What is not sent by then is sent by another server or after the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) timer.cancel();
    await Promise.all(this.#adding);
    await this.#sending;
  }

  /** Sends everything that is due; joins a round that is under way. */
  send(): Promise<void> {
    this.#sending ??= this.#sendDue()
      .catch((error: unknown) => {
        this.#parts.logger.error(errorFields(error), "notifications could not be sent; they are tried again");
      })
      .finally(() => (this.#sending = null));
    return this.#sending;
  }

  /** Resolves when everything that was reported is in the outbox. */
  async settled(): Promise<void> {
    await Promise.all(this.#adding);
  }

  #add(news: News[]): void {
    const work = this.#parts.outbox
      .add(news)
      .catch((error: unknown) => {
        this.#parts.logger.error(
          errorFields(error),
          "a notification was not kept; calls are looked up again",
        );
      })
      .finally(() => this.#adding.delete(work));
    this.#adding.add(work);
  }

  #sweep(backMs: number): void {
    const { clock, endedSince, outbox, logger } = this.#parts;
    const work = endedSince(new Date(clock.nowMs() - backMs))
      .then((callIds) => outbox.add(callIds.flatMap(outcomesOf)))
      .catch((error: unknown) => logger.warn(errorFields(error), "ended calls could not be looked up"))
      .finally(() => this.#adding.delete(work));
    this.#adding.add(work);
  }

  async #sendDue(): Promise<void> {
    while (!this.#stopping) {
      const claimed = await this.#parts.outbox.claim();
      if (claimed.length === 0) return;
      await this.#sendAll(claimed);
    }
  }

  async #sendAll(claimed: readonly Claimed[]): Promise<void> {
    const { outbox } = this.#parts;
    const finished = new Map<string, { keys: string[]; state: "sent" | "dropped"; how: string }>();
    const writes: Promise<void>[] = [];
    const finish = (key: string, state: "sent" | "dropped", how: string) => {
      const same = finished.get(how) ?? { keys: [], state, how };
      finished.set(how, { ...same, keys: [...same.keys, key] });
    };
    const deliveries = await Promise.all(claimed.map(({ news, tries }) => this.#deliver(news, tries)));
    for (const [index, { key }] of claimed.entries()) {
      const delivery = deliveries[index];
      if (delivery === undefined) continue;
      if (delivery.kind === "sent") finish(key, "sent", delivery.by);
      else if (delivery.kind === "dropped") finish(key, "dropped", delivery.why);
      else writes.push(outbox.postpone(key, delivery.at, delivery.kind === "later"));
    }
    // If this fails the rows stay claimed: what was sent must not be sent again.
    for (const { keys, state, how } of finished.values()) writes.push(outbox.finish(keys, state, how));
    await Promise.all(writes);
  }

  async #deliver(news: News, tries: number): Promise<Delivery | Failed> {
    const { clock, logger } = this.#parts;
    try {
      return await deliver(news, tries === 1, this.#parts);
    } catch (error) {
      logger.warn({ kind: news.kind, tries, ...errorFields(error) }, "a notification was not sent");
      if (tries >= MAX_TRIES) return { kind: "dropped", why: "failed" };
      return { kind: "failed", at: new Date(clock.nowMs() + FIRST_WAIT_MS * 2 ** (tries - 1)) };
    }
  }
}

const outcomesOf = (callId: string): News[] => [
  { kind: "outcome", callId, to: "consumer" },
  { kind: "outcome", callId, to: "business" },
];
