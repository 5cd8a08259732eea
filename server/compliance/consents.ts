import { callbackText, consentText, type ConsentKind } from "#shared/consent-text.ts";
import type { Clock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import { createHash } from "node:crypto";
import { Schema, trusted, type Connection, type Model } from "mongoose";

/** One decision of one person about one business, as it was shown. Written once, never changed or removed. */
type ConsentReceipt = {
  _id: string;
  leadId: string;
  consumerId: string;
  businessId: string;
  kind: ConsentKind;
  /** False: taken back. The newest receipt of a kind counts. */
  granted: boolean;
  /** Null: all calls about the lead. Otherwise this one call, which the person asked for. */
  callId: string | null;
  text: string;
  /** SHA-256 of `text`, hex. */
  textHash: string;
  at: Date;
  /** Address the decision came from, when the edge knew it. */
  ip: string | null;
};

export type ConsentDecision = {
  leadId: string;
  consumerId: string;
  businessId: string;
  legalName: string;
  /** A kind that is left out gets no receipt. */
  aiCalls?: boolean;
  recording?: boolean;
  callId?: string;
  /** Said aloud in this call, not ticked: the receipt says so. */
  spokenIn?: string;
  /** Given by asking for the call `callId`. */
  asked?: true;
  ip?: string;
};

/** What a business may do about a lead. */
export type ConsentState = { aiCalls: boolean; recording: boolean };

export type Consents = {
  /** Appends a receipt for each kind in each decision, in order. */
  record(decisions: ConsentDecision[]): Promise<void>;
  /** With a `callId`, consent that was given for that one call counts too. */
  consentFor(leadId: string, businessId: string, callId?: string): Promise<ConsentState>;
  /** By business id; a business without receipts is missing. */
  consentsOfLead(leadId: string): Promise<Map<string, ConsentState>>;
  /** The newest decisions by business id, those about one call only included: what there is to take back. */
  newestOfLead(leadId: string): Promise<Map<string, ConsentState>>;
  /** By lead id; a lead without receipts is missing. */
  consentsOfBusiness(businessId: string, leadIds: string[]): Promise<Map<string, ConsentState>>;
};

export const NO_CONSENT: ConsentState = { aiCalls: false, recording: false };

const schema = new Schema<ConsentReceipt>(
  {
    _id: { type: String, required: true },
    leadId: { type: String, required: true },
    consumerId: { type: String, required: true },
    businessId: { type: String, required: true },
    kind: { type: String, required: true },
    granted: { type: Boolean, required: true },
    callId: { type: String, default: null },
    text: { type: String, required: true },
    textHash: { type: String, required: true },
    at: { type: Date, required: true },
    ip: { type: String, default: null },
  },
  {
    collection: "consents",
    versionKey: false,
    strict: "throw",
    strictQuery: "throw",
    autoIndex: false,
    autoCreate: false,
  },
);

const modelOf = (db: Connection): Model<ConsentReceipt> =>
  db.models["Consent"] ?? db.model<ConsentReceipt>("Consent", schema);

/** Consent as a list of receipts; what counts now is folded from them. */
export function createConsents({ db, clock }: { db: Connection; clock: Clock }): Consents {
  const receipts = modelOf(db);
  const OLDEST_FIRST = { at: 1, _id: 1 } as const;
  return {
    async record(decisions) {
      const at = new Date(clock.nowMs());
      await receipts.insertMany(decisions.flatMap((decision) => receiptsOf(decision, at)));
    },
    async consentFor(leadId, businessId, callId) {
      const calls = callId === undefined ? [null] : [null, callId];
      const query = { leadId, businessId, callId: trusted({ $in: calls }) };
      const found = await receipts.find(query).sort(OLDEST_FIRST).lean();
      return foldBy(found, () => "all").get("all") ?? NO_CONSENT;
    },
    async consentsOfLead(leadId) {
      const found = await receipts.find({ leadId, callId: null }).sort(OLDEST_FIRST).lean();
      return foldBy(found, (receipt) => receipt.businessId);
    },
    async newestOfLead(leadId) {
      const found = await receipts.find({ leadId }).sort(OLDEST_FIRST).lean();
      return foldBy(found, (receipt) => receipt.businessId);
    },
    async consentsOfBusiness(businessId, leadIds) {
      const query = { businessId, leadId: trusted({ $in: leadIds }), callId: null };
      const found = await receipts.find(query).sort(OLDEST_FIRST).lean();
      return foldBy(found, (receipt) => receipt.leadId);
    },
  };
}

function receiptsOf(decision: ConsentDecision, at: Date): ConsentReceipt[] {
  const { leadId, consumerId, businessId, legalName, callId, ip } = decision;
  return (["aiCalls", "recording"] as const).flatMap((kind) => {
    const granted = decision[kind];
    if (granted === undefined) return [];
    const text =
      decision.asked === true
        ? callbackText(legalName)
        : (spokenText(decision) ?? consentText(kind, legalName));
    const textHash = createHash("sha256").update(text).digest("hex");
    const about = { leadId, consumerId, businessId, callId: callId ?? null };
    return [{ _id: newId("consent"), ...about, kind, granted, text, textHash, at, ip: ip ?? null }];
  });
}

/** What a person said on the phone has no box with a sentence beside it: the receipt tells where it can be read and heard. */
const spokenText = ({ legalName, spokenIn }: ConsentDecision) =>
  spokenIn === undefined
    ? null
    : `In the call ${spokenIn} the person asked an AI assistant to call again for ${legalName}.`;

function foldBy(
  oldestFirst: ConsentReceipt[],
  keyOf: (receipt: ConsentReceipt) => string,
): Map<string, ConsentState> {
  const states = new Map<string, ConsentState>();
  for (const receipt of oldestFirst) {
    const state = states.get(keyOf(receipt)) ?? NO_CONSENT;
    states.set(keyOf(receipt), { ...state, [receipt.kind]: receipt.granted });
  }
  return states;
}
