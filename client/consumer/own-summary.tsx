import { CONSUMER } from "#client/consumer/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { ConfirmDialog } from "#client/ui/dialog.tsx";
import { Problem } from "#client/ui/states.tsx";
import { focusOnMount, TextField } from "#client/ui/text-field.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { isFinal } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";
import { useMutation } from "@tanstack/react-query";
import { Pencil, Trash2 } from "lucide-react";
import { type SyntheticEvent, useState } from "react";

const SUMMARY_MAX = 2_000;

/** The summary belongs to the person it is about: they correct it in their own words, or have it deleted. */
export function OwnSummary({ view }: { view: CallView }) {
  const [isEditing, setEditing] = useState(false);
  const { summary, callId } = view;
  if (!isFinal(view.status) || summary === null) return null;
  return (
    <div className="flex flex-wrap gap-2 border-b border-line px-4 py-3">
      {isEditing ? (
        <CorrectionForm callId={callId} summary={summary} onDone={() => setEditing(false)} />
      ) : (
        <>
          <Button size="touch" onPress={() => setEditing(true)}>
            <Pencil aria-hidden size={18} />
            {CONSUMER.summaryCorrect}
          </Button>
          <DeleteSummary callId={callId} />
        </>
      )}
    </div>
  );
}

type CorrectionFormProps = { callId: string; summary: string; onDone: () => void };

function CorrectionForm({ callId, summary, onDone }: CorrectionFormProps) {
  const [text, setText] = useState(summary);
  const correct = useMutation(
    rpc.call.correctSummary.mutationOptions({
      onSuccess: () => {
        showToast(CONSUMER.summarySaved);
        onDone();
      },
    }),
  );
  const length = text.trim().length;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    correct.mutate({ callId, text });
  };
  return (
    <form onSubmit={submit} className="flex w-full flex-col gap-3">
      <TextField
        label={CONSUMER.summaryLabel}
        description={CONSUMER.summaryHint}
        lines={6}
        counterMax={SUMMARY_MAX}
        inputRef={focusOnMount}
        value={text}
        onChange={setText}
      />
      {correct.isError && <Problem>{problemSentence(correct.error)}</Problem>}
      <div className="flex flex-wrap gap-2">
        <Button
          look="primary"
          size="touch"
          type="submit"
          isPending={correct.isPending}
          isDisabled={length === 0 || length > SUMMARY_MAX || text.trim() === summary}
        >
          {CONSUMER.summarySave}
        </Button>
        <Button look="quiet" size="touch" onPress={onDone}>
          {CONSUMER.summaryKeep}
        </Button>
      </div>
    </form>
  );
}

function DeleteSummary({ callId }: { callId: string }) {
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation(
    rpc.call.deleteSummary.mutationOptions({
      onError: (error) => showToast(problemSentence(error), "bad"),
    }),
  );
  return (
    <>
      <Button look="danger" size="touch" isPending={remove.isPending} onPress={() => setAsking(true)}>
        <Trash2 aria-hidden size={18} />
        {CONSUMER.summaryDelete}
      </Button>
      <ConfirmDialog
        title={CONSUMER.summaryDeleteQuestion}
        body={CONSUMER.summaryDeleteConsequence}
        confirmLabel={CONSUMER.summaryDelete}
        keepLabel={CONSUMER.summaryDeleteKeep}
        isOpen={isAsking}
        onConfirm={() => remove.mutate({ callId })}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
