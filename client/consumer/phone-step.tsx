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
        {!isChange && <p className="text-dense font-medium text-muted">Step 1 of 2</p>}
        <h1 id="phone-title" className="text-h2">
          {isChange ? "Change your phone number" : "Which phone may we call?"}
        </h1>
        <p className="mt-1 text-muted">
          Only businesses that you allow can have you called, and you can stop all calls at any time.
        </p>
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
          Keep the present number
        </Button>
      )}
    </section>
  );
}

function numberProblem(error: unknown): string {
  if (problemCode(error) === "RATE_LIMITED") {
    return "We texted as many codes as an hour allows. Please try again later.";
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
        label="Phone number"
        type="tel"
        autoComplete="tel"
        isRequired
        placeholder="+1 212 555 0123"
        description="We text you a code once, to be sure it is yours."
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
        Text me a code
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
        showToast("Your number is confirmed.");
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
      <output>We texted you a code. It has six digits.</output>
      <TextField
        label="Code"
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
        Confirm number
      </Button>
      <div className="flex flex-wrap justify-between gap-2">
        <Button look="quiet" size="touch" onPress={onAgain}>
          Text a new code
        </Button>
        <Button look="quiet" size="touch" onPress={onOtherNumber}>
          Use another number
        </Button>
      </div>
    </form>
  );
}
