import type { Db } from "#server/database/connection.ts";
import { StartProblem } from "#server/lib/failure.ts";
import { errorFields } from "#server/lib/logger.ts";
import { isDeepStrictEqual } from "node:util";

export type IndexRow = {
  collection: string;
  keys: Record<string, 1 | -1>;
  unique?: true;
  partialFilterExpression?: Record<string, unknown>;
  /** TTL: documents go this many seconds after the date in the (only) key. */
  expireAfterSeconds?: number;
  /** Only where a library looks for its own name. */
  name?: string;
};

/**
 * Every index of the product, and why it exists. Nothing else creates one. The auth library would make the ones with a name by itself,
 * but only after its first query: here they are there before the first sign-up.
 */
export const INDEXES: readonly IndexRow[] = [
  // Accounts: one account per address; a session is looked up by its token on every request.
  { collection: "users", keys: { email: 1 }, unique: true, name: "users_email_uidx" },
  { collection: "sessions", keys: { token: 1 }, unique: true, name: "sessions_token_uidx" },
  { collection: "sessions", keys: { userId: 1 }, name: "sessions_userId_idx" },
  { collection: "sessions", keys: { expiresAt: 1 }, expireAfterSeconds: 0 },
  { collection: "credentials", keys: { userId: 1 }, name: "credentials_userId_idx" },
  // The end of every session, however busy: seven days after the sign-in.
  { collection: "sessions", keys: { createdAt: 1 }, expireAfterSeconds: 7 * 24 * 60 * 60 },
  { collection: "verifications", keys: { identifier: 1 }, name: "verifications_identifier_idx" },
  { collection: "verifications", keys: { expiresAt: 1 }, expireAfterSeconds: 0 },
  { collection: "externalAccounts", keys: { issuer: 1, subject: 1 }, unique: true },
  // Several people may share a phone; an opt-out finds all of them.
  { collection: "phones", keys: { phoneKey: 1 } },
  { collection: "phoneCodes", keys: { expiresAt: 1 }, expireAfterSeconds: 0 },
  { collection: "limits", keys: { expiresAt: 1 }, expireAfterSeconds: 0 },
  // Marketplace.
  { collection: "businesses", keys: { ownerId: 1 }, unique: true },
  { collection: "businesses", keys: { serves: 1, _id: -1 } },
  // Where more serve an area than a lead can be offered to.
  { collection: "businesses", keys: { serves: 1, lot: 1 } },
  { collection: "leads", keys: { consumerId: 1, _id: -1 } },
  // Open leads for a business whose profile was saved.
  { collection: "leads", keys: { status: 1, category: 1, createdAt: -1 } },
  { collection: "matches", keys: { leadId: 1, businessId: 1 }, unique: true },
  // A view of an inbox, newest first, and its count.
  { collection: "matches", keys: { businessId: 1, leadClosed: 1, status: 1, _id: -1 } },
  // Best first, as the consumer sees them.
  { collection: "matches", keys: { leadId: 1, score: -1, _id: 1 } },
  { collection: "consents", keys: { leadId: 1, businessId: 1 } },
  { collection: "consents", keys: { businessId: 1, leadId: 1 } },
  { collection: "consents", keys: { consumerId: 1, _id: -1 } },
  { collection: "suppressions", keys: { phoneKey: 1 }, unique: true },
  // Appointments: an hour of a business is booked once, and a call has one.
  { collection: "appointments", keys: { businessId: 1, startAt: 1 }, unique: true },
  { collection: "appointments", keys: { callId: 1 }, unique: true },
  // A slot is held by one person; what ran out goes.
  { collection: "slotHolds", keys: { businessId: 1, startAt: 1 }, unique: true },
  { collection: "slotHolds", keys: { accountId: 1, businessId: 1 } },
  { collection: "slotHolds", keys: { expiresAt: 1 }, expireAfterSeconds: 0 },
  // Calls: the queue, both sides' lists, one live call per person, webhooks that know only the attempt.
  { collection: "calls", keys: { status: 1, queuedAt: 1 } },
  // Businesses take turns in the queue.
  { collection: "calls", keys: { status: 1, businessId: 1, queuedAt: 1 } },
  // Who joined the line of late.
  { collection: "calls", keys: { status: 1, inLineAt: 1 } },
  { collection: "calls", keys: { businessId: 1, _id: -1 } },
  // How many calls of a business are not over.
  { collection: "calls", keys: { businessId: 1, status: 1 } },
  { collection: "calls", keys: { consumerId: 1, _id: -1 } },
  { collection: "calls", keys: { leadId: 1, _id: -1 } },
  {
    collection: "calls",
    keys: { livePersonKey: 1 },
    unique: true,
    partialFilterExpression: { livePersonKey: { $type: "string" } },
  },
  { collection: "calls", keys: { status: 1, dueAt: 1 } },
  { collection: "calls", keys: { status: 1, endedAt: -1 } },
  // Live calls whose agent was lately told something.
  { collection: "calls", keys: { status: 1, steeredAt: 1 } },
  { collection: "calls", keys: { personKey: 1 } },
  { collection: "calls", keys: { "state.attempt.attemptId": 1 } },
  // Calls whose price the carrier still owes.
  {
    collection: "calls",
    keys: { settleDueAt: 1 },
    partialFilterExpression: { settleDueAt: { $type: "date" } },
  },
  // A call leads to one other call at most.
  {
    collection: "calls",
    keys: { followUpOf: 1 },
    unique: true,
    partialFilterExpression: { followUpOf: { $type: "string" } },
  },
  // What was spent on a day is of no use some days later.
  { collection: "spending", keys: { expiresAt: 1 }, expireAfterSeconds: 0 },
  { collection: "callEvents", keys: { callId: 1, seq: 1 }, unique: true },
  // Notifications that wait for their turn; all of them go after a month.
  { collection: "notifications", keys: { state: 1, dueAt: 1 } },
  { collection: "notifications", keys: { expiresAt: 1 }, expireAfterSeconds: 0 },
  // Who did what: of a business, about a call, and not for ever.
  { collection: "audits", keys: { businessId: 1, _id: -1 } },
  { collection: "audits", keys: { callId: 1, _id: -1 } },
  { collection: "audits", keys: { at: 1 }, expireAfterSeconds: 400 * 24 * 60 * 60 },
  // Recordings that are not finished, or not deleted everywhere yet.
  { collection: "recordings", keys: { state: 1 } },
  // An alert that goes on is one, however many servers find it.
  {
    collection: "alerts",
    keys: { openKey: 1 },
    unique: true,
    partialFilterExpression: { openKey: { $type: "string" } },
  },
  { collection: "alerts", keys: { raisedAt: -1 } },
  {
    collection: "alerts",
    keys: { mailDueAt: 1 },
    partialFilterExpression: { mailDueAt: { $type: "date" } },
  },
  { collection: "alerts", keys: { expiresAt: 1 }, expireAfterSeconds: 0 },
  { collection: "servers", keys: { expiresAt: 1 }, expireAfterSeconds: 0 },
  // Edges. What servers tell each other is heard within a second.
  { collection: "serverMessages", keys: { createdAt: 1 }, expireAfterSeconds: 60 },
  { collection: "idempotencyKeys", keys: { expiresAt: 1 }, expireAfterSeconds: 0 },
];

