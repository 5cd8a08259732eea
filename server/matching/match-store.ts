import { retryLostUpsert } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import type { MatchStatus } from "#shared/lead.ts";
import { Schema, trusted, type Connection, type Model } from "mongoose";

/** One lead × one business. */
export type StoredMatch = {
  _id: string;
  leadId: string;
  businessId: string;
  score: number;
  reasons: string[];
  status: MatchStatus;
  /** True once the consumer closed the lead; null while it is open. */
  leadClosed: true | null;
  createdAt: Date;
  respondedAt: Date | null;
};

/** What an inbox is divided by; together with the business they are an index. */
export type MatchKind = Pick<StoredMatch, "leadClosed" | "status">;
/** One kind, or all of closed leads: a beginning of the index. */
export type CountedKind = MatchKind | { leadClosed: true };
type MatchPage = { before?: string | undefined; limit: number };

export type NewMatch = Pick<StoredMatch, "leadId" | "businessId" | "score" | "reasons">;

export type MatchStore = {
  /** Inserts new ones as pending; of known ones only score and reasons change, never the answer. */
  save(matches: NewMatch[]): Promise<void>;
  /** Best first, at most `limit`. */
  ofLead(leadId: string, limit: number): Promise<StoredMatch[]>;
  /** Those of these kinds, newest first, at most `limit`, older than the match `before`. */
  ofBusiness(businessId: string, kinds: readonly MatchKind[], page: MatchPage): Promise<StoredMatch[]>;
  /** How many of one kind a business has, counted up to `limit`. */
  countOfBusiness(businessId: string, kind: CountedKind, limit: number): Promise<number>;
  /** The consumer closed the lead: its matches leave the open ones. */
  closeLead(leadId: string): Promise<void>;
  find(leadId: string, businessId: string): Promise<StoredMatch | null>;
  /** False when there is no such match. */
  answer(leadId: string, businessId: string, response: "interested" | "declined"): Promise<boolean>;
  /** Those of the businesses that were matched to the lead. */
  matchedBusinesses(leadId: string, businessIds: string[]): Promise<string[]>;
  /** The businesses of each lead; leads without any are missing. */
  businessesOf(leadIds: string[]): Promise<Map<string, string[]>>;
  /** What each business of each lead answered, by lead and business; leads without any are missing. */
  answersTo(leadIds: string[]): Promise<Map<string, Map<string, MatchStatus>>>;
  /** Takes a lead back from businesses that did not answer, except those named. */
  dropPending(leadId: string, keptBusinessIds: string[]): Promise<void>;
};

const text = { type: String, required: true } as const;
const schema = new Schema<StoredMatch>(
  {
    _id: text,
    leadId: text,
    businessId: text,
    score: { type: Number, required: true },
    reasons: { type: [String], required: true },
    status: text,
    leadClosed: { type: Boolean, default: null },
    createdAt: { type: Date, required: true },
    respondedAt: { type: Date, default: null },
  },
  {
    collection: "matches",
    versionKey: false,
    strict: "throw",
    strictQuery: "throw",
    autoIndex: false,
    autoCreate: false,
  },
);

const modelOf = (db: Connection): Model<StoredMatch> =>
  db.models["Match"] ?? db.model<StoredMatch>("Match", schema);

/** Matches, unique per lead and business by their index. Every query carries the lead or the business it is about. */
export function createMatchStore({ db, clock }: { db: Connection; clock: Clock }): MatchStore {
  const matches = modelOf(db);
  return {
    async save(found) {
      if (found.length === 0) return;
      await retryLostUpsert(() => matches.bulkWrite(found.map(upsertOf), { ordered: false }));
    },
    ofLead: (leadId, limit) => matches.find({ leadId }).sort({ score: -1, _id: 1 }).limit(limit).lean(),
    ...inboxReads(matches),
    async closeLead(leadId) {
      await matches.updateMany({ leadId }, { $set: { leadClosed: true } });
    },
    find: (leadId, businessId) => matches.findOne({ leadId, businessId }).lean(),
    async answer(leadId, businessId, response) {
      const answered = { status: response, respondedAt: new Date(clock.nowMs()) };
      const { matchedCount } = await matches.updateOne({ leadId, businessId }, { $set: answered });
      return matchedCount === 1;
    },
    async matchedBusinesses(leadId, businessIds) {
      const query = { leadId, businessId: trusted({ $in: businessIds }) };
      return (await matches.find(query, { businessId: 1 }).lean()).map((match) => match.businessId);
    },
    async businessesOf(leadIds) {
      const query = { leadId: trusted({ $in: leadIds }) };
      const found = await matches.find(query, { _id: 0, leadId: 1, businessId: 1 }).lean();
      const byLead = Map.groupBy(found, (match) => match.leadId);
      return new Map([...byLead].map(([leadId, rows]) => [leadId, rows.map((row) => row.businessId)]));
    },
    async answersTo(leadIds) {
      const query = { leadId: trusted({ $in: leadIds }) };
      const found = await matches.find(query, { _id: 0, leadId: 1, businessId: 1, status: 1 }).lean();
      const byLead = Map.groupBy(found, (match) => match.leadId);
      const answers = (rows: typeof found) => new Map(rows.map((row) => [row.businessId, row.status]));
      return new Map([...byLead].map(([leadId, rows]) => [leadId, answers(rows)]));
    },
    async dropPending(leadId, keptBusinessIds) {
      const query = { leadId, status: "pending" as const, businessId: trusted({ $nin: keptBusinessIds }) };
      await matches.deleteMany(query);
    },
  };

  function upsertOf({ leadId, businessId, score, reasons }: NewMatch) {
    const first = {
      _id: newId("match"),
      status: "pending" as const,
      leadClosed: null,
      createdAt: new Date(clock.nowMs()),
      respondedAt: null,
    };
    const update = { $set: { score, reasons }, $setOnInsert: first };
    return { updateOne: { filter: { leadId, businessId }, update, upsert: true } };
  }
}

function inboxReads(matches: Model<StoredMatch>): Pick<MatchStore, "ofBusiness" | "countOfBusiness"> {
  return {
    async ofBusiness(businessId, kinds, { before, limit }) {
      const older = before === undefined ? {} : { _id: trusted({ $lt: before }) };
      // Each kind is read in its order by the index; together they would be sorted in memory.
      const pages = await Promise.all(
        kinds.map((kind) =>
          matches
            .find({ businessId, ...kind, ...older })
            .sort({ _id: -1 })
            .limit(limit)
            .lean(),
        ),
      );
      return pages
        .flat()
        .toSorted((a, b) => (a._id < b._id ? 1 : -1))
        .slice(0, limit);
    },
    countOfBusiness: (businessId, kind, limit) =>
      matches.countDocuments({ businessId, ...kind }, { limit }).exec(),
  };
}
