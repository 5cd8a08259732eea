import { retryLostUpsert } from "#server/database/upsert.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Schema, type Connection, type Model } from "mongoose";

/** How somebody said that they want no more calls; the same words as the journal's `optOut.recorded`. */
type OptOutHow = "spoken" | "key" | "account" | "supervisor";

type SuppressionDocument = {
  /** Keyed hash of the number; the number itself is not kept. */
  phoneKey: string;
  how: OptOutHow;
  callId: string | null;
  at: Date;
};

export type Suppressions = {
  /** For ever and for every business. The first record stays; repeating it changes nothing. */
  suppress(phoneKey: string, how: OptOutHow, callId?: string): Promise<void>;
  isSuppressed(phoneKey: string): Promise<boolean>;
};

const schema = new Schema<SuppressionDocument>(
  {
    phoneKey: { type: String, required: true },
    how: { type: String, required: true },
    callId: { type: String, default: null },
    at: { type: Date, required: true },
  },
  {
    collection: "suppressions",
    versionKey: false,
    strict: "throw",
    strictQuery: "throw",
    autoIndex: false,
    autoCreate: false,
  },
);

const modelOf = (db: Connection): Model<SuppressionDocument> =>
  db.models["Suppression"] ?? db.model<SuppressionDocument>("Suppression", schema);

/** The list of numbers that nobody may dial, shared by all businesses. */
export function createSuppressions({ db, clock }: { db: Connection; clock: Clock }): Suppressions {
  const suppressions = modelOf(db);
  return {
    async suppress(phoneKey, how, callId) {
      const first = { how, callId: callId ?? null, at: new Date(clock.nowMs()) };
      await retryLostUpsert(() =>
        suppressions.updateOne({ phoneKey }, { $setOnInsert: first }, { upsert: true }),
      );
    },
    async isSuppressed(phoneKey) {
      return (await suppressions.exists({ phoneKey })) !== null;
    },
  };
}
