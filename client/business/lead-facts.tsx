import { CallingHoursNow } from "#client/business/calling-hours.tsx";
import { BUSINESS } from "#client/business/copy.ts";
import { quotaText, useQuota } from "#client/business/quota.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { cityOf, instantText, wholeMoneyText } from "#client/ui/format.ts";
import type { BusinessLead } from "#shared/lead.ts";
import type { ReactNode } from "react";

/** Beside the lead: how and when its consumer may be called. */
export function LeadFacts({ lead }: { lead: BusinessLead }) {
  const nowMs = useNowMs();
  const quota = useQuota();
  const theirTime = instantText(new Date(nowMs).toISOString(), nowMs, lead.timeZone);
  return (
    <section
      aria-labelledby="lead-facts"
      className="h-fit rounded-card border border-line bg-surface p-4 xl:sticky xl:top-6"
    >
      <h3 id="lead-facts" className="text-body font-strong">
        {BUSINESS.details}
      </h3>
      <dl className="mt-2 grid grid-cols-1 gap-x-6 gap-y-2 sm:grid-cols-2 xl:grid-cols-1">
        <Fact name={BUSINESS.phone}>{lead.consumerPhone ?? BUSINESS.phoneMissing}</Fact>
        <Fact name={BUSINESS.theirTime}>
          {theirTime}, {cityOf(lead.timeZone)}
          <CallingHoursNow lead={lead} />
        </Fact>
        <Fact name={BUSINESS.postalCode}>{lead.postalCode}</Fact>
        {lead.budgetCents !== null && (
          <Fact name={BUSINESS.budget}>up to {wholeMoneyText(lead.budgetCents)}</Fact>
        )}
        <Fact name={BUSINESS.aiCalls}>{lead.consent.aiCalls ? BUSINESS.agreed : BUSINESS.notAgreedYet}</Fact>
        <Fact name={BUSINESS.recording}>{lead.consent.recording ? BUSINESS.agreed : BUSINESS.notAgreed}</Fact>
        {quota !== undefined && <Fact name={BUSINESS.callsLeft}>{quotaText(quota, nowMs)}</Fact>}
        <Fact name={BUSINESS.askedAt}>{instantText(lead.createdAt, nowMs)}</Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-3 sm:flex-col sm:gap-0">
      <dt className="text-dense text-muted">{name}</dt>
      <dd className="figures max-sm:text-right">{children}</dd>
    </div>
  );
}
