import type { CallDocument, CallHead } from "#server/calls/call-document.ts";
import type { Talk } from "#server/calls/cost/estimate.ts";
import { type InLine, turnOrder } from "#server/calls/dialing/turns.ts";
import {
  type CallStatus,
  FINAL_STATUSES,
  isFinal,
  isOnThePhone,
  CALL_STATUSES,
} from "#shared/call/status.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import type { Connection, mongo } from "mongoose";

const LIVE: CallStatus[] = CALL_STATUSES.filter(isOnThePhone);
const WAITING: CallStatus[] = ["scheduled", "queued"];
const WITHOUT_JOURNAL = { projection: { journal: 0 } } as const;
const ONLY_SUMMARY = { projection: { summary: 1 } } as const;
/** Phone numbers in use are few; a board of more than this is read in pages. */
const MAX_BOARD = 200;
/** Calls from which is told how long a call takes and what it costs. */
const RECENT_TALKS = 50;
const MAX_ENDED = 1000;
/** Prices asked for in one sweep, so that a day without the carrier does not come back as one storm. */
const MAX_UNSETTLED = 20;

/** A list with a filter looks at this many calls in one request, however few of them fit. */
const MAX_LOOKED_AT = 5_000;
const OPEN: CallStatus[] = CALL_STATUSES.filter((status) => !isFinal(status));

export type CallPage = {
  status?: CallStatus | undefined;
  leadId?: string | undefined;
  outcome?: string | undefined;
  search?: string | undefined;
  before?: string | undefined;
  limit: number;
};

