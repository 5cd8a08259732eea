import { consentText } from "#shared/consent-text.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { Checkbox } from "#client/ui/checkbox.tsx";
import { Chip, type Tone } from "#client/ui/chip.tsx";
import { Problem } from "#client/ui/states.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { ConsumerMatch, MatchStatus } from "#shared/lead.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, Clock, type LucideIcon, X } from "lucide-react";
import { useState } from "react";

const STATUS: Record<MatchStatus, { text: string; tone: Tone; icon: LucideIcon }> = {
  pending: { text: CONSUMER.matchPending, tone: "idle", icon: Clock },
  interested: { text: CONSUMER.matchInterested, tone: "live", icon: Check },
  declined: { text: CONSUMER.matchDeclined, tone: "idle", icon: X },
};

type MatchCardProps = { leadId: string; match: ConsumerMatch };

/** One business: why it fits, whether it is interested, and the two consents, unticked until the person ticks them. */
export function MatchCard({ leadId, match }: MatchCardProps) {
  const status = STATUS[match.status];
  return (
    <article
      aria-label={match.businessName}
      className="flex flex-col gap-3 rounded-card border border-line bg-surface p-4"
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="text-large">{match.businessName}</h2>
        <Chip tone={status.tone} icon={status.icon}>
          {status.text}
        </Chip>
      </div>
      <div>
        <p className="figures font-medium">Fits {Math.round(match.score)} of 100</p>
        <ul className="list-disc pl-5 text-muted">
          {match.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </div>
      {match.status !== "declined" && <ConsentForm leadId={leadId} match={match} />}
    </article>
  );
}

function ConsentForm({ leadId, match }: MatchCardProps) {
  const { consent, legalName } = match;
  const [aiCalls, setAiCalls] = useState(consent.aiCalls);
  const [recording, setRecording] = useState(consent.recording);
  const queryClient = useQueryClient();
  const grant = useMutation(
    rpc.lead.grantConsent.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: rpc.lead.matches.key() });
        showToast(CONSUMER.consentSaved);
      },
    }),
  );
  const isChanged = aiCalls !== consent.aiCalls || recording !== consent.recording;
  return (
    <div className="flex flex-col border-t border-line pt-2">
      <Checkbox isSelected={aiCalls} onChange={setAiCalls} isReadOnly={consent.aiCalls}>
        {consentText("aiCalls", legalName)}
      </Checkbox>
      <Checkbox isSelected={recording} onChange={setRecording}>
        {consentText("recording", legalName)}
      </Checkbox>
      {grant.isError && <Problem>{problemSentence(grant.error)}</Problem>}
      {consent.aiCalls && <p className="text-dense text-muted">{CONSUMER.consentGiven}</p>}
      {(isChanged || !consent.aiCalls) && (
        <Button
          look="primary"
          size="touch"
          className="mt-2"
          isPending={grant.isPending}
          isDisabled={!aiCalls || !isChanged}
          onPress={() => grant.mutate({ leadId, businessIds: [match.businessId], aiCalls: true, recording })}
        >
          {CONSUMER.consentSave}
        </Button>
      )}
    </div>
  );
}
