import type { Caller } from "#server/accounts/caller.ts";
import { readCallbackNumber } from "#server/accounts/phone-number.ts";
import { lotOf } from "#server/accounts/lot.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import type { BusinessProfile, UpdateBusinessProfile, VoicemailPolicy } from "#shared/business.ts";
import { CATEGORIES, type Category } from "#shared/lead.ts";
import { type Connection, type Model, Schema, trusted } from "mongoose";

/** How many businesses one request for help is matched against at most; the rest is left out. */
const MAX_SERVING = 200;

const MAX_SAVE_TRIES = 20;
const AFTER = { returnDocument: "after" } as const;

/** Stands for all areas in `serves`. */
const EVERYWHERE = "*";

type BusinessDocument = {
  _id: string;
  ownerId: string;
  name: string;
  /** Null follows `name`. */
  legalName: string | null;
  categories: Category[];
  postalCodes: string[];
  /** What the index looks up: each category with each postal code or `*`, e.g. `roofing|112`. (One index cannot hold two lists.) */
  serves: string[];
  /** Its place among others that serve the same area (`lotOf`); a document of before has none until its owner looks at it. */
  lot?: number;
  timeZone: string;
  hours: { opens: string; closes: string };
  typicalPriceCents: { low: number; high: number } | null;
  voice: string;
  /** Null: no message is left on answering machines. */
  callbackNumber: string | null;
  complete: boolean;
  createdAt: Date;
  updatedAt: Date;
};

const businessSchema = new Schema<BusinessDocument>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, required: true },
    name: { type: String, required: true },
    legalName: { type: String, default: null },
    categories: { type: [String], required: true },
    postalCodes: { type: [String], required: true },
    serves: { type: [String], required: true },
    lot: Number,
    timeZone: { type: String, required: true },
    hours: { type: { opens: String, closes: String }, required: true, _id: false },
    typicalPriceCents: { type: { low: Number, high: Number }, default: null, _id: false },
    voice: { type: String, required: true },
    callbackNumber: { type: String, default: null },
    complete: { type: Boolean, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  {
    collection: "businesses",
    versionKey: false,
    strict: "throw",
    strictQuery: "throw",
    autoIndex: false,
    autoCreate: false,
  },
);

export type Businesses = {
  /** Creates the business of a new account; does nothing when it is there. */
  create(owner: { ownerId: string; businessId: string; name: string }): Promise<void>;
  /** The caller's own business. @throws Failure FORBIDDEN for accounts without one. */
  profile(caller: Caller): Promise<BusinessProfile>;
  /** What is left out keeps its value; from the first save on the profile is complete and can be matched. @throws Failure PHONE_INVALID */
  updateProfile(caller: Caller, input: UpdateBusinessProfile): Promise<BusinessProfile>;
  byId(businessId: string): Promise<BusinessProfile | null>;
  /** In one query; unknown ones are missing. */
  byIds(businessIds: string[]): Promise<Map<string, BusinessProfile>>;
  /** The accounts that speak for them, in one query; unknown businesses are missing. */
  ownersOf(businessIds: string[]): Promise<Map<string, string>>;
  /**
   * Complete businesses of this category and area, at most 200: those that name the area most closely first, then the newest. Where one area has more of them than there is
   * room for, the lead's own lot decides which it gets [AC26].
   */
  findServing(need: { leadId: string; category: Category; postalCode: string }): Promise<BusinessProfile[]>;
};

const modelOf = (connection: Connection): Model<BusinessDocument> =>
  connection.models["Business"] ?? connection.model<BusinessDocument>("Business", businessSchema);

export function createBusinesses(dependencies: { connection: Connection; clock: Clock }): Businesses {
  const { connection, clock } = dependencies;
  const Business = modelOf(connection);

  const create: Businesses["create"] = async ({ ownerId, businessId, name }) => {
    const fresh = freshBusiness(name, new Date(clock.nowMs()));
    const update = { $setOnInsert: fresh, $set: { lot: lotOf(businessId) } };
    await Business.updateOne({ _id: businessId, ownerId }, update, { upsert: true });
  };

  /** Heals a sign-up that died between the account and its business. */
  const ofCaller = async (caller: Caller) => {
    const { businessId, accountId: ownerId, name } = caller;
    if (caller.role !== "business" || businessId === null) throw new Failure("FORBIDDEN");
    await create({ ownerId, businessId, name });
    return { _id: businessId, ownerId };
  };

  return {
    create,
    async profile(caller) {
      const found = await Business.findOne(await ofCaller(caller)).lean();
      if (found === null) throw new Failure("NOT_FOUND");
      return toProfile(found);
    },
    async updateProfile(caller, input) {
      const own = await ofCaller(caller);
      for (let tries = 0; tries < MAX_SAVE_TRIES; tries++) {
        const known = await Business.findOne(own).lean();
        if (known === null) throw new Failure("NOT_FOUND");
        const updatedAt = new Date(Math.max(clock.nowMs(), known.updatedAt.getTime() + 1));
        const changes = { ...changesOf(known, input), complete: true, updatedAt };
        const unchanged = { ...own, updatedAt: known.updatedAt };
        const saved = await Business.findOneAndUpdate(unchanged, { $set: changes }, AFTER).lean();
        if (saved !== null) return toProfile(saved);
      }
      throw new Error("A business profile changed under every try to save it.");
    },
    async byId(businessId) {
      const found = await Business.findOne({ _id: businessId }).lean();
      return found === null ? null : toProfile(found);
    },
    async byIds(businessIds) {
      const found = await Business.find({ _id: trusted({ $in: businessIds }) }, { serves: 0 }).lean();
      return new Map(found.map((one) => [one._id, toProfile(one)]));
    },
    async ownersOf(businessIds) {
      const found = await Business.find({ _id: trusted({ $in: businessIds }) }, { ownerId: 1 }).lean();
      return new Map(found.map(({ _id, ownerId }) => [_id, ownerId]));
    },
    async findServing({ leadId, category, postalCode }) {
      // One area at a time: an index gives each in its order, so hardly more is read than is returned.
      const found = new Map<string, Served>();
      for (const area of [...prefixesOf(postalCode).toReversed(), EVERYWHERE]) {
        const left = MAX_SERVING - found.size;
        if (left === 0) break;
        const serving = { serves: pair(category, area), complete: true };
        for (const one of await someServing(Business, serving, left, lotOf(leadId))) found.set(one._id, one);
      }
      return [...found.values()].map(toProfile);
    },
  };
}