function filterOf({ status, outcome, search }: CallPage): mongo.Filter<CallDocument> {
  const filter: mongo.Filter<CallDocument> = {};
  if (status !== undefined) filter.status = status;
  if (outcome !== undefined) filter["summary.outcome"] = outcome;
  if (search !== undefined) {
    const part = { $regex: search.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"), $options: "i" };
    filter.$or = SEARCHED.map((field) => ({ [`summary.${field}`]: part }));
  }
  return filter;
}

const SEARCHED = ["consumerName", "businessName", "objective"] as const;

/** Whose calls a list may show. Supervisors see all (DESIGN §4). */
export type CallScope = { businessId: string } | { consumerId: string } | Record<string, never>;

/** What others need to see of a call to judge whether its owner lives. */
export type OwnedCall = Pick<CallHead, "_id" | "revision" | "epoch" | "beat" | "state">;

/** Reads of the calls collection; each is served by an index of `server/database/indexes.ts`. */
export class CallQueries {
  readonly #calls: mongo.Collection<CallDocument>;

  constructor(connection: Connection) {
    this.#calls = connection.collection<CallDocument>("calls");
  }

  /** The call whose attempt under way has this id. Null once the attempt is over: whatever comes then is too late. */
  byAttempt(attemptId: string): Promise<CallHead | null> {
    return this.#calls.findOne({ "state.attempt.attemptId": attemptId }, WITHOUT_JOURNAL);
  }

  /** The businesses that have calls in line, with those that joined it at `joinedSince` or later: all of them unless it is given. */
  line(joinedSince?: Date): Promise<(InLine & { count: number })[]> {
    const since = joinedSince !== undefined && { inLineAt: { $gte: joinedSince } };
    return this.#calls
      .aggregate<InLine & { count: number }>([
        { $match: { status: "queued", ...since } },
        { $group: { _id: "$businessId", headQueuedAt: { $min: "$queuedAt" }, count: { $sum: 1 } } },
        { $project: { _id: 0, businessId: "$_id", headQueuedAt: 1, count: 1 } },
      ])
      .toArray();
  }

  /** The call of this business that has waited longest. */
  nextQueued(businessId: string): Promise<CallHead | null> {
    return this.#calls.findOne(
      { status: "queued", businessId },
      { ...WITHOUT_JOURNAL, sort: { queuedAt: 1, _id: 1 } },
    );
  }

  countLive(): Promise<number> {
    return this.#calls.countDocuments({ status: { $in: LIVE } });
  }

  /** The newest calls that were talked in and are over. */
  async recentTalks(): Promise<Talk[]> {
    const rows = await this.#calls
      .find({ status: { $in: [...FINAL_STATUSES] } }, ONLY_SUMMARY)
      .sort({ endedAt: -1 })
      .limit(RECENT_TALKS)
      .toArray();
    return rows.flatMap(({ summary: { answeredAt, endedAt, totalCents: cents } }) =>
      answeredAt === null || endedAt === null
        ? []
        : { seconds: (Date.parse(endedAt) - Date.parse(answeredAt)) / 1000, cents },
    );
  }

  countQueued(): Promise<number> {
    return this.#calls.countDocuments({ status: "queued" });
  }

  /** How many calls of its own business are before this one in the line. */
  rankOf({ _id, businessId, queuedAt }: Pick<CallHead, "_id" | "businessId" | "queuedAt">): Promise<number> {
    const earlier = [{ queuedAt: { $lt: queuedAt } }, { queuedAt, _id: { $lt: _id } }];
    return this.#calls.countDocuments({ status: "queued", businessId, $or: earlier });
  }

  /** Every call that is on the phone or not summed up yet; bounded by MAX_LIVE_CALLS. */
  unfinished(): Promise<CallHead[]> {
    return this.#calls.find({ status: { $in: [...LIVE, "wrapping_up"] } }, WITHOUT_JOURNAL).toArray();
  }

  /** Every call in which somebody holds the phone; read by each server each second, so no more than the heartbeat's fields. */
  owned(): Promise<OwnedCall[]> {
    return this.#calls
      .find({ status: "in_progress" })
      .project<OwnedCall>({ revision: 1, epoch: 1, beat: 1, state: 1 })
      .toArray();
  }

  /** The newest number in the journal of each of these calls. */
  async seqsOf(callIds: string[]): Promise<{ callId: string; seq: number }[]> {
    const rows = await this.#calls
      .find({ _id: { $in: callIds } })
      .project<{ _id: string; seq: number }>({ seq: 1 })
      .toArray();
    return rows.map(({ _id: callId, seq }) => ({ callId, seq }));
  }

  /** Live calls whose agent was given an order since then, and the order's number. */
  async steeredSince(since: Date): Promise<{ callId: string; steerSeq: number }[]> {
    const rows = await this.#calls
      .find({ steeredAt: { $gt: since }, status: "in_progress" })
      .limit(MAX_BOARD)
      .project<{ _id: string; steerSeq: number }>({ steerSeq: 1 })
      .toArray();
    return rows.map(({ _id: callId, steerSeq }) => ({ callId, steerSeq }));
  }

  /** Scheduled calls whose alarm should have rung before `before`. */
  overdue(before: Date): Promise<CallHead[]> {
    return this.#calls
      .find({ status: "scheduled", dueAt: { $lte: before } }, WITHOUT_JOURNAL)
      .limit(MAX_BOARD)
      .toArray();
  }

  /** Calls of a business that somebody booked for an instant in this time. */
  booked(businessId: string, from: Date, until: Date): Promise<{ consumerId: string; dueAt: Date }[]> {
    const isBooked = { businessId, status: "scheduled" as const, "state.booked": true };
    return this.#calls
      .find({ ...isBooked, dueAt: { $gte: from, $lt: until } })
      .project<{ consumerId: string; dueAt: Date }>({ _id: 0, consumerId: 1, dueAt: 1 })
      .toArray();
  }

  /** Calls that are over and whose price the carrier should have been asked for before `before`. */
  unsettled(before: Date): Promise<CallHead[]> {
    return this.#calls
      .find({ settleDueAt: { $type: "date", $lte: before } }, WITHOUT_JOURNAL)
      .limit(MAX_UNSETTLED)
      .toArray();
  }

  /** Calls to this person that may still ring or talk, except one. */
  openOfPerson(personKey: string, exceptCallId: string | null): Promise<CallHead[]> {
    return this.#calls
      .find(
        { personKey, status: { $nin: [...FINAL_STATUSES] }, _id: { $ne: exceptCallId ?? "" } },
        WITHOUT_JOURNAL,
      )
      .toArray();
  }

  byId(callId: string): Promise<CallHead | null> {
    return this.#calls.findOne({ _id: callId }, WITHOUT_JOURNAL);
  }

  /** Ids of calls that ended after `since`, newest first, at most 1000. */
  async endedSince(since: Date): Promise<string[]> {
    const ended = { status: { $in: [...FINAL_STATUSES] }, endedAt: { $gt: since } };
    const rows = this.#calls.find(ended, { projection: { _id: 1 } }).sort({ endedAt: -1 });
    return (await rows.limit(MAX_ENDED).toArray()).map((row) => row._id);
  }

  /** Whose call it is, by account and name. */
  async consumerOf(callId: string): Promise<{ accountId: string; name: string } | null> {
    const fields = { projection: { consumerId: 1, "briefing.consumerName": 1 } };
    const call = await this.#calls.findOne({ _id: callId }, fields);
    return call && { accountId: call.consumerId, name: call.briefing.consumerName };
  }

  /** The consumer's calls about a lead, by these businesses, that wait for their time or turn. */
  waitingOfLead(of: { consumerId: string; leadId: string }, businessIds: string[]): Promise<CallHead[]> {
    const waits = { businessId: { $in: businessIds }, status: { $in: WAITING } };
    return this.#calls.find({ ...of, ...waits }, WITHOUT_JOURNAL).toArray();
  }

  /** The call that was planned in this one. */
  followUpOf(callId: string): Promise<CallHead | null> {
    return this.#calls.findOne({ followUpOf: callId }, WITHOUT_JOURNAL);
  }

  /** How many calls each of these businesses has that are not over; those without any are missing. */
  async openByBusiness(businessIds: string[]): Promise<Map<string, number>> {
    const open = { businessId: { $in: businessIds }, status: { $in: OPEN } };
    const rows = await this.#calls
      .find(open)
      .project<{ businessId: string }>({ _id: 0, businessId: 1 })
      .toArray();
    const byBusiness = Map.groupBy(rows, (row) => row.businessId);
    return new Map([...byBusiness].map(([businessId, own]) => [businessId, own.length]));
  }

  /** Newest first; ids are time-ordered. */
  async list(whose: CallScope, page: CallPage) {
    const { before, leadId, limit } = page;
    const scope = { ...whose, ...(leadId !== undefined && { leadId }) };
    const wanted = filterOf(page);
    const isFiltered = Object.keys(wanted).length > 0;
    const oldest = isFiltered ? await this.#endOfLook(scope, before) : null;
    const range = {
      ...(before !== undefined && { $lt: before }),
      ...(oldest !== null && { $gte: oldest }),
    };
    const _id = Object.keys(range).length > 0 ? { _id: range } : {};
    const rows = await this.#calls
      .find({ ...scope, ...wanted, ..._id }, ONLY_SUMMARY)
      .sort({ _id: -1 })
      .limit(limit + 1)
      .toArray();
    const calls = rows.slice(0, limit).map((row) => row.summary);
    return { calls, next: rows.length > limit ? (calls.at(-1)?.callId ?? null) : oldest };
  }

  /** The last call that one request with a filter looks at; null when that reaches the end. */
  async #endOfLook(scope: mongo.Filter<CallDocument>, before: string | undefined): Promise<string | null> {
    const older = before === undefined ? {} : { _id: { $lt: before } };
    const [last] = await this.#calls
      .find({ ...scope, ...older }, { projection: { _id: 1 } })
      .sort({ _id: -1 })
      .skip(MAX_LOOKED_AT - 1)
      .limit(1)
      .toArray();
    return last?._id ?? null;
  }

  async board(): Promise<{ live: CallSummary[]; waiting: CallSummary[]; recent: CallSummary[] }> {
    const [live, queued, scheduled, recent] = await Promise.all([
      this.#summaries({ status: { $in: [...LIVE, "wrapping_up"] } }, { _id: 1 }),
      this.#inLine(),
      this.#summaries({ status: "scheduled" }, { dueAt: 1 }),
      this.#summaries({ status: { $in: [...FINAL_STATUSES] } }, { endedAt: -1 }, 20),
    ]);
    return { live, waiting: [...queued, ...scheduled], recent };
  }

  /** Those in line, in the order of their turns. */
  async #inLine(): Promise<CallSummary[]> {
    const rows = await this.#calls
      .find({ status: "queued" }, { projection: { summary: 1, businessId: 1 } })
      .sort({ queuedAt: 1, _id: 1 })
      .limit(MAX_BOARD)
      .toArray();
    return turnOrder(rows).map((row) => row.summary);
  }

  async #summaries(
    filter: mongo.Filter<CallDocument>,
    sort: mongo.Sort,
    limit = MAX_BOARD,
  ): Promise<CallSummary[]> {
    const rows = await this.#calls.find(filter, ONLY_SUMMARY).sort(sort).limit(limit).toArray();
    return rows.map((row) => row.summary);
  }
}
