import type { Caller } from "#server/accounts/caller.ts";
import { firstClassification, type Given } from "#server/leads/classify.ts";
import type { LeadDocument } from "#server/leads/lead-store.ts";
import type { Refiner } from "#server/leads/refine-lead.ts";
import { Failure } from "#server/lib/failure.ts";
import type { Category, Urgency } from "#shared/lead.ts";
import type { Model } from "mongoose";

/** What the consumer changes about a lead; what is left out stays. Parsed by the contract's `lead.correct`. */
export type LeadCorrection = {
  leadId: string;
  description?: string | undefined;
  category?: Category | undefined;
  urgency?: Urgency | undefined;
  budgetCents?: number | undefined;
  postalCode?: string | undefined;
};

/** Corrections of one lead at once are few; more lost races in a row than this are a fault. */
const MAX_TRIES = 20;

type Parts = { leads: Model<LeadDocument>; refiner: Refiner };

/**
 * Corrects an open lead of the caller. New words are classified anew; a category that the consumer ever gave, and the urgency, stay unless the
 * correction names them. @throws Failure NOT_FOUND (unknown, foreign), NOT_POSSIBLE (closed)
 */
export async function correctLead(
  caller: Caller,
  correction: LeadCorrection,
  { leads, refiner }: Parts,
): Promise<void> {
  const own = { _id: correction.leadId, consumerId: caller.accountId };
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = await leads.findOne(own).lean();
    if (before === null) throw new Failure("NOT_FOUND");
    if (before.status === "closed") throw new Failure("NOT_POSSIBLE");
    const { given, changes } = changesOf(before, correction);
    const { description, category, urgency, classifiedBy } = before;
    // Decided again when somebody changed what it was decided from; a late answer of the analyst only brings words.
    const unchanged = { ...own, status: "open" as const, description, category, urgency, classifiedBy };
    const after = await leads
      .findOneAndUpdate(unchanged, { $set: changes }, { returnDocument: "after" })
      .lean();
    if (after === null) continue;
    const stored = { leadId: after._id, consumerId: after.consumerId, postalCode: after.postalCode };
    if (given !== null) await refiner.refine(stored, given, after);
    return;
  }
  throw new Error("A lead changed under every try to correct it.");
}

/** `given`: what the analyst is asked about; null when the words are the old ones. */
function changesOf(
  before: LeadDocument,
  correction: LeadCorrection,
): { given: Given | null; changes: Partial<LeadDocument> } {
  const { description = before.description, category, urgency, budgetCents, postalCode } = correction;
  const plain = {
    ...(postalCode !== undefined && { postalCode }),
    ...(budgetCents !== undefined && { budgetCents }),
    ...(urgency !== undefined && { urgency }),
    ...(category !== undefined && { category, classifiedBy: "consumer" as const }),
  };
  if (description === before.description) return { given: null, changes: plain };
  const kept = before.classifiedBy === "consumer" ? before.category : undefined;
  const given = { description, category: category ?? kept, urgency: urgency ?? before.urgency };
  return { given, changes: { ...plain, description, ...firstClassification(given) } };
}
