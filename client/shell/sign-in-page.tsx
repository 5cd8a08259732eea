import { SHELL } from "#client/shell/copy.ts";
import { AuthFrame } from "#client/shell/auth-frame.tsx";
import { signInSentence, useEnter } from "#client/shell/use-enter.ts";
import { Button } from "#client/ui/button.tsx";
import { Problem } from "#client/ui/states.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { publicInfoQuery, signIn } from "#client/wire/session.ts";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";

type Credentials = { email: string; password: string };

const DEMO_PASSWORD = "ringside";
const DEMO_PEOPLE = [
  { email: "supervisor@demo.test", label: SHELL.demoSupervisor, does: SHELL.demoSupervisorDoes },
  { email: "business@demo.test", label: SHELL.demoBusiness, does: SHELL.demoBusinessDoes },
  { email: "consumer@demo.test", label: SHELL.demoConsumer, does: SHELL.demoConsumerDoes },
] as const;

export function SignInPage() {
  const { next } = useSearch({ from: "/sign-in" });
  const info = useQuery(publicInfoQuery);
  const enter = useEnter(({ email, password }: Credentials) => signIn(email, password), next);
  return (
    <AuthFrame title={SHELL.signIn}>
      <title>{SHELL.signInTitle}</title>
      <SignInForm isPending={enter.isPending} onSubmit={enter.mutate} />
      {enter.error !== null && (
        <div className="mt-4">
          <Problem>{signInSentence(enter.error)}</Problem>
        </div>
      )}
      <p className="mt-4 text-muted">
        New here?{" "}
        <Link to="/sign-up" className="text-accent underline underline-offset-2">
          {SHELL.createAccount}
        </Link>
      </p>
      {info.data?.demo === true && (
        <section
          aria-label={SHELL.demoAccounts}
          className="mt-5 flex flex-col gap-2 border-t border-line pt-4"
        >
          <h2 className="text-body font-medium">{SHELL.demoHeading}</h2>
          {DEMO_PEOPLE.map((person) => (
            <Button
              key={person.email}
              isDisabled={enter.isPending}
              className="h-12 justify-between! sm:h-10"
              onPress={() => enter.mutate({ email: person.email, password: DEMO_PASSWORD })}
            >
              {person.label} <span className="font-normal text-muted">{person.does}</span>
            </Button>
          ))}
        </section>
      )}
    </AuthFrame>
  );
}

type SignInFormProps = { isPending: boolean; onSubmit: (credentials: Credentials) => void };

function SignInForm({ isPending, onSubmit }: SignInFormProps) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isTried, setTried] = useState(false);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (email.trim() !== "" && password !== "") onSubmit({ email: email.trim(), password });
  };
  return (
    <form onSubmit={submit} noValidate className="mt-4 flex flex-col gap-3">
      <TextField
        label={SHELL.email}
        type="email"
        autoComplete="username"
        isRequired
        value={email}
        onChange={setEmail}
        error={isTried && email.trim() === "" ? SHELL.emailMissing : undefined}
      />
      <TextField
        label={SHELL.password}
        type="password"
        autoComplete="current-password"
        isRequired
        value={password}
        onChange={setPassword}
        error={isTried && password === "" ? SHELL.passwordMissing : undefined}
      />
      <Button look="primary" type="submit" isPending={isPending} className="mt-1 h-12 sm:h-10">
        {SHELL.signIn}
      </Button>
    </form>
  );
}
