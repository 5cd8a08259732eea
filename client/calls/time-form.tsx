import { askedTime } from "#client/calls/asked-time.ts";
import { CALLS } from "#client/calls/copy.ts";
import { refusalOf, type RefusalWords } from "#client/calls/refusal.ts";
import { Button } from "#client/ui/button.tsx";
import { FormFoot } from "#client/ui/form-foot.tsx";
import { agreedTimeText, cityOf, deviceTimeZone } from "#client/ui/format.ts";
import { instantOf, localTimeOf } from "#client/ui/local-time.ts";
import { useSendKeys } from "#client/ui/shortcuts.ts";
import { Problem } from "#client/ui/states.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import { type SyntheticEvent, useState } from "react";

type TimeFormProps = {
  label: string;
  /** The time to begin with: the value of a `datetime-local` field. */
  proposed?: string;
  /** Why the server refused the time that was asked for; null while it did not. */
  error: unknown;
  words: RefusalWords;
  isPending: boolean;
  submitLabel: string;
  onAsk: (instant: string) => void;
  /** Another time is being chosen: what was refused before is over. */
  onChange: () => void;
  /** In a dialog: leaves everything as it is. */
  keep?: { label: string; onKeep: () => void };
};

/** Asks for a time on the device's clock; a refusal that knows the next possible time offers it. */
export function TimeForm(props: TimeFormProps) {
  const { label, error, words, isPending, submitLabel, keep } = props;
  const nowMs = useServerNowMs();
  const [localTime, setLocalTime] = useState(props.proposed ?? "");
  const [problem, setProblem] = useState<string>();
  const change = (value: string) => {
    setLocalTime(value);
    setProblem(undefined);
    props.onChange();
  };
  const send = () => {
    const asked = askedTime(localTime, nowMs);
    if (asked.ok) props.onAsk(asked.instant);
    else setProblem(asked.problem);
  };
  useSendKeys(send, keep !== undefined && !isPending);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={submit} noValidate className="mt-4 flex flex-col gap-4">
      <TextField
        label={label}
        type="datetime-local"
        description={timeWords(localTime, nowMs)}
        value={localTime}
        onChange={change}
        error={problem}
      />
      {error !== null && <TimeProblem error={error} words={words} onUse={change} />}
      {keep === undefined ? (
        <Button look="primary" size="touch" type="submit" isPending={isPending}>
          {submitLabel}
        </Button>
      ) : (
        <FormFoot keepLabel={keep.label} onKeep={keep.onKeep} isPending={isPending}>
          {submitLabel}
        </FormFoot>
      )}
    </form>
  );
}

/** "10:00 AM tomorrow, time in Los Angeles" */
function timeWords(localTime: string, nowMs: number): string {
  const instant = instantOf(localTime);
  const said = instant === null ? "" : `${agreedTimeText(instant, nowMs)}, `;
  return `${said}time in ${cityOf(deviceTimeZone())}`;
}

type TimeProblemProps = { error: unknown; words: RefusalWords; onUse: (localTime: string) => void };

/** Why a time can't be had, with the first possible one to take instead. */
export function TimeProblem({ error, words, onUse }: TimeProblemProps) {
  const { sentence, allowedFrom } = refusalOf(error, words, useServerNowMs());
  return (
    <Problem>
      <p>{sentence}</p>
      {allowedFrom !== null && (
        <Button className="mt-2 max-sm:h-12" onPress={() => onUse(localTimeOf(allowedFrom))}>
          {CALLS.useAllowed}
        </Button>
      )}
    </Problem>
  );
}
