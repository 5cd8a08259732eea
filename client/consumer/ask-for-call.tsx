import { callbackText } from "#shared/consent-text.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { refusalText } from "#client/consumer/refusal.ts";
import { useCallRequest } from "#client/consumer/use-call-request.ts";
import { Button, buttonClass } from "#client/ui/button.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { Problem } from "#client/ui/states.tsx";
import { showToast } from "#client/ui/toast.tsx";
import type { ConsumerMatch } from "#shared/lead.ts";
import { Link } from "@tanstack/react-router";
import { CalendarClock, PhoneIncoming } from "lucide-react";

type AskForCallProps = { leadId: string; match: ConsumerMatch };

/** An interested business may be asked to call; asking is consent to this one call, and the sentence beside the button says so. */
export function AskForCall({ leadId, match }: AskForCallProps) {
  const { businessId, legalName } = match;
  const nowMs = useNowMs();
  const request = useCallRequest((scheduledFor) => {
    if (scheduledFor !== null) showToast(CONSUMER.calledLater);
  });
  return (
    <div className="flex flex-col gap-2 border-t border-line pt-3">
      <p className="text-dense text-muted">{callbackText(legalName)}</p>
      {request.isError && <Problem>{refusalText(request.error, nowMs)}</Problem>}
      <div className="flex flex-wrap gap-2">
        <Button
          look="primary"
          size="touch"
          className="flex-1"
          isPending={request.isPending}
          onPress={() => request.mutate({ leadId, businessId })}
        >
          <PhoneIncoming aria-hidden size={18} />
          {CONSUMER.callMeNow}
        </Button>
        <Link
          to="/book/$leadId/$businessId"
          params={{ leadId, businessId }}
          className={buttonClass("secondary", "touch", "flex-1")}
        >
          <CalendarClock aria-hidden size={18} />
          {CONSUMER.pickTime}
        </Link>
      </div>
    </div>
  );
}
