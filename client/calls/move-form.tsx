import { CALLS } from "#client/calls/copy.ts";
import type { RefusalWords } from "#client/calls/refusal.ts";
import { TimeForm } from "#client/calls/time-form.tsx";
import { Dialog } from "#client/ui/dialog.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { rpc } from "#client/wire/rpc.ts";
import { useMutation } from "@tanstack/react-query";

type MoveDialogProps = {
  callId: string;
  /** The time to begin with: the value of a `datetime-local` field, empty for none. Null: it is closed. */
  proposed: string | null;
  words: RefusalWords;
  onClose: () => void;
};

/** Another time for a call. The old one is kept until the new one is confirmed. */
export function MoveDialog({ callId, proposed, words, onClose }: MoveDialogProps) {
  return (
    <Dialog title={CALLS.rescheduleTitle} isOpen={proposed !== null} onClose={onClose}>
      <p className="mt-2 text-muted">{CALLS.moveHint}</p>
      <MoveForm callId={callId} proposed={proposed ?? ""} words={words} onClose={onClose} />
    </Dialog>
  );
}

function MoveForm({ callId, proposed, words, onClose }: MoveDialogProps & { proposed: string }) {
  const move = useMutation(
    rpc.call.reschedule.mutationOptions({
      onSuccess: () => {
        showToast(CALLS.moved);
        onClose();
      },
    }),
  );
  return (
    <TimeForm
      label={CALLS.moveWhen}
      proposed={proposed}
      error={move.error}
      words={words}
      isPending={move.isPending}
      submitLabel={CALLS.moveConfirm}
      onAsk={(scheduledTime) => move.mutate({ callId, scheduledTime })}
      onChange={move.reset}
      keep={{ label: CALLS.moveKeep, onKeep: onClose }}
    />
  );
}
