import { MoveDialog } from "#client/calls/move-form.tsx";
import { CONSUMER } from "#client/consumer/copy.ts";
import { OWN_REFUSALS, refusalText } from "#client/consumer/refusal.ts";
import { Button, buttonClass } from "#client/ui/button.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { showToast } from "#client/ui/toast.tsx";
import { rpc } from "#client/wire/rpc.ts";
import { isWaiting } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarClock, PhoneIncoming } from "lucide-react";
import { useState } from "react";

type CallMovesProps = {
  view: CallView;
  /** Opened by a signed link, which may move the call but not ask what is free. */
  isLinked: boolean;
};

/** A call that waits: made now, or moved to another time. The journal then says where it stands. */
export function CallMoves({ view, isLinked }: CallMovesProps) {
  if (!isWaiting(view.status)) return null;
  return (
    <>
      {view.status === "scheduled" && <CallNow callId={view.callId} />}
      {isLinked ? <MoveSheet callId={view.callId} /> : <MoveLink view={view} />}
    </>
  );
}

function CallNow({ callId }: { callId: string }) {
  const nowMs = useNowMs();
  const callNow = useMutation(
    rpc.call.callNow.mutationOptions({ onError: (error) => showToast(refusalText(error, nowMs), "bad") }),
  );
  return (
    <Button
      look="primary"
      isPending={callNow.isPending}
      className="max-sm:h-12 max-sm:flex-1"
      onPress={() => callNow.mutate({ callId })}
    >
      <PhoneIncoming aria-hidden size={16} />
      {CONSUMER.callMeNow}
    </Button>
  );
}

function MoveLink({ view: { leadId, businessId, callId } }: { view: CallView }) {
  return (
    <Link
      to="/book/$leadId/$businessId"
      params={{ leadId, businessId }}
      search={{ move: callId }}
      className={buttonClass("secondary", "app", "max-sm:h-12 max-sm:flex-1")}
    >
      <CalendarClock aria-hidden size={16} />
      {CONSUMER.move}
    </Link>
  );
}

function MoveSheet({ callId }: { callId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button className="max-sm:h-12 max-sm:flex-1" onPress={() => setOpen(true)}>
        <CalendarClock aria-hidden size={16} />
        {CONSUMER.move}
      </Button>
      <MoveDialog
        callId={callId}
        proposed={isOpen ? "" : null}
        words={OWN_REFUSALS}
        onClose={() => setOpen(false)}
      />
    </>
  );
}
