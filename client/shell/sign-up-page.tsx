import { SHELL } from "#client/shell/copy.ts";
import { AuthFrame } from "#client/shell/auth-frame.tsx";
import { signInSentence, useEnter } from "#client/shell/use-enter.ts";
import { Button } from "#client/ui/button.tsx";
import { Radio } from "#client/ui/checkbox.tsx";
import { Problem } from "#client/ui/states.tsx";
import { LABEL, TextField } from "#client/ui/text-field.tsx";
import { type SignUp, signUp } from "#client/wire/session.ts";
import { zodResolver } from "@hookform/resolvers/zod";
import { Link } from "@tanstack/react-router";
import { Label } from "react-aria-components/Label";
import { RadioGroup } from "react-aria-components/RadioGroup";
import { type Control, Controller, useForm } from "react-hook-form";
import { z } from "zod";

const PASSWORD_MIN = 8;

const signUpSchema = z.object({
  accountType: z.enum(["consumer", "business"]),
  name: z.string().trim().min(1, SHELL.nameMissing).max(80, SHELL.nameLong),
  email: z.email(SHELL.emailWrong),
  password: z.string().min(PASSWORD_MIN, SHELL.passwordShort).max(128, SHELL.passwordLong),
});

export function SignUpPage() {
  const enter = useEnter(signUp, undefined);
  const form = useForm<SignUp>({
    resolver: zodResolver(signUpSchema),
    defaultValues: { accountType: "consumer", name: "", email: "", password: "" },
  });
  const send = form.handleSubmit((values) => enter.mutate(values));
  return (
    <AuthFrame title={SHELL.createAccount}>
      <title>{SHELL.signUpTitle}</title>
      <form onSubmit={(event) => void send(event)} noValidate className="mt-4 flex flex-col gap-3">
        <AccountTypeField control={form.control} />
        <TextRow control={form.control} name="name" label={SHELL.name} type="text" autoComplete="name" />
        <TextRow
          control={form.control}
          name="email"
          label={SHELL.email}
          type="email"
          autoComplete="username"
        />
        <TextRow
          control={form.control}
          name="password"
          label={SHELL.password}
          type="password"
          autoComplete="new-password"
          description={SHELL.passwordHint}
        />
        {enter.error !== null && <Problem>{signInSentence(enter.error)}</Problem>}
        <Button look="primary" type="submit" isPending={enter.isPending} className="mt-1 h-12 sm:h-10">
          {SHELL.signUp}
        </Button>
      </form>
      <p className="mt-4 text-muted">
        Have an account?{" "}
        <Link to="/sign-in" className="text-accent underline underline-offset-2">
          {SHELL.signIn}
        </Link>
      </p>
    </AuthFrame>
  );
}

function AccountTypeField({ control }: { control: Control<SignUp> }) {
  return (
    <Controller
      control={control}
      name="accountType"
      render={({ field }) => (
        <RadioGroup value={field.value} onChange={(value) => field.onChange(value)} className="flex flex-col">
          <Label className={LABEL}>{SHELL.accountType}</Label>
          <Radio value="consumer">{SHELL.asConsumer}</Radio>
          <Radio value="business">{SHELL.asBusiness}</Radio>
        </RadioGroup>
      )}
    />
  );
}

type TextRowProps = {
  control: Control<SignUp>;
  name: "name" | "email" | "password";
  label: string;
  type: "text" | "email" | "password";
  autoComplete: string;
  description?: string;
};

function TextRow({ control, name, ...rest }: TextRowProps) {
  return (
    <Controller
      control={control}
      name={name}
      render={({ field: { ref, ...field }, fieldState }) => (
        <TextField {...field} {...rest} inputRef={ref} error={fieldState.error?.message} />
      )}
    />
  );
}
