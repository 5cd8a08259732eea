import { BackToLeads } from "#client/business/back-to-leads.tsx";
import { BUSINESS } from "#client/business/copy.ts";
import { LeadClassification } from "#client/business/lead-classification.tsx";
import { LeadFacts } from "#client/business/lead-facts.tsx";
import type { OpenLead } from "#client/business/inbox-views.ts";
import { LeadTimeline } from "#client/business/lead-timeline.tsx";
import { LeadNextStep } from "#client/business/lead-next-step.tsx";
import { MATCH_WORDS } from "#client/business/words.ts";
import { Chip } from "#client/ui/chip.tsx";
import { CATEGORY_WORDS, URGENCY_WORDS } from "#client/ui/lead-words.ts";
import type { InboxView } from "#shared/contract/business.ts";
import { useEffect, useRef } from "react";

type LeadDetailProps = {
  open: OpenLead;
  view: InboxView;
  /** A new object each time a lead is opened on purpose: then the focus goes to its heading. */
  entered: { leadId: string } | null;
};

/** One lead: what is asked, why it fits, what was agreed, and the next step. */
export function LeadDetail({ open: { lead, isClosed }, view, entered }: LeadDetailProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (entered?.leadId === lead.leadId) heading.current?.focus();
  }, [entered, lead.leadId]);
  return (
    <article className="flex w-full flex-col gap-5 p-4 max-sm:pb-36 lg:p-6">
      <BackToLeads view={view} />
      <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_17rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <header className="flex flex-col gap-2">
            <div className="flex flex-wrap gap-2">
              <Chip tone={MATCH_WORDS[lead.matchStatus].tone}>{MATCH_WORDS[lead.matchStatus].text}</Chip>
              <Chip tone="idle">{CATEGORY_WORDS[lead.category]}</Chip>
              <Chip tone={lead.urgency === "now" ? "wait" : "idle"}>{URGENCY_WORDS[lead.urgency]}</Chip>
            </div>
            <h2 ref={heading} tabIndex={-1} className="text-h3 outline-none">
              {lead.consumerName}
            </h2>
            <p className="max-w-[72ch] text-talk whitespace-pre-line wrap-anywhere">{lead.description}</p>
          </header>
          {isClosed ? (
            <p className="rounded-control bg-idle-soft px-3 py-2">{BUSINESS.leadClosed}</p>
          ) : (
            <LeadNextStep lead={lead} />
          )}
          <LeadTimeline lead={lead} />
          <LeadClassification lead={lead} />
          <section>
            <h3 className="text-body font-strong">Why it fits, {Math.round(lead.score)} of 100</h3>
            <ul className="mt-1 list-disc pl-5 text-muted">
              {lead.reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </section>
        </div>
        <LeadFacts lead={lead} />
      </div>
    </article>
  );
}
