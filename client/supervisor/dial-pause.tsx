import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { Dialog } from "#client/ui/dialog.tsx";
import { FormFoot } from "#client/ui/form-foot.tsx";
import { instantText } from "#client/ui/format.ts";
import { focusOnMount, TextField } from "#client/ui/text-field.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { DialPause } from "#shared/call/summary.ts";
import { useMutation } from "@tanstack/react-query";
import { CirclePause, Play } from "lucide-react";
import { type FormEvent, useState } from "react";

const SHORTEST_REASON = 3;
const LONGEST_REASON = 200;

/** Stops all dialling, after a reason was given. The wall then shows it by itself. */
export function PauseDialingButton({ isDisabled }: { isDisabled: boolean }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button isDisabled={isDisabled} data-testid="pause-dialing" onPress={() => setOpen(true)}>
        <CirclePause aria-hidden size={16} />
        {SUPERVISOR.pauseDialing}
      </Button>
      <Dialog title={SUPERVISOR.pauseTitle} isOpen={isOpen} onClose={() => setOpen(false)}>
        <PauseForm onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function PauseForm({ onDone }: { onDone: () => void }) {
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < SHORTEST_REASON;
  const pause = useMutation(
    rpc.supervisor.pauseDialing.mutationOptions({
      onSuccess: () => {
        showToast(SUPERVISOR.pausedNow);
        onDone();
      },
      onError: (error) => showToast(problemSentence(error), "bad"),
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isShort && !pause.isPending) pause.mutate({ reason });
  };
  return (
    <form onSubmit={submit} className="mt-2 flex flex-col gap-4">
      <p className="text-muted">{SUPERVISOR.pauseBody}</p>
      <TextField
        label={SUPERVISOR.pauseReason}
        description={SUPERVISOR.pauseReasonHint}
        value={reason}
        onChange={setReason}
        maxLength={LONGEST_REASON}
        inputRef={focusOnMount}
        error={isTried && isShort ? SUPERVISOR.pauseReasonMissing : undefined}
      />
      <FormFoot keepLabel={SUPERVISOR.pauseKeep} onKeep={onDone} look="danger" isPending={pause.isPending}>
        {SUPERVISOR.pauseConfirm}
      </FormFoot>
    </form>
  );
}

/** Why nothing is dialled, who said so and since when, and the way back. `isDisabled`: the link to the server is down. */
export function DialPauseBanner({ pause, isDisabled }: { pause: DialPause; isDisabled: boolean }) {
  const nowMs = useServerNowMs();
  const resume = useMutation(
    rpc.supervisor.resumeDialing.mutationOptions({
      onSuccess: () => showToast(SUPERVISOR.resumedNow),
      onError: (error) => showToast(problemSentence(error), "bad"),
    }),
  );
  return (
    <section
      aria-label={SUPERVISOR.paused}
      data-testid="dial-pause"
      className="flex flex-wrap items-center justify-between gap-3 rounded-card border border-wait bg-surface p-3"
    >
      <output className="flex min-w-0 flex-1 items-start gap-2">
        <CirclePause aria-hidden size={18} className="mt-0.5 shrink-0 text-wait" />
        <span className="min-w-0 wrap-anywhere">
          <span className="font-strong">{SUPERVISOR.paused}: </span>
          {pause.reason}
          <span className="figures block text-dense text-muted">
            {pause.by}, {instantText(pause.at, nowMs)}
          </span>
        </span>
      </output>
      <Button isDisabled={isDisabled} isPending={resume.isPending} onPress={() => resume.mutate({})}>
        <Play aria-hidden size={16} />
        {SUPERVISOR.resumeDialing}
      </Button>
    </section>
  );
}
