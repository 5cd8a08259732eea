import { BUSINESS } from "#client/business/copy.ts";
import { CallComposer } from "#client/business/call-composer.tsx";
import { callBlockedBy, MATCH_WORDS } from "#client/business/words.ts";
import { Button } from "#client/ui/button.tsx";
import { Chip } from "#client/ui/chip.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { cityOf, instantText } from "#client/ui/format.ts";
import { CATEGORY_WORDS, URGENCY_WORDS } from "#client/ui/lead-words.ts";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { Problem } from "#client/ui/states.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { BusinessLead } from "#shared/lead.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, Check, PhoneOutgoing, X } from "lucide-react";
import { type ReactNode, useState } from "react";

/** One lead: what is asked, why it fits, what was agreed, and the next step. */
export function LeadDetail({ lead }: { lead: BusinessLead }) {
  return (
    <article className="mx-auto flex w-full max-w-2xl flex-col gap-5 p-4 max-sm:pb-36 lg:p-6">
      <Link to="/inbox" className="flex min-h-11 items-center gap-1 text-accent lg:hidden">
        <ArrowLeft aria-hidden size={16} />
        {BUSINESS.allLeads}
      </Link>
      <header className="flex flex-col gap-2">
        <div className="flex flex-wrap gap-2">
          <Chip tone={MATCH_WORDS[lead.matchStatus].tone}>{MATCH_WORDS[lead.matchStatus].text}</Chip>
          <Chip tone="idle">{CATEGORY_WORDS[lead.category]}</Chip>
          <Chip tone={lead.urgency === "now" ? "wait" : "idle"}>{URGENCY_WORDS[lead.urgency]}</Chip>
        </div>
        <h2 className="text-h3">{lead.consumerName}</h2>
        <p className="text-talk whitespace-pre-line wrap-anywhere">{lead.description}</p>
      </header>
      <Facts lead={lead} />
      <section>
        <h3 className="text-body font-strong">Why it fits, {Math.round(lead.score)} of 100</h3>
        <ul className="mt-1 list-disc pl-5 text-muted">
          {lead.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </section>
      <NextStep lead={lead} />
    </article>
  );
}

function Facts({ lead }: { lead: BusinessLead }) {
  const nowMs = useNowMs();
  const theirTime = instantText(new Date(nowMs).toISOString(), nowMs, lead.timeZone);
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-2 rounded-card border border-line bg-surface p-4 sm:grid-cols-2">
      <Fact name={BUSINESS.phone}>{lead.consumerPhone ?? BUSINESS.phoneMissing}</Fact>
      <Fact name={BUSINESS.theirTime}>
        {theirTime}, {cityOf(lead.timeZone)}
      </Fact>
      <Fact name={BUSINESS.postalCode}>{lead.postalCode}</Fact>
      <Fact name={BUSINESS.aiCalls}>{lead.consent.aiCalls ? BUSINESS.agreed : BUSINESS.notAgreedYet}</Fact>
      <Fact name={BUSINESS.recording}>{lead.consent.recording ? BUSINESS.agreed : BUSINESS.notAgreed}</Fact>
      <Fact name={BUSINESS.askedAt}>{instantText(lead.createdAt, nowMs)}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-3 sm:flex-col sm:gap-0">
      <dt className="text-dense text-muted">{name}</dt>
      <dd className="figures">{children}</dd>
    </div>
  );
}

function NextStep({ lead }: { lead: BusinessLead }) {
  const [isComposing, setComposing] = useState(false);
  const queryClient = useQueryClient();
  const respond = useMutation(
    rpc.business.respondToMatch.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: rpc.business.leads.key() }),
    }),
  );
  const blocked = callBlockedBy(lead);
  useShortcut("c", () => setComposing(true), blocked === null);
  const answer = (response: "interested" | "declined") => respond.mutate({ leadId: lead.leadId, response });
  return (
    <section
      aria-label={BUSINESS.nextStep}
      className="flex flex-col gap-2 max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:border-t max-sm:border-line max-sm:bg-surface max-sm:p-3"
    >
      {respond.isError && <Problem>{problemSentence(respond.error)}</Problem>}
      {blocked !== null && lead.matchStatus === "interested" && <p className="text-muted">{blocked}</p>}
      <div className="flex flex-wrap gap-2">
        {lead.matchStatus === "interested" && (
          <Button
            look="primary"
            isDisabled={blocked !== null}
            onPress={() => setComposing(true)}
            className="max-sm:h-12 max-sm:w-full"
          >
            <PhoneOutgoing aria-hidden size={16} />
            {BUSINESS.requestCall}
          </Button>
        )}
        {lead.matchStatus !== "interested" && (
          <Button
            look="primary"
            isPending={respond.isPending}
            onPress={() => answer("interested")}
            className="max-sm:h-12 max-sm:flex-1"
          >
            <Check aria-hidden size={16} />
            {BUSINESS.interested}
          </Button>
        )}
        {lead.matchStatus !== "declined" && (
          <Button
            isDisabled={respond.isPending}
            onPress={() => answer("declined")}
            className="max-sm:h-12 max-sm:flex-1"
          >
            <X aria-hidden size={16} />
            {BUSINESS.decline}
          </Button>
        )}
      </div>
      <CallComposer lead={lead} isOpen={isComposing} onClose={() => setComposing(false)} />
    </section>
  );
}
