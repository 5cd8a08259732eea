import { sandboxApi } from "#client/sandbox/console/sandbox-api.ts";
import { CONSOLE } from "#client/sandbox/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

type Act = { act: string; body: unknown };

const STREAM_ACTS: readonly { label: string; body: unknown }[] = [
  { label: CONSOLE.tear, body: { do: "tear" } },
  { label: CONSOLE.freeze, body: { do: "freeze" } },
  { label: CONSOLE.cut, body: { do: "cut" } },
  { label: CONSOLE.thaw, body: { do: "thaw" } },
  { label: CONSOLE.gap, body: { do: "gap", ms: 500 } },
  { label: CONSOLE.burst, body: { do: "burst", ms: 1000 } },
  { label: CONSOLE.jitter, body: { do: "jitter", ms: 200 } },
  { label: CONSOLE.duplicate, body: { do: "duplicate" } },
];

/** What the person and the network do to a call under way. */
export function CallActs({ sid, hasStream }: { sid: string; hasStream: boolean }) {
  const acting = useMutation({
    mutationFn: ({ act, body }: Act) => sandboxApi.act(sid, act, body),
    onSuccess: () => showToast(CONSOLE.done),
    onError: (error) => showToast(error.message, "bad"),
  });
  const act = (name: string, body: unknown = {}) => acting.mutate({ act: name, body });
  return (
    <section
      aria-label={CONSOLE.act}
      className="flex flex-col gap-4 rounded-card border border-line bg-surface p-4"
    >
      <h3 className="text-body">{CONSOLE.act}</h3>
      <div className="grid gap-4 sm:grid-cols-2">
        <OneField
          label={CONSOLE.say}
          button={CONSOLE.sayButton}
          isFit={(text) => text.length <= 1000}
          send={(text) => act("say", { text })}
        />
        <OneField
          label={CONSOLE.keys}
          button={CONSOLE.pressButton}
          isFit={(digits) => /^[\d*#]+$/.test(digits)}
          send={(digits) => act("press", { digits })}
        />
      </div>
      <div className="flex flex-wrap gap-2">
        {STREAM_ACTS.map(({ label, body }) => (
          <Button key={label} size="dense" isDisabled={!hasStream} onPress={() => act("stream", body)}>
            {label}
          </Button>
        ))}
        <Button size="dense" look="danger" onPress={() => act("hangup")}>
          {CONSOLE.hangUp}
        </Button>
      </div>
    </section>
  );
}

type OneFieldProps = {
  label: string;
  button: string;
  isFit: (text: string) => boolean;
  send: (text: string) => void;
};

function OneField({ label, button, isFit, send }: OneFieldProps) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = text.trim();
    if (given === "" || !isFit(given)) return;
    send(given);
    setText("");
  };
  return (
    <form onSubmit={submit} className="flex items-start gap-2">
      <div className="min-w-0 flex-1">
        <TextField label={label} value={text} onChange={setText} autoComplete="off" />
      </div>
      <Button type="submit" className="mt-6 h-11" isDisabled={text.trim() === "" || !isFit(text.trim())}>
        {button}
      </Button>
    </form>
  );
}
