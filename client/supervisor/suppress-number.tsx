import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { Dialog } from "#client/ui/dialog.tsx";
import { countText } from "#client/ui/format.ts";
import { focusOnMount, TextField } from "#client/ui/text-field.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useMutation } from "@tanstack/react-query";
import { PhoneOff } from "lucide-react";
import { type FormEvent, useState } from "react";

const SHORTEST = 5;
const LONGEST = 32;

/** For somebody who asks on another way not to be called again. */
export function SuppressButton({ isDisabled }: { isDisabled: boolean }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button isDisabled={isDisabled} onPress={() => setOpen(true)}>
        <PhoneOff aria-hidden size={16} />
        {SUPERVISOR.suppress}
      </Button>
      <Dialog title={SUPERVISOR.suppressTitle} isOpen={isOpen} onClose={() => setOpen(false)}>
        <SuppressForm onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function SuppressForm({ onDone }: { onDone: () => void }) {
  const [phoneNumber, setPhoneNumber] = useState("");
  const [isTried, setTried] = useState(false);
  const isShort = phoneNumber.trim().length < SHORTEST;
  const suppress = useMutation(
    rpc.supervisor.suppress.mutationOptions({
      onSuccess: ({ callsCancelled }) => {
        // The number itself stays out of the message [UI8].
        showToast(`Nobody calls it again. ${countText(callsCancelled, "call")} stopped.`);
        onDone();
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isShort && !suppress.isPending) suppress.mutate({ phoneNumber });
  };
  const missing = isTried && isShort ? SUPERVISOR.suppressMissing : undefined;
  return (
    <form onSubmit={submit} className="mt-2 flex flex-col gap-4">
      <p className="text-muted">{SUPERVISOR.suppressBody}</p>
      <TextField
        type="tel"
        autoComplete="off"
        label={SUPERVISOR.suppressNumber}
        value={phoneNumber}
        onChange={setPhoneNumber}
        maxLength={LONGEST}
        inputRef={focusOnMount}
        error={missing ?? (suppress.isError ? problemSentence(suppress.error) : undefined)}
      />
      <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
        <Button onPress={onDone} className="h-12 sm:h-10">
          {SUPERVISOR.suppressKeep}
        </Button>
        <Button type="submit" look="danger" isPending={suppress.isPending} className="h-12 sm:h-10">
          {SUPERVISOR.suppressConfirm}
        </Button>
      </div>
    </form>
  );
}
