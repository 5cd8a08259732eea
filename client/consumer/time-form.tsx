import { askedTime } from "#client/consumer/asked-time.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { allowedFromOf, refusalText } from "#client/consumer/refusal.ts";
import { Button } from "#client/ui/button.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { cityOf, deviceTimeZone } from "#client/ui/format.ts";
import { localTimeOf } from "#client/ui/local-time.ts";
import { Problem } from "#client/ui/states.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { type SyntheticEvent, useState } from "react";

type TimeFormProps = {
  /** Why the server refused the time that was asked for. */
  error: unknown;
  isPending: boolean;
  submitLabel: string;
  onAsk: (instant: string) => void;
  /** Another time is being chosen: what was refused before is over. */
  onChange: () => void;
};

/** Asks for a time of one's own; a refusal that knows the next allowed time offers it. */
export function TimeForm({ error, isPending, submitLabel, onAsk, onChange }: TimeFormProps) {
  const nowMs = useNowMs();
  const [localTime, setLocalTime] = useState("");
  const [problem, setProblem] = useState<string>();
  const change = (value: string) => {
    setLocalTime(value);
    setProblem(undefined);
    onChange();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const asked = askedTime(localTime, nowMs);
    if (asked.ok) onAsk(asked.instant);
    else setProblem(asked.problem);
  };
  const allowedFrom = allowedFromOf(error);
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
      {error !== null && (
        <Problem>
          <p>{refusalText(error, nowMs)}</p>
          {allowedFrom !== null && (
            <Button className="mt-2" size="touch" onPress={() => change(localTimeOf(allowedFrom))}>
              {CONSUMER.bookUseAllowed}
            </Button>
          )}
        </Problem>
      )}
      <Button look="primary" size="touch" type="submit" isPending={isPending}>
        {submitLabel}
      </Button>
    </form>
  );
}
