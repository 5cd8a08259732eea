import { CALLS } from "#client/calls/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { CallView } from "#shared/call/view.ts";
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";

const SHOWN_MS = 30_000;

/** The masked number; the whole one on request, for half a minute. Who asks is noted [UI35]. */
export function PhoneNumber({ view: { callId, consumerPhone } }: { view: CallView }) {
  const reveal = useMutation(
    rpc.call.revealNumber.mutationOptions({
      // Nothing keeps it longer than it is shown.
      gcTime: 0,
      onError: (error) => showToast(problemSentence(error), "bad"),
    }),
  );
  const { data, reset } = reveal;
  useEffect(() => {
    if (data === undefined) return;
    const timer = setTimeout(reset, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [data, reset]);
  return (
    <span className="flex items-center gap-1 text-body font-normal">
      <output className="figures text-lead text-muted">{data?.phoneNumber ?? consumerPhone}</output>
      <Button
        look="quiet"
        size="dense"
        isPending={reveal.isPending}
        onPress={() => (data === undefined ? reveal.mutate({ callId }) : reset())}
      >
        {data === undefined ? CALLS.reveal : CALLS.hide}
      </Button>
    </span>
  );
}
