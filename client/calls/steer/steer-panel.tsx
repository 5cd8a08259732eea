import { STEER } from "#client/calls/steer/copy.ts";
import { callTimeText } from "#client/calls/steer/steer-times.ts";
import { Button } from "#client/ui/button.tsx";
import { timerText } from "#client/ui/format.ts";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { Problem } from "#client/ui/states.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { Actor } from "#shared/call/events.ts";
import { isTalking } from "#shared/call/status.ts";
import type { CallView, SteerView } from "#shared/call/view.ts";
import { useMutation } from "@tanstack/react-query";
import { Check, Clock3, Ear, Quote } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";

const LONGEST = 500;

/** The field from which staff steer the agent, while it talks, and what they told it [UI50]. */
export function SteerPanel({ view }: { view: CallView }) {
  const isLive = isTalking(view.status);
  if (!isLive && view.steers.length === 0) return null;
  return (
    <section aria-labelledby="steer-title" className="flex flex-col gap-3 border-b border-line p-4">
      <h2 id="steer-title" className="text-lead font-strong">
        {isLive ? STEER.title : STEER.given}
      </h2>
      {isLive && <SteerForm callId={view.callId} />}
      {view.steers.length > 0 && <Steers view={view} isLive={isLive} />}
    </section>
  );
}

function SteerForm({ callId }: { callId: string }) {
  const [text, setText] = useState("");
  const [isMissing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement | HTMLTextAreaElement>(null);
  useShortcut("w", () => field.current?.focus());
  const done = { onSuccess: () => setText("") };
  const whisper = useMutation(rpc.call.whisper.mutationOptions(done));
  const exact = useMutation(rpc.call.sayExactly.mutationOptions(done));
  const isPending = whisper.isPending || exact.isPending;
  const send = (how: typeof whisper | typeof exact) => {
    const words = text.trim();
    setMissing(words === "");
    if (words === "" || isPending) return;
    whisper.reset();
    exact.reset();
    how.mutate({ callId, text: words });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(whisper);
  };
  const error = whisper.error ?? exact.error;
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <TextField
        label={STEER.field}
        description={STEER.hint}
        value={text}
        onChange={(value) => {
          setText(value);
          setMissing(false);
        }}
        maxLength={LONGEST}
        inputRef={field}
        error={isMissing ? STEER.missing : undefined}
      />
      {error !== null && <Problem>{problemSentence(error)}</Problem>}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          look="primary"
          isPending={whisper.isPending}
          className="max-sm:h-11 max-sm:flex-1"
        >
          <Ear aria-hidden size={16} />
          {STEER.whisper}
          <kbd aria-hidden className="hidden font-sans text-meta lg:inline">
            W
          </kbd>
        </Button>
        <Button isPending={exact.isPending} onPress={() => send(exact)} className="max-sm:h-11 max-sm:flex-1">
          <Quote aria-hidden size={16} />
          {STEER.sayExactly}
        </Button>
      </div>
      <p className="text-dense text-muted">{STEER.sayHint}</p>
    </form>
  );
}

function Steers({ view, isLive }: { view: CallView; isLive: boolean }) {
  return (
    <ul aria-label={STEER.given} className="flex flex-col divide-y divide-line">
      {view.steers.toReversed().map((one) => (
        <li key={one.steerId} data-testid="steer" className="flex flex-col gap-0.5 py-2">
          <p className="flex flex-wrap items-baseline gap-x-2 text-meta text-muted">
            <span className="font-medium text-ink">{actorName(one.by)}</span>
            <span className="figures">{callTimeText(one.at, view)}</span>
            <span>{one.kind === "exact" ? STEER.exact : STEER.whispered}</span>
          </p>
          <p className="wrap-anywhere">{one.text}</p>
          <Used steer={one} isLive={isLive} />
        </li>
      ))}
    </ul>
  );
}

function Used({ steer: { kind, usedAtMs }, isLive }: { steer: SteerView; isLive: boolean }) {
  if (usedAtMs === null)
    return (
      <p className="flex items-center gap-1 text-dense text-muted">
        <Clock3 aria-hidden size={14} />
        {isLive ? STEER.waiting : STEER.unused}
      </p>
    );
  return (
    <p className="figures flex items-center gap-1 text-dense text-live">
      <Check aria-hidden size={14} />
      {kind === "exact" ? "said and heard" : "used"} at {timerText(usedAtMs)}
    </p>
  );
}

/** Who did it, as staff know them. */
export const actorName = (by: Actor): string => (by.kind === "person" ? by.name : STEER.system);
