import { BUSINESS } from "#client/business/copy.ts";
import type { BusinessLead } from "#shared/lead.ts";

const BY: Record<BusinessLead["classifiedBy"], string> = {
  consumer: BUSINESS.sortedByConsumer,
  rules: BUSINESS.sortedByRules,
  analyst: BUSINESS.sortedByAnalyst,
};

/** What was made of the request, by whom and how surely, and what it leaves open. */
export function LeadClassification({ lead }: { lead: BusinessLead }) {
  const { classifiedBy, confidence, summary, openQuestions } = lead;
  const sureness = confidence === null ? "" : `, ${Math.round(confidence * 100)} % sure`;
  return (
    <section aria-label={BUSINESS.classification} className="flex flex-col gap-3">
      <p className="text-dense text-muted">
        {BY[classifiedBy]}
        {sureness}
        {summary !== lead.description && summary !== "" && `: ${summary}`}
      </p>
      {openQuestions.length > 0 && (
        <div>
          <h3 className="text-body font-strong">{BUSINESS.openQuestions}</h3>
          <ul className="mt-1 list-disc pl-5 text-muted">
            {openQuestions.map((question) => (
              <li key={question}>{question}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
