import { CONSUMER } from "#client/consumer/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { ConfirmDialog } from "#client/ui/dialog.tsx";
import { countText } from "#client/ui/format.ts";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useState } from "react";

type RevokeConsentProps = { leadId: string; businessId: string };

/** Takes both consents back from one business, after one question. */
export function RevokeConsent({ leadId, businessId }: RevokeConsentProps) {
  const [isAsking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const revoke = useMutation(
    rpc.lead.revokeConsent.mutationOptions({
      onSuccess: async ({ callsCancelled }) => {
        showToast(`Taken back. ${countText(callsCancelled, "call")} cancelled.`);
        await Promise.all([
          queryClient.invalidateQueries({ queryKey: rpc.lead.matches.key() }),
          queryClient.invalidateQueries({ queryKey: rpc.call.key() }),
        ]);
      },
      onError: (error) => showToast(problemSentence(error), "bad"),
    }),
  );
  return (
    <>
      <Button
        size="touch"
        className="mt-2 self-start"
        isPending={revoke.isPending}
        onPress={() => setAsking(true)}
      >
        <Undo2 aria-hidden size={18} />
        {CONSUMER.revoke}
      </Button>
      <ConfirmDialog
        title={CONSUMER.revokeQuestion}
        body={CONSUMER.revokeConsequence}
        confirmLabel={CONSUMER.revoke}
        keepLabel={CONSUMER.revokeKeep}
        isOpen={isAsking}
        onConfirm={() => revoke.mutate({ leadId, businessIds: [businessId] })}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
