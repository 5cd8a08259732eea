import { CONSUMER } from "#client/consumer/copy.ts";
import { CallList } from "#client/calls/call-list.tsx";
import { Button } from "#client/ui/button.tsx";
import { ConfirmDialog } from "#client/ui/dialog.tsx";
import { countText } from "#client/ui/format.ts";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { OctagonX } from "lucide-react";
import { useState } from "react";

/** The calls of a consumer, and the switch that ends them all. */
export function MyCallsPage() {
  return (
    <div className="mx-auto flex w-full max-w-xl flex-col gap-4 p-4 text-lead sm:py-8">
      <title>{CONSUMER.myCallsTitle}</title>
      <h1 className="text-h2">{CONSUMER.myCalls}</h1>
      <CallList audience="consumer" emptyHint={CONSUMER.myCallsEmpty} />
      <StopAllCalls />
    </div>
  );
}

function StopAllCalls() {
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
    <section aria-labelledby="stop-title" className="mt-4 flex flex-col gap-3 border-t border-line pt-4">
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
