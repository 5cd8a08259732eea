import { CALLS } from "#client/calls/copy.ts";
import { Fact, QueuePlace, usePlace } from "#client/calls/queue-place.tsx";
import { numberText } from "#client/calls/queue-words.ts";
import { MoveDialog } from "#client/calls/move-form.tsx";
import { MOVE_REFUSALS } from "#client/calls/move-words.ts";
import { TimeProblem } from "#client/calls/time-form.tsx";
import { Button } from "#client/ui/button.tsx";
import { localTimeOf } from "#client/ui/local-time.ts";
import { rpc } from "#client/wire/rpc.ts";
import { isWaiting } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";
import { useMutation } from "@tanstack/react-query";
import { CalendarClock, Phone, PhoneOutgoing } from "lucide-react";
import { useState } from "react";

type MoveCallProps = { view: Pick<CallView, "callId" | "status" | "scheduledFor"> };

/** A call that waits: to another time, or now. Nothing once somebody is dialled. What becomes of it is told by the journal. */
export function MoveCall({ view }: MoveCallProps) {
  return isWaiting(view.status) ? <WaitingCall view={view} /> : null;
}

function WaitingCall({ view: { callId, status, scheduledFor } }: MoveCallProps) {
  const [proposed, setProposed] = useState<string | null>(null);
  const place = usePlace({ callId, status });
  const now = useMutation(rpc.call.callNow.mutationOptions());
  return (
    <section aria-label={CALLS.moveSection} className="flex flex-col gap-3 border-b border-line p-4">
      {status === "queued" && place !== undefined && <QueuePlace place={place} audience="staff" />}
      {place !== undefined && (
        <Fact icon={Phone}>
          Their phone will show{" "}
          <span className="figures font-medium whitespace-nowrap">{numberText(place.fromNumber)}</span>
        </Fact>
      )}
      <div className="flex flex-wrap gap-2">
        {status === "scheduled" && (
          <Button
            look="primary"
            isPending={now.isPending}
            onPress={() => now.mutate({ callId })}
            className="max-sm:h-12 max-sm:flex-1"
          >
            <PhoneOutgoing aria-hidden size={16} />
            {CALLS.callNow}
          </Button>
        )}
        <Button
          onPress={() => setProposed(scheduledFor === null ? "" : localTimeOf(scheduledFor))}
          className="max-sm:h-12 max-sm:flex-1"
        >
          <CalendarClock aria-hidden size={16} />
          {CALLS.reschedule}
        </Button>
      </div>
      {now.isError && <TimeProblem error={now.error} words={MOVE_REFUSALS} onUse={setProposed} />}
      <MoveDialog
        callId={callId}
        proposed={proposed}
        words={MOVE_REFUSALS}
        onClose={() => setProposed(null)}
      />
    </section>
  );
}
