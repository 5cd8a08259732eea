import type { Caller } from "#server/accounts/caller.ts";
import { retryLostUpsert } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import type { Alert, AlertRule } from "#shared/alerts.ts";
import type { Connection, mongo } from "mongoose";

/** Whose figures broke the rule: those of the whole installation, or of one server. */
export type AlertScope = "all" | (string & {});

export type AlertDocument = {
  _id: string;
  rule: AlertRule;
  scope: AlertScope;
  detail: string;
  raisedAt: Date;
  /** When its rule was last found broken. */
  seenAt: Date;
  resolvedAt: Date | null;
  acknowledged: { by: string; accountId: string; at: Date } | null;
  /** `rule:scope` while it goes on: unique, so that however many servers find it, it is raised once. */
  openKey: string | null;
  /** When it is to be told by e-mail; null: told, or nobody is to be told. */
  mailDueAt: Date | null;
  mailTries: number;
  /** TTL. */
  expiresAt: Date;
};

const KEPT_MS = 30 * 24 * 3_600_000;
/** One that nobody has found for so long is over: its server may be gone. */
const STALE_MS = 5 * 60_000;
const LISTED = 50;
const MAX_MAIL_TRIES = 6;
const FIRST_WAIT_MS = 30_000;

/** Alerts of the installation, in the database, shared by all servers [IN11]. */
export class AlertStore {
  readonly #alerts: mongo.Collection<AlertDocument>;
  readonly #clock: Clock;

  constructor(connection: Connection, clock: Clock) {
    this.#alerts = connection.collection<AlertDocument>("alerts");
    this.#clock = clock;
  }

  /** True when it is new: nobody had found the rule broken before. */
  async raise(rule: AlertRule, scope: AlertScope, detail: string): Promise<boolean> {
    const now = new Date(this.#clock.nowMs());
    const fresh = {
      _id: newId("alert"),
      rule,
      scope,
      raisedAt: now,
      resolvedAt: null,
      acknowledged: null,
      mailDueAt: now,
      mailTries: 0,
    };
    const expiresAt = new Date(now.getTime() + KEPT_MS);
    const { upsertedCount } = await retryLostUpsert(() =>
      this.#alerts.updateOne(
        { openKey: `${rule}:${scope}` },
        { $set: { detail, seenAt: now, expiresAt }, $setOnInsert: fresh },
        { upsert: true },
      ),
    );
    return upsertedCount === 1;
  }

  /** The rules of `scope` that hold again, and whatever nobody finds broken any more. Returns how many ended. */
  async resolve(scope: AlertScope, broken: readonly AlertRule[]): Promise<number> {
    const now = new Date(this.#clock.nowMs());
    const stale = { seenAt: { $lt: new Date(now.getTime() - STALE_MS) } };
    const { modifiedCount } = await this.#alerts.updateMany(
      { openKey: { $type: "string" }, $or: [{ scope, rule: { $nin: [...broken] } }, stale] },
      { $set: { openKey: null, resolvedAt: now } },
    );
    return modifiedCount;
  }

  /** Those that go on first, then the newest. */
  async list(): Promise<Alert[]> {
    const rows = await this.#alerts.find().sort({ raisedAt: -1 }).limit(LISTED).toArray();
    return rows
      .map(alertOf)
      .toSorted((a, b) => Number(a.resolvedAt !== null) - Number(b.resolvedAt !== null));
  }

  /** Somebody sees to it; who was first stays. False: there is no such alert. */
  async acknowledge({ accountId, name }: Caller, alertId: string): Promise<boolean> {
    const acknowledged = { by: name, accountId, at: new Date(this.#clock.nowMs()) };
    await this.#alerts.updateOne({ _id: alertId, acknowledged: null }, { $set: { acknowledged } });
    return (await this.#alerts.countDocuments({ _id: alertId })) === 1;
  }

  /** One that is to be told by e-mail and is due; nobody else gets it before its next try. Null: none. */
  async claimMail(): Promise<Alert | null> {
    const nowMs = this.#clock.nowMs();
    const due = await this.#alerts.findOne({ mailDueAt: { $type: "date", $lte: new Date(nowMs) } });
    if (due === null) return null;
    const tries = due.mailTries + 1;
    const next = tries >= MAX_MAIL_TRIES ? null : new Date(nowMs + FIRST_WAIT_MS * 2 ** (tries - 1));
    const { modifiedCount } = await this.#alerts.updateOne(
      { _id: due._id, mailTries: due.mailTries },
      { $set: { mailDueAt: next, mailTries: tries } },
    );
    return modifiedCount === 1 ? alertOf(due) : null;
  }

  async mailSent(alertId: string): Promise<void> {
    await this.#alerts.updateOne({ _id: alertId }, { $set: { mailDueAt: null } });
  }
}

function alertOf({ _id, rule, detail, raisedAt, resolvedAt, acknowledged }: AlertDocument): Alert {
  return {
    alertId: _id,
    rule,
    detail,
    raisedAt: raisedAt.toISOString(),
    resolvedAt: resolvedAt?.toISOString() ?? null,
    acknowledged: acknowledged && { by: acknowledged.by, at: acknowledged.at.toISOString() },
  };
}
