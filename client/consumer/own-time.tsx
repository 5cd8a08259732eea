import { CONSUMER } from "#client/consumer/copy.ts";
import { TimeForm } from "#client/calls/time-form.tsx";
import { OWN_REFUSALS } from "#client/consumer/refusal.ts";
import { useState } from "react";

type OwnTimeProps = {
  submitLabel: string;
  isPending: boolean;
  onAsk: (instant: string, onError: (error: unknown) => void) => void;
};

/** No offered time fits: one may be asked for. */
export function OwnTime({ submitLabel, isPending, onAsk }: OwnTimeProps) {
  const [error, setError] = useState<unknown>(null);
  return (
    <details className="rounded-card border border-line px-3">
      <summary className="flex min-h-11 cursor-pointer items-center text-accent">{CONSUMER.slotAsk}</summary>
      <div className="pb-3">
        <TimeForm
          label={CONSUMER.timeLabel}
          words={OWN_REFUSALS}
          error={error}
          isPending={isPending}
          submitLabel={submitLabel}
          onAsk={(instant) => onAsk(instant, setError)}
          onChange={() => setError(null)}
        />
      </div>
    </details>
  );
}