/**
 * Creates what is missing and checks what is there; safe to run from several servers at once.
 * @throws StartProblem when an index exists with another meaning, or when documents already break a unique one.
 */
export async function ensureIndexes(db: Db, rows: readonly IndexRow[] = INDEXES): Promise<void> {
  for (const [collection, wanted] of Map.groupBy(rows, (row) => row.collection)) {
    for (const row of wanted) await create(db, row);
    const existing: unknown[] = await db.collection(collection).listIndexes().toArray();
    for (const row of wanted) {
      if (!existing.some((index) => means(index, row))) throw mismatch(row, "exists with other options");
    }
  }
}

async function create(db: Db, row: IndexRow): Promise<void> {
  const { collection, keys, ...options } = row;
  try {
    await db.collection(collection).createIndex(keys, options);
  } catch (error) {
    const { errorName, errorCode } = errorFields(error);
    if (errorCode === "11000") throw mismatch(row, "cannot be unique: some documents share a value");
    if (errorCode === "85" || errorCode === "86") throw mismatch(row, "exists with other options");
    throw mismatch(row, `could not be created (${errorName ?? "error"} ${errorCode ?? ""})`);
  }
}

/** Whether an index that the server lists does what the row says. Key order counts. */
function means(index: unknown, row: IndexRow): boolean {
  if (typeof index !== "object" || index === null) return false;
  const { key, unique, partialFilterExpression, expireAfterSeconds } = Object.assign(
    { key: undefined, unique: undefined, partialFilterExpression: undefined, expireAfterSeconds: undefined },
    index,
  );
  return (
    JSON.stringify(key) === JSON.stringify(row.keys) &&
    (unique === true) === (row.unique ?? false) &&
    isDeepStrictEqual(plain(partialFilterExpression), plain(row.partialFilterExpression)) &&
    expireAfterSeconds === row.expireAfterSeconds
  );
}

const plain = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)));

function mismatch(row: IndexRow, what: string): StartProblem {
  const fields = Object.keys(row.keys).join(", ");
  return new StartProblem(
    `The index on ${row.collection} (${fields}) ${what}; fix or drop it, then start again.`,
  );
}
