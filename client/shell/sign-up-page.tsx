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
  name: z.string().trim().min(1, "Please enter a name.").max(80, "At most 80 characters."),
  email: z.email("This does not look like an e-mail address."),
  password: z.string().min(PASSWORD_MIN, "Use at least 8 characters.").max(128, "At most 128 characters."),
});

export function SignUpPage() {
  const enter = useEnter(signUp, undefined);
  const form = useForm<SignUp>({
    resolver: zodResolver(signUpSchema),
    defaultValues: { accountType: "consumer", name: "", email: "", password: "" },
  });
  const send = form.handleSubmit((values) => enter.mutate(values));
  return (
    <AuthFrame title="Create an account">
      <title>Sign up · Ringside</title>
      <form onSubmit={(event) => void send(event)} noValidate className="mt-4 flex flex-col gap-3">
        <AccountTypeField control={form.control} />
        <TextRow control={form.control} name="name" label="Name" type="text" autoComplete="name" />
        <TextRow control={form.control} name="email" label="E-mail" type="email" autoComplete="username" />
        <TextRow
          control={form.control}
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          description="At least 8 characters."
        />
        {enter.error !== null && <Problem>{signInSentence(enter.error)}</Problem>}
        <Button look="primary" type="submit" isPending={enter.isPending} className="mt-1 h-12 sm:h-10">
          Create account
        </Button>
      </form>
      <p className="mt-4 text-muted">
        Have an account?{" "}
        <Link to="/sign-in" className="text-accent underline underline-offset-2">
          Sign in
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
          <Label className={LABEL}>I am here as</Label>
          <Radio value="consumer">Somebody who needs help</Radio>
          <Radio value="business">A business that helps</Radio>
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
