import { callbackText } from "#shared/consent-text.ts";
import { askedTime } from "#client/consumer/asked-time.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { allowedFromOf, refusalText } from "#client/consumer/refusal.ts";
import { useCallRequest } from "#client/consumer/use-call-request.ts";
import { Button } from "#client/ui/button.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { cityOf, deviceTimeZone } from "#client/ui/format.ts";
import { localTimeOf } from "#client/ui/local-time.ts";
import { Problem } from "#client/ui/states.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { showToast } from "#client/ui/toast.tsx";
import type { ConsumerMatch } from "#shared/lead.ts";
import { type SyntheticEvent, useState } from "react";

type TimeFormProps = { leadId: string; match: ConsumerMatch };

/** Asks for a time of one's own; a refusal that knows the next allowed time offers it. */
export function TimeForm({ leadId, match }: TimeFormProps) {
  const nowMs = useNowMs();
  const [localTime, setLocalTime] = useState("");
  const [problem, setProblem] = useState<string>();
  const request = useCallRequest(() => showToast(CONSUMER.booked));
  const change = (value: string) => {
    setLocalTime(value);
    setProblem(undefined);
    request.reset();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const asked = askedTime(localTime, nowMs);
    if (!asked.ok) return setProblem(asked.problem);
    request.mutate({ leadId, businessId: match.businessId, preferredTime: asked.instant });
  };
  const allowedFrom = allowedFromOf(request.error);
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <TextField
        label={CONSUMER.timeLabel}
        type="datetime-local"
        description={`Times in ${cityOf(deviceTimeZone())}`}
        value={localTime}
        onChange={change}
        error={problem}
      />
      {request.isError && (
        <Problem>
          {refusalText(request.error, nowMs)}
          {allowedFrom !== null && (
            <Button className="mt-2" size="touch" onPress={() => change(localTimeOf(allowedFrom))}>
              {CONSUMER.bookUseAllowed}
            </Button>
          )}
        </Problem>
      )}
      <p className="text-dense text-muted">{callbackText(match.legalName)}</p>
      <Button look="primary" size="touch" type="submit" isPending={request.isPending}>
        {CONSUMER.bookConfirm}
      </Button>
    </form>
  );
}
