import { type AlertFigures, brokenRules, type Share } from "#server/insights/alerts/alert-rules.ts";
import type { AlertStore } from "#server/insights/alerts/alert-store.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { AlertRule } from "#shared/alerts.ts";

const LOOK_MS = 15_000;
const HOUR_MS = 3_600_000;
/** These are about the whole installation; the others about one server. */
const OF_ALL: ReadonlySet<AlertRule> = new Set<AlertRule>(["queue_deep", "calls_fail"]);

export type AlertWatchParts = {
  store: AlertStore;
  /** Name of this server. */
  instance: string;
  queueDepth(): Promise<number>;
  /** Calls that ended after this instant, and those of them that failed. */
  endedShare(after: Date): Promise<Share>;
  recent(): Promise<Pick<AlertFigures, "requests" | "firstWords" | "jobsFailed">>;
  /** Who is told by e-mail. */
  recipients: readonly string[];
  sendEmail(mail: { to: string; subject: string; text: string }): Promise<void>;
  clock: Clock;
  logger: Logger;
};

/** Looks at the rules every 15 seconds, on each server; raises, resolves and tells [IN11]. Nothing waits for it. */
export class AlertWatch {
  readonly #parts: AlertWatchParts;
  #timer: Timer | null = null;
  #looking: Promise<void> | null = null;

  constructor(parts: AlertWatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = this.#parts.clock.every(LOOK_MS, () => void this.look());
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#looking;
  }

  /** Joins a look that is under way; never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce()
      .catch((error: unknown) =>
        this.#parts.logger.warn(errorFields(error), "the alert rules were not looked at"),
      )
      .finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { store, instance, logger } = this.#parts;
    const broken = brokenRules(await this.#figures());
    for (const scope of ["all", instance]) {
      const own = broken.filter(({ rule }) => OF_ALL.has(rule) === (scope === "all"));
      for (const { rule, detail } of own) {
        if (await store.raise(rule, scope, detail)) logger.warn({ rule }, "an alert is raised");
      }
      await store.resolve(
        scope,
        own.map(({ rule }) => rule),
      );
    }
    await this.#tell();
  }

  async #figures(): Promise<AlertFigures> {
    const { queueDepth, endedShare, recent, clock } = this.#parts;
    const [depth, ended, own] = await Promise.all([
      queueDepth(),
      endedShare(new Date(clock.nowMs() - HOUR_MS)),
      recent(),
    ]);
    return { queueDepth: depth, ended, ...own };
  }

  /** What could not be sent is tried again, after twice the time each. */
  async #tell(): Promise<void> {
    const { store, recipients, sendEmail, logger } = this.#parts;
    for (let alert = await store.claimMail(); alert !== null; alert = await store.claimMail()) {
      const text = `${alert.detail}\n\nRaised at ${alert.raisedAt}. The wall shows what became of it.`;
      try {
        for (const to of recipients) await sendEmail({ to, subject: `Ringside alert: ${alert.rule}`, text });
        await store.mailSent(alert.alertId);
      } catch (error) {
        logger.warn(
          { rule: alert.rule, ...errorFields(error) },
          "an alert was not told by e-mail; it is tried again",
        );
      }
    }
  }
}
