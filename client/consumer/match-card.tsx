import { AskForCall } from "#client/consumer/ask-for-call.tsx";
import { ConsentForm } from "#client/consumer/consent-form.tsx";
import { CONSUMER } from "#client/consumer/copy.ts";
import { Chip, type Tone } from "#client/ui/chip.tsx";
import type { ConsumerMatch, MatchStatus } from "#shared/lead.ts";
import { Check, Clock, type LucideIcon, X } from "lucide-react";

const STATUS: Record<MatchStatus, { text: string; tone: Tone; icon: LucideIcon }> = {
  pending: { text: CONSUMER.matchPending, tone: "idle", icon: Clock },
  interested: { text: CONSUMER.matchInterested, tone: "live", icon: Check },
  declined: { text: CONSUMER.matchDeclined, tone: "idle", icon: X },
};

/** The best ones are first; all of them would push what can be done off a phone's screen. */
const REASONS_SHOWN = 4;

type MatchCardProps = {
  leadId: string;
  match: ConsumerMatch;
  /** A closed request takes no new call; consents can still be taken back. */
  isOpen: boolean;
};

/** One business: why it fits, whether it is interested, how to have it call, and what it may do. */
export function MatchCard({ leadId, match, isOpen }: MatchCardProps) {
  const status = STATUS[match.status];
  const { aiCalls, recording } = match.consent;
  return (
    <article
      aria-label={match.businessName}
      className="flex flex-col gap-3 rounded-card border border-line bg-surface p-4"
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-large">{match.businessName}</h3>
        <Chip tone={status.tone} icon={status.icon}>
          {status.text}
        </Chip>
      </div>
      <p className="text-body text-muted">
        <span className="figures font-medium text-ink">Fits {Math.round(match.score)} of 100</span>
        {match.reasons.slice(0, REASONS_SHOWN).map((reason) => (
          <span key={reason}> · {reason}</span>
        ))}
      </p>
      {isOpen && match.status === "interested" && <AskForCall leadId={leadId} match={match} />}
      {(isOpen ? match.status !== "declined" : match.consent.aiCalls) && (
        // What was stored changed elsewhere: the boxes begin anew with it.
        <ConsentForm key={`${aiCalls} ${recording}`} leadId={leadId} match={match} />
      )}
    </article>
  );
}
