import { CALLS } from "#client/calls/copy.ts";
import { Button, type ButtonSize } from "#client/ui/button.tsx";
import { ConfirmDialog } from "#client/ui/dialog.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { type CallStatus, canCancel, canHangUp, isTalking, isWaiting } from "#shared/call/status.ts";
import { useMutation } from "@tanstack/react-query";
import { PhoneOff, X } from "lucide-react";
import { useState } from "react";

type EndKind = "cancel" | "hangUp";

export type CallEnding = {
  /** What can be done now; null when there is nothing to end or it is being ended. */
  offered: EndKind | null;
  /** Asked for and not yet confirmed by the journal. */
  underWay: EndKind | null;
  isAsking: boolean;
  ask: () => void;
  keep: () => void;
  end: () => void;
};

/** Ending one call: which of the two ways fits its state, the question before it, and the time until the journal says so. */
export function useCallEnding(callId: string, status: CallStatus): CallEnding {
  const [isAsking, setAsking] = useState(false);
  const onError = (error: unknown) => showToast(problemSentence(error), "bad");
  const cancel = useMutation(
    rpc.call.cancel.mutationOptions({
      onError,
      onSuccess: (reply) => {
        if (!reply.cancelled) showToast(CALLS.tooLate, "bad");
      },
    }),
  );
  const hangUp = useMutation(rpc.call.hangUp.mutationOptions({ onError }));
  const underWay = endUnderWay(
    status,
    cancel.isPending || cancel.data?.cancelled === true,
    hangUp.isPending || hangUp.isSuccess,
  );
  const offered = underWay === null ? endOffered(status) : null;
  return {
    offered,
    underWay,
    isAsking: isAsking && offered !== null,
    ask: () => setAsking(offered !== null),
    keep: () => setAsking(false),
    end: () => (offered === "hangUp" ? hangUp : cancel).mutate({ callId }),
  };
}

function endOffered(status: CallStatus): EndKind | null {
  if (canHangUp(status) && isTalking(status)) return "hangUp";
  return canCancel(status) ? "cancel" : null;
}

function endUnderWay(status: CallStatus, cancelAsked: boolean, hangUpAsked: boolean): EndKind | null {
  if (cancelAsked && canCancel(status)) return "cancel";
  return hangUpAsked && isTalking(status) ? "hangUp" : null;
}

const LABEL: Record<EndKind, string> = { cancel: CALLS.cancel, hangUp: CALLS.hangUp };
const UNDER_WAY: Record<EndKind, string> = { cancel: CALLS.cancelling, hangUp: CALLS.hangingUp };

type CallEndButtonProps = { ending: CallEnding; status: CallStatus; size?: ButtonSize; keyHint?: string };

/** The one destructive button of a call, with its question. */
export function CallEndButton({ ending, status, size = "app", keyHint }: CallEndButtonProps) {
  const { offered, underWay } = ending;
  const kind = underWay ?? offered;
  if (kind === null) return null;
  const Icon = kind === "cancel" ? X : PhoneOff;
  return (
    <>
      <Button
        look="danger"
        size={size}
        isDisabled={underWay !== null}
        onPress={ending.ask}
        className={size === "app" ? "max-sm:h-12 max-sm:flex-1" : ""}
      >
        <Icon aria-hidden size={16} />
        {underWay === null ? LABEL[kind] : UNDER_WAY[kind]}
        {keyHint !== undefined && (
          <kbd aria-hidden className="hidden font-sans text-meta lg:inline">
            {keyHint}
          </kbd>
        )}
      </Button>
      <ConfirmDialog
        title={kind === "cancel" ? CALLS.cancelQuestion : CALLS.hangUpQuestion}
        body={consequence(kind, status)}
        confirmLabel={LABEL[kind]}
        keepLabel={kind === "cancel" ? CALLS.cancelKeep : CALLS.hangUpKeep}
        isOpen={ending.isAsking}
        onConfirm={ending.end}
        onClose={ending.keep}
      />
    </>
  );
}

function consequence(kind: EndKind, status: CallStatus): string {
  if (kind === "hangUp") return CALLS.hangUpConsequence;
  return isWaiting(status) ? CALLS.cancelWaiting : CALLS.cancelRinging;
}
