import { CALLS } from "#client/calls/copy.ts";
import { moveRefusal } from "#client/calls/move-refusal.ts";
import { Button } from "#client/ui/button.tsx";
import { agreedTimeText, cityOf, deviceTimeZone } from "#client/ui/format.ts";
import { FormFoot } from "#client/ui/form-foot.tsx";
import { instantOf, localTimeOf } from "#client/ui/local-time.ts";
import { useSendKeys } from "#client/ui/shortcuts.ts";
import { Problem } from "#client/ui/states.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { rpc } from "#client/wire/rpc.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import { useMutation } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

type MoveFormProps = {
  callId: string;
  /** The time to begin with: the value of a `datetime-local` field, empty for none. */
  proposed: string;
  onClose: () => void;
};

/** Another time for a call. The old one is kept until the new one is confirmed. */
export function MoveForm({ callId, proposed, onClose }: MoveFormProps) {
  const nowMs = useServerNowMs();
  const [localTime, setLocalTime] = useState(proposed);
  const [isIncomplete, setIncomplete] = useState(false);
  const instant = instantOf(localTime);
  const move = useMutation(
    rpc.call.reschedule.mutationOptions({
      onSuccess: () => {
        showToast(CALLS.moved);
        onClose();
      },
    }),
  );
  const change = (value: string) => {
    setLocalTime(value);
    setIncomplete(false);
    move.reset();
  };
  const send = () => {
    if (instant === null) setIncomplete(true);
    else move.mutate({ callId, scheduledTime: instant });
  };
  useSendKeys(send, !move.isPending);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={submit} noValidate className="mt-4 flex flex-col gap-4">
      <TextField
        label={CALLS.moveWhen}
        type="datetime-local"
        value={localTime}
        onChange={change}
        description={`${instant === null ? "" : `${agreedTimeText(instant, nowMs)}, `}time in ${cityOf(deviceTimeZone())}`}
        error={isIncomplete ? CALLS.moveIncomplete : undefined}
      />
      {move.isError && (
        <MoveProblem error={move.error} onUse={(allowedFrom) => change(localTimeOf(allowedFrom))} />
      )}
      <FormFoot keepLabel={CALLS.moveKeep} onKeep={onClose} isPending={move.isPending}>
        {CALLS.moveConfirm}
      </FormFoot>
    </form>
  );
}

type MoveProblemProps = { error: Parameters<typeof moveRefusal>[0]; onUse: (allowedFrom: string) => void };

/** Why the call stays at its time, with the first allowed one to take instead. */
export function MoveProblem({ error, onUse }: MoveProblemProps) {
  const { sentence, allowedFrom } = moveRefusal(error, useServerNowMs());
  return (
    <Problem>
      <p>{sentence}</p>
      {allowedFrom !== null && (
        <Button size="dense" className="mt-2" onPress={() => onUse(allowedFrom)}>
          {CALLS.useAllowed}
        </Button>
      )}
    </Problem>
  );
}
