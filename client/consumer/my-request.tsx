import { CONSUMER } from "#client/consumer/copy.ts";
import { EditRequest } from "#client/consumer/edit-request.tsx";
import { Button } from "#client/ui/button.tsx";
import { Chip } from "#client/ui/chip.tsx";
import { ConfirmDialog } from "#client/ui/dialog.tsx";
import { wholeMoneyText } from "#client/ui/format.ts";
import { CATEGORY_WORDS, URGENCY_WORDS } from "#client/ui/lead-words.ts";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { Lead } from "#shared/lead.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Archive, Pencil } from "lucide-react";
import { useState } from "react";

/** What was asked for, as it was understood, and the way to correct or to close it. */
export function MyRequest({ lead }: { lead: Lead }) {
  const [isEditing, setEditing] = useState(false);
  if (isEditing) return <EditRequest lead={lead} onDone={() => setEditing(false)} />;
  return (
    <section aria-labelledby="request-title" className="flex flex-col gap-2 pb-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 id="request-title" className="text-h2">
          {CONSUMER.requestTitle}
        </h1>
        {lead.status === "closed" && (
          <Chip tone="idle" icon={Archive}>
            {CONSUMER.requestClosed}
          </Chip>
        )}
      </div>
      <p className="wrap-anywhere">{lead.description}</p>
      <p className="pb-1 text-dense text-muted">{factsOf(lead).join(", ")}</p>
      {lead.status === "open" && (
        <div className="flex flex-wrap gap-2">
          <Button size="touch" onPress={() => setEditing(true)}>
            <Pencil aria-hidden size={18} />
            {CONSUMER.requestEdit}
          </Button>
          <CloseRequest leadId={lead.leadId} />
        </div>
      )}
    </section>
  );
}

function factsOf({ category, urgency, postalCode, budgetCents }: Lead): string[] {
  const budget = budgetCents === null ? [] : [`up to ${wholeMoneyText(budgetCents)}`];
  return [CATEGORY_WORDS[category], postalCode, URGENCY_WORDS[urgency].toLowerCase(), ...budget];
}

function CloseRequest({ leadId }: { leadId: string }) {
  const [isAsking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const close = useMutation(
    rpc.lead.close.mutationOptions({
      onSuccess: async () => {
        showToast(CONSUMER.requestClosedNow);
        await queryClient.invalidateQueries({ queryKey: rpc.lead.key() });
      },
      onError: (error) => showToast(problemSentence(error), "bad"),
    }),
  );
  return (
    <>
      <Button look="quiet" size="touch" isPending={close.isPending} onPress={() => setAsking(true)}>
        {CONSUMER.requestClose}
      </Button>
      <ConfirmDialog
        title={CONSUMER.requestCloseQuestion}
        body={CONSUMER.requestCloseConsequence}
        confirmLabel={CONSUMER.requestClose}
        keepLabel={CONSUMER.requestCloseKeep}
        isOpen={isAsking}
        onConfirm={() => close.mutate({ leadId })}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