type Served = Omit<BusinessDocument, "serves">;

/**
 * The newest first, if they are no more than `limit`. Otherwise those from a lot on, and from the first lot again [AC26].
 */
async function someServing(
  Business: Model<BusinessDocument>,
  serving: { serves: string; complete: boolean },
  limit: number,
  lot: number,
): Promise<Served[]> {
  const newest = await Business.find(serving, { serves: 0 })
    .sort({ _id: -1 })
    .limit(limit + 1)
    .lean();
  if (newest.length <= limit) return newest;
  const chosen: Served[] = [];
  // What has no lot yet counts as one of the first.
  for (const lots of [trusted({ $gte: lot }), trusted({ $not: { $gte: lot } })]) {
    const left = limit - chosen.length;
    if (left === 0) break;
    const found = Business.find({ ...serving, lot: lots }, { serves: 0 })
      .sort({ lot: 1 })
      .limit(left);
    chosen.push(...(await found.lean()));
  }
  return chosen;
}

/** Defaults that let a business with only a name be matched and dial (DESIGN §4). */
function freshBusiness(name: string, now: Date): Omit<BusinessDocument, "_id" | "ownerId"> {
  return {
    name,
    legalName: null,
    categories: [...CATEGORIES],
    postalCodes: [],
    // Nobody is matched before the first save, and who never saves is not in the way of those who did.
    serves: [],
    timeZone: "America/New_York",
    hours: { opens: "09:00", closes: "17:00" },
    typicalPriceCents: null,
    voice: "marin",
    callbackNumber: null,
    complete: false,
    createdAt: now,
    updatedAt: now,
  };
}

/** Only what the contract names is ever written, whatever else the caller sent. */
function changesOf(known: BusinessDocument, input: UpdateBusinessProfile): Partial<BusinessDocument> {
  const { name, legalName, timeZone, hours, typicalPriceCents: price, voice, voicemail } = input;
  const categories = [...new Set(input.categories ?? known.categories)];
  const postalCodes = [...(input.postalCodes ?? known.postalCodes)];
  const areas = areasOf(postalCodes);
  return {
    name,
    categories,
    postalCodes,
    serves: categories.flatMap((category) => areas.map((area) => pair(category, area))),
    ...(legalName !== undefined && { legalName }),
    ...(timeZone !== undefined && { timeZone }),
    ...(hours !== undefined && { hours: { opens: hours.opens, closes: hours.closes } }),
    ...(price !== undefined && {
      typicalPriceCents: price === null ? null : { low: price.low, high: price.high },
    }),
    ...(voice !== undefined && { voice }),
    ...(voicemail !== undefined && { callbackNumber: callbackNumberOf(voicemail) }),
  };
}

const callbackNumberOf = (policy: VoicemailPolicy) =>
  policy.kind === "leave_message" ? readCallbackNumber(policy.callbackNumber) : null;

const voicemailOf = (callbackNumber: string | null): VoicemailPolicy =>
  callbackNumber === null ? { kind: "hang_up" } : { kind: "leave_message", callbackNumber };

const pair = (category: Category, area: string) => `${category}|${area}`;

const plainCode = (postalCode: string) => postalCode.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");

function areasOf(postalCodes: readonly string[]): string[] {
  const areas = new Set(postalCodes.map(plainCode).filter((code) => code !== ""));
  return areas.size === 0 ? [EVERYWHERE] : [...areas];
}

/** "11201" → "1", "11", … "11201": every prefix that would cover it. */
function prefixesOf(postalCode: string): string[] {
  const code = plainCode(postalCode);
  return Array.from(code, (_, index) => code.slice(0, index + 1));
}

function toProfile(document: Omit<BusinessDocument, "serves">): BusinessProfile {
  const {
    _id: businessId,
    name,
    legalName,
    categories,
    postalCodes,
    timeZone,
    hours,
    typicalPriceCents: price,
    voice,
    callbackNumber,
    complete,
  } = document;
  return {
    businessId,
    name,
    legalName: legalName ?? name,
    categories: [...categories],
    postalCodes: [...postalCodes],
    timeZone,
    hours: { opens: hours.opens, closes: hours.closes },
    typicalPriceCents: price ? { low: price.low, high: price.high } : null,
    voice,
    voicemail: voicemailOf(callbackNumber ?? null),
    complete,
  };
}
