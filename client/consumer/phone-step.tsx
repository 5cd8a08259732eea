import { CONSUMER } from "#client/consumer/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { focusOnMount, TextField } from "#client/ui/text-field.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemCode, problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { meKey } from "#client/wire/session.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

type PhoneStepProps = { onProven: () => void; isChange: boolean };

/** The number first, then the code that was texted to it. */
export function PhoneStep({ onProven, isChange }: PhoneStepProps) {
  const [phoneNumber, setPhoneNumber] = useState("");
  const [isSent, setSent] = useState(false);
  const send = useMutation(rpc.account.sendPhoneCode.mutationOptions({ onSuccess: () => setSent(true) }));
  const error = send.error === null ? undefined : numberProblem(send.error);
  return (
    <section aria-labelledby="phone-title" className="flex flex-col gap-4">
      <div>
        {!isChange && <p className="text-dense font-medium text-muted">{CONSUMER.phoneStep}</p>}
        <h1 id="phone-title" className="text-h2">
          {isChange ? CONSUMER.phoneChangeHeading : CONSUMER.phoneHeading}
        </h1>
        <p className="mt-1 text-muted">{CONSUMER.phonePromise}</p>
      </div>
      {isSent ? (
        <CodeForm
          phoneNumber={phoneNumber}
          sendError={error}
          onProven={onProven}
          onOtherNumber={() => setSent(false)}
          onAgain={() => send.mutate({ phoneNumber })}
        />
      ) : (
        <NumberForm
          value={phoneNumber}
          onChange={setPhoneNumber}
          isPending={send.isPending}
          error={error}
          onSend={() => send.mutate({ phoneNumber })}
        />
      )}
      {isChange && (
        <Button look="quiet" size="touch" onPress={onProven}>
          {CONSUMER.phoneKeep}
        </Button>
      )}
    </section>
  );
}

function numberProblem(error: unknown): string {
  if (problemCode(error) === "RATE_LIMITED") {
    return CONSUMER.codeLimit;
  }
  return problemSentence(error);
}

type NumberFormProps = {
  value: string;
  onChange: (value: string) => void;
  isPending: boolean;
  error: string | undefined;
  onSend: () => void;
};

function NumberForm({ value, onChange, isPending, error, onSend }: NumberFormProps) {
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    onSend();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label={CONSUMER.phoneLabel}
        type="tel"
        autoComplete="tel"
        isRequired
        placeholder="+1 212 555 0123"
        description={CONSUMER.phoneHint}
        value={value}
        onChange={onChange}
        error={error}
      />
      <Button
        look="primary"
        size="touch"
        type="submit"
        isPending={isPending}
        isDisabled={value.trim().length < 5}
      >
        {CONSUMER.codeSend}
      </Button>
    </form>
  );
}

type CodeFormProps = {
  phoneNumber: string;
  /** Why a new code could not be sent. */
  sendError: string | undefined;
  onProven: () => void;
  onOtherNumber: () => void;
  onAgain: () => void;
};

const CODE_DIGITS = 6;

function CodeForm({ phoneNumber, sendError, onProven, onOtherNumber, onAgain }: CodeFormProps) {
  const [code, setCode] = useState("");
  const queryClient = useQueryClient();
  const verify = useMutation(
    rpc.account.verifyPhone.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: meKey });
        showToast(CONSUMER.phoneConfirmed);
        onProven();
      },
    }),
  );
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    verify.mutate({ phoneNumber, code });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <output>{CONSUMER.codeSent}</output>
      <TextField
        label={CONSUMER.codeLabel}
        inputMode="numeric"
        autoComplete="one-time-code"
        inputRef={focusOnMount}
        isRequired
        value={code}
        onChange={(value) => setCode(value.replaceAll(/\D/g, "").slice(0, CODE_DIGITS))}
        error={verify.error === null ? sendError : problemSentence(verify.error)}
      />
      <Button
        look="primary"
        size="touch"
        type="submit"
        isPending={verify.isPending}
        isDisabled={code.length < CODE_DIGITS}
      >
        {CONSUMER.codeConfirm}
      </Button>
      <div className="flex flex-col gap-2 sm:flex-row sm:justify-between">
        <Button look="quiet" size="touch" onPress={onAgain}>
          {CONSUMER.codeAgain}
        </Button>
        <Button look="quiet" size="touch" onPress={onOtherNumber}>
          {CONSUMER.phoneOther}
        </Button>
      </div>
    </form>
  );
}
