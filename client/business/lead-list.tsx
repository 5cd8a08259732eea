import { CATEGORY_WORDS, URGENCY_WORDS } from "#client/ui/lead-words.ts";
import { Chip } from "#client/ui/chip.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { sinceMs, spanText } from "#client/ui/format.ts";
import { useRowKeys } from "#client/ui/row-keys.ts";
import type { InboxView } from "#shared/contract/business.ts";
import type { BusinessLead } from "#shared/lead.ts";
import { Link, useNavigate } from "@tanstack/react-router";

type LeadListProps = {
  view: InboxView;
  leads: readonly BusinessLead[];
  openId: string | undefined;
  /** The lead was opened on purpose, not only walked over. */
  onEnter: (leadId: string) => void;
};

/** The rows of a view; J and K walk through them and show each lead. */
export function LeadList({ view, leads, openId, onEnter }: LeadListProps) {
  const navigate = useNavigate();
  const list = useRowKeys((index) => {
    const lead = leads[index];
    if (lead !== undefined) {
      void navigate({ to: "/inbox", search: { view, lead: lead.leadId }, replace: true });
    }
  });
  return (
    <ul ref={list} className="flex flex-col gap-1.5">
      {leads.map((lead) => (
        <li key={lead.leadId}>
          <LeadRow lead={lead} view={view} isOpen={lead.leadId === openId} onEnter={onEnter} />
        </li>
      ))}
    </ul>
  );
}

type LeadRowProps = Pick<LeadListProps, "view" | "onEnter"> & { lead: BusinessLead; isOpen: boolean };

function LeadRow({ lead, view, isOpen, onEnter }: LeadRowProps) {
  const nowMs = useNowMs();
  return (
    <Link
      to="/inbox"
      search={{ view, lead: lead.leadId }}
      data-row
      onClick={() => onEnter(lead.leadId)}
      aria-current={isOpen ? "true" : undefined}
      className={`flex flex-col gap-1 rounded-card border px-3 py-2.5 ${
        isOpen ? "border-accent bg-accent-soft" : "border-line bg-surface hover:border-control"
      }`}
    >
      <span className="flex items-baseline justify-between gap-2">
        <span className="line-clamp-1 font-medium">{lead.description}</span>
        <time dateTime={lead.createdAt} className="shrink-0 text-dense text-muted">
          {spanText(sinceMs(lead.createdAt, nowMs))}
        </time>
      </span>
      <span className="figures flex items-baseline justify-between gap-2 text-dense text-muted">
        <span className="truncate">
          {lead.consumerName} · {CATEGORY_WORDS[lead.category]} · {lead.postalCode}
        </span>
        <span className="shrink-0">fit {Math.round(lead.score)}</span>
      </span>
      {lead.urgency === "now" && (
        <span>
          <Chip tone="wait">{URGENCY_WORDS.now}</Chip>
        </span>
      )}
    </Link>
  );
}
