import { STEER } from "#client/calls/steer/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { Dialog } from "#client/ui/dialog.tsx";
import { Problem } from "#client/ui/states.tsx";
import { focusOnMount, TextField } from "#client/ui/text-field.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

type Kind = "note" | "flag";

const WORDS = {
  note: {
    title: STEER.noteTitle,
    label: STEER.note,
    hint: STEER.noteHint,
    missing: STEER.noteMissing,
    save: STEER.noteSave,
    saved: STEER.noteSaved,
    longest: 2000,
  },
  flag: {
    title: STEER.flagTitle,
    label: STEER.flagLabel,
    hint: STEER.flagHint,
    missing: STEER.flagMissing,
    save: STEER.flagSave,
    saved: STEER.flagSaved,
    longest: 300,
  },
} as const;

type RemarkDialogProps = { kind: Kind | null; callId: string; onClose: () => void };

/** One note or one flag. What was written stays when it could not be saved. */
export function RemarkDialog({ kind, callId, onClose }: RemarkDialogProps) {
  return (
    <Dialog title={WORDS[kind ?? "note"].title} isOpen={kind !== null} onClose={onClose}>
      {kind !== null && <RemarkForm kind={kind} callId={callId} onDone={onClose} />}
    </Dialog>
  );
}

function RemarkForm({ kind, callId, onDone }: { kind: Kind; callId: string; onDone: () => void }) {
  const words = WORDS[kind];
  const [text, setText] = useState("");
  const [isMissing, setMissing] = useState(false);
  const onSuccess = () => {
    showToast(words.saved);
    onDone();
  };
  const note = useMutation(rpc.call.addNote.mutationOptions({ onSuccess }));
  const flag = useMutation(rpc.call.flag.mutationOptions({ onSuccess }));
  const { error, isPending } = kind === "note" ? note : flag;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const written = text.trim();
    setMissing(written === "");
    if (written === "" || isPending) return;
    if (kind === "note") note.mutate({ callId, text: written });
    else flag.mutate({ callId, reason: written });
  };
  return (
    <form onSubmit={submit} className="mt-2 flex flex-col gap-4">
      <TextField
        label={words.label}
        description={words.hint}
        value={text}
        onChange={setText}
        maxLength={words.longest}
        inputRef={focusOnMount}
        error={isMissing ? words.missing : undefined}
        {...(kind === "note" && { lines: 4 })}
      />
      {error !== null && <Problem>{problemSentence(error)}</Problem>}
      <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
        <Button onPress={onDone} className="h-12 sm:h-10">
          {STEER.keep}
        </Button>
        <Button type="submit" look="primary" isPending={isPending} className="h-12 sm:h-10">
          {words.save}
        </Button>
      </div>
    </form>
  );
}
