import { MATCH_WORDS } from "#client/business/words.ts";
import { Chip } from "#client/ui/chip.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { sinceMs, spanText } from "#client/ui/format.ts";
import { useShortcut } from "#client/ui/shortcuts.ts";
import type { BusinessLead } from "#shared/lead.ts";
import { Link, useNavigate } from "@tanstack/react-router";

type LeadListProps = { leads: readonly BusinessLead[]; openId: string | undefined };

/** The rows of the inbox; J and K walk through them. */
export function LeadList({ leads, openId }: LeadListProps) {
  const navigate = useNavigate();
  const nowMs = useNowMs();
  const step = (by: 1 | -1) => {
    const index = leads.findIndex((one) => one.leadId === openId);
    const next = leads[index < 0 ? 0 : index + by];
    if (next !== undefined) void navigate({ to: "/inbox", search: { lead: next.leadId }, replace: true });
  };
  useShortcut("j", () => step(1));
  useShortcut("k", () => step(-1));
  return (
    <ul className="flex flex-col gap-1.5">
      {leads.map((lead) => (
        <li key={lead.leadId}>
          <Link
            to="/inbox"
            search={{ lead: lead.leadId }}
            aria-current={lead.leadId === openId ? "true" : undefined}
            className={`flex flex-col gap-1 rounded-card border px-3 py-2.5 ${
              lead.leadId === openId
                ? "border-accent bg-accent-soft"
                : "border-line bg-surface hover:border-control"
            }`}
          >
            <span className="flex items-baseline justify-between gap-2">
              <span className="line-clamp-1 font-medium">{lead.description}</span>
              <time dateTime={lead.createdAt} className="shrink-0 text-dense text-muted">
                {spanText(sinceMs(lead.createdAt, nowMs))}
              </time>
            </span>
            <span className="flex flex-wrap items-center gap-2 text-dense text-muted">
              <Chip tone={MATCH_WORDS[lead.matchStatus].tone}>{MATCH_WORDS[lead.matchStatus].text}</Chip>
              <span>{lead.consumerName}</span>
              <span className="figures">{lead.postalCode}</span>
              <span className="figures">fit {Math.round(lead.score)}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
