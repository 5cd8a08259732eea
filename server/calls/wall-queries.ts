import type { CallDocument, CallHead } from "#server/calls/call-document.ts";
import { turnOrder } from "#server/calls/dialing/turns.ts";
import { type CallStatus, FINAL_STATUSES } from "#shared/call/status.ts";
import type { QueueRow } from "#shared/call/summary.ts";
import type { Connection, mongo } from "mongoose";

/** What is counted of a call that is over. */
export type EndedCall = {
  callId: string;
  status: CallStatus;
  endedAt: Date;
  /** Somebody, or a machine, picked up. */
  answered: boolean;
  cents: number;
};

export type QueuePage = { at: string; total: { due: number; scheduled: number }; calls: QueueRow[] };

/** What only the supervisor's wall reads of all calls; each is served by an index of `server/database/indexes.ts`. */
export class WallQueries {
  readonly #calls: mongo.Collection<CallDocument>;

  constructor(connection: Connection) {
    this.#calls = connection.collection<CallDocument>("calls");
  }

  /** Calls that ended after this instant, oldest first. */
  async endedAfter(after: Date, limit: number): Promise<EndedCall[]> {
    const fields = { status: 1, endedAt: 1, "summary.answeredAt": 1, "summary.totalCents": 1 } as const;
    const rows = await this.#calls
      .find({ status: { $in: [...FINAL_STATUSES] }, endedAt: { $gt: after } }, { projection: fields })
      .sort({ endedAt: 1 })
      .limit(limit)
      .toArray();
    return rows.flatMap(({ _id, status, endedAt, summary: { answeredAt, totalCents } }) =>
      endedAt === null
        ? []
        : { callId: _id, status, endedAt, answered: answeredAt !== null, cents: totalCents ?? 0 },
    );
  }

  /** How many calls ended after this instant, and how many of them failed; told by an index alone. */
  async endedShare(after: Date): Promise<{ count: number; bad: number }> {
    const ended = (statuses: CallStatus[]) =>
      this.#calls.countDocuments({ status: { $in: statuses }, endedAt: { $gt: after } });
    const [count, bad] = await Promise.all([ended([...FINAL_STATUSES]), ended(["failed"])]);
    return { count, bad };
  }

  /** How many calls are due and wait for a line, and since when the first of them. */
  async line(): Promise<{ count: number; oldestAt: string | null }> {
    const first = { projection: { queuedAt: 1 }, sort: { queuedAt: 1 } } as const;
    const [count, oldest] = await Promise.all([
      this.#calls.countDocuments({ status: "queued" }),
      this.#calls.findOne({ status: "queued" }, first),
    ]);
    return { count, oldestAt: oldest?.queuedAt?.toISOString() ?? null };
  }

  /** Those that wait: in the order of their turns, then those with an instant; of each at most `limit`, and how many there are [IN5]. */
  async queue(limit: number, nowMs: number): Promise<QueuePage> {
    const fields = { projection: { summary: 1, businessId: 1, queuedAt: 1 } } as const;
    const [queued, planned, due, scheduled] = await Promise.all([
      this.#calls.find({ status: "queued" }, fields).sort({ queuedAt: 1, _id: 1 }).limit(limit).toArray(),
      this.#calls.find({ status: "scheduled" }, fields).sort({ dueAt: 1 }).limit(limit).toArray(),
      this.#calls.countDocuments({ status: "queued" }),
      this.#calls.countDocuments({ status: "scheduled" }),
    ]);
    const calls = [
      ...turnOrder(queued).map((row, index) => queueRow(row, index + 1)),
      ...planned.map((row) => queueRow(row, null)),
    ];
    return { at: new Date(nowMs).toISOString(), total: { due, scheduled }, calls };
  }
}

function queueRow(
  { _id, businessId, queuedAt, summary }: Pick<CallHead, "_id" | "businessId" | "queuedAt" | "summary">,
  position: number | null,
): QueueRow {
  const { status, scheduledFor, businessName, consumerName, consumerPhone, attemptNumber } = summary;
  const since = position === null ? null : (queuedAt?.toISOString() ?? null);
  const who = { businessId, businessName, consumerName, consumerPhone };
  return { callId: _id, status, position, queuedAt: since, scheduledFor, ...who, attemptNumber };
}
