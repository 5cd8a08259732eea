import { CONSUMER } from "#client/consumer/copy.ts";
import { RevokeConsent } from "#client/consumer/revoke-consent.tsx";
import { rpc } from "#client/wire/rpc.ts";
import type { CallView } from "#shared/call/view.ts";
import { useQuery } from "@tanstack/react-query";

/** Who called may go on calling about this request, until it is taken back here. Nothing where nothing was allowed. */
export function CallConsent({ view }: { view: CallView }) {
  const { leadId, businessId } = view;
  const query = useQuery(rpc.lead.matches.queryOptions({ input: { leadId } }));
  const match = query.data?.matches.find((one) => one.businessId === businessId);
  if (match === undefined || !match.consent.aiCalls) return null;
  return (
    <section aria-labelledby="consent-title" className="flex flex-col gap-2">
      <h2 id="consent-title" className="text-large">
        {CONSUMER.consentTitle}
      </h2>
      <p className="text-muted">
        {match.legalName} may call you about this request
        {match.consent.recording && " and record the call"}.
      </p>
      <RevokeConsent leadId={leadId} businessId={businessId} />
    </section>
  );
}
