import type { Analyst, LeadClassification } from "#server/analyst/analyst.ts";
import { refineClassification, wordsOf, type Classified, type Given } from "#server/leads/classify.ts";
import type { LeadDocument } from "#server/leads/lead-store.ts";
import type { Clock } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { Model } from "mongoose";

/** Questions to the analyst that may be open at once; a lead beyond them keeps its rules. */
const MAX_OPEN_QUESTIONS = 50;

type StoredLead = { leadId: string; consumerId: string; postalCode: string };

export type Refiner = {
  /**
   * Asks the analyst about a stored lead. A lead without a category waits up to the time limit for the answer; otherwise, and when the
   * answer is late, it only brings better words afterwards. Never throws because of the analyst.
   */
  refine(lead: StoredLead, given: Given, first: Classified): Promise<Classified>;
  /** Resolves when no late answer is on its way any more. */
  idle(): Promise<void>;
};

type RefinerParts = {
  leads: Model<LeadDocument>;
  analyst: Pick<Analyst, "classifyLead">;
  clock: Clock;
  logger: Logger;
  analystLimitMs: number;
};

export function createRefiner({ leads, analyst, clock, logger, analystLimitMs }: RefinerParts): Refiner {
  const open = new Set<Promise<void>>();

  return {
    async refine(lead, given, first) {
      if (open.size >= MAX_OPEN_QUESTIONS) return first;
      const answer = ask(lead, given.description);
      const reply = given.category === undefined ? await inTime(answer, analystLimitMs, clock) : "late";
      if (reply === "late") {
        storeLater(lead, given.description, answer);
        return first;
      }
      if (reply === null) return first;
      const refined = refineClassification(first, given, reply);
      await store(lead, { description: given.description, classifiedBy: first.classifiedBy }, refined);
      return refined;
    },
    async idle() {
      await Promise.all(open);
    },
  };

  async function ask(lead: StoredLead, description: string): Promise<LeadClassification | null> {
    const { leadId, postalCode } = lead;
    try {
      const reply = await analyst.classifyLead({ description, postalCode });
      if (reply.kind === "done") return reply.value;
      logger.warn({ leadId, reply: reply.kind }, "The analyst did not classify a lead; the rules stand");
    } catch (error) {
      logger.error({ leadId, ...errorFields(error) }, "The analyst failed on a lead; the rules stand");
    }
    return null;
  }

  /** Only while the lead still says what the analyst was asked about, and nobody named a category meanwhile. */
  async function store(
    { leadId, consumerId }: StoredLead,
    asked: Pick<LeadDocument, "description"> & Partial<Classified>,
    fields: Partial<Classified>,
  ): Promise<void> {
    await leads.updateOne({ _id: leadId, consumerId, ...asked }, { $set: fields });
  }

  function storeLater(
    lead: StoredLead,
    description: string,
    answer: Promise<LeadClassification | null>,
  ): void {
    const work = answer
      .then((found) => (found === null ? undefined : store(lead, { description }, wordsOf(found))))
      .catch((error: unknown) => {
        logger.error({ leadId: lead.leadId, ...errorFields(error) }, "A late classification was not stored");
      })
      .finally(() => open.delete(work));
    open.add(work);
  }
}

/** Waits at most `limitMs`; `"late"` when the answer is not there by then. */
async function inTime<Value>(answer: Promise<Value>, limitMs: number, clock: Clock): Promise<Value | "late"> {
  const late = Promise.withResolvers<"late">();
  const timer = clock.after(limitMs, () => late.resolve("late"));
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    timer.cancel();
  }
}
