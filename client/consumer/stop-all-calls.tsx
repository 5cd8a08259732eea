import { CONSUMER } from "#client/consumer/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { ConfirmDialog } from "#client/ui/dialog.tsx";
import { countText } from "#client/ui/format.ts";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { OctagonX } from "lucide-react";
import { useState } from "react";

/** The switch that ends every call to this person, with its one question. */
export function StopAllCalls() {
  const [isAsking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const stop = useMutation(
    rpc.account.stopAllCalls.mutationOptions({
      onSuccess: async ({ callsCancelled }) => {
        await queryClient.invalidateQueries({ queryKey: rpc.call.key() });
        showToast(`No more calls to your number. ${countText(callsCancelled, "call")} cancelled.`);
      },
      onError: (error) => showToast(problemSentence(error), "bad"),
    }),
  );
  return (
    <section aria-labelledby="stop-title" className="flex flex-col gap-3">
      <h2 id="stop-title" className="text-large">
        {CONSUMER.stopHeading}
      </h2>
      <p className="text-muted">{CONSUMER.stopHint}</p>
      <Button look="danger" size="touch" isPending={stop.isPending} onPress={() => setAsking(true)}>
        <OctagonX aria-hidden size={18} />
        {CONSUMER.stopAll}
      </Button>
      <ConfirmDialog
        title={CONSUMER.stopQuestion}
        body={CONSUMER.stopConsequence}
        confirmLabel={CONSUMER.stopConfirm}
        keepLabel={CONSUMER.stopKeep}
        isOpen={isAsking}
        onConfirm={() => stop.mutate({})}
        onClose={() => setAsking(false)}
      />
    </section>
  );
}
