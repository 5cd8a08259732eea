import { consentText } from "#shared/consent-text.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { RevokeConsent } from "#client/consumer/revoke-consent.tsx";
import { Button } from "#client/ui/button.tsx";
import { Checkbox } from "#client/ui/checkbox.tsx";
import { Problem } from "#client/ui/states.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { ConsumerMatch } from "#shared/lead.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

type ConsentFormProps = { leadId: string; match: ConsumerMatch };

/** The two consents for one business, unticked until the person ticks them, and the way to take them back. */
export function ConsentForm({ leadId, match }: ConsentFormProps) {
  const { consent, legalName, businessId } = match;
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
          size="touch"
          className="mt-2"
          isPending={grant.isPending}
          isDisabled={!aiCalls || !isChanged}
          onPress={() => grant.mutate({ leadId, businessIds: [businessId], aiCalls: true, recording })}
        >
          {CONSUMER.consentSave}
        </Button>
      )}
      {consent.aiCalls && <RevokeConsent leadId={leadId} businessId={businessId} />}
    </div>
  );
}
