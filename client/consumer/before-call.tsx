import { CONSUMER } from "#client/consumer/copy.ts";
import { StepLine } from "#client/consumer/step-line.tsx";
import { agreedTimeText, cityOf, deviceTimeZone } from "#client/ui/format.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import { callSteps } from "#client/consumer/call-steps.ts";
import type { CallView } from "#shared/call/view.ts";
import { CalendarClock } from "lucide-react";

/** Until the call is over: how far it is, when it comes, in whose time. */
export function BeforeCall({ view }: { view: CallView }) {
  if (callSteps(view.status).length === 0) return null;
  return (
    <section aria-label={CONSUMER.beforeCall} className="flex flex-col gap-3 border-b border-line p-4">
      <StepLine status={view.status} />
      {view.scheduledFor !== null && <CallTime scheduledFor={view.scheduledFor} />}
      <p className="text-muted">{CONSUMER.whoCalls}</p>
    </section>
  );
}

function CallTime({ scheduledFor }: { scheduledFor: string }) {
  const nowMs = useServerNowMs();
  const zone = deviceTimeZone();
  return (
    <p className="flex items-center gap-2">
      <CalendarClock aria-hidden size={18} className="shrink-0 text-sched" />
      <span>
        <time dateTime={scheduledFor} className="figures font-medium">
          {agreedTimeText(scheduledFor, nowMs, zone)}
        </time>{" "}
        <span className="text-muted">({cityOf(zone)})</span>
      </span>
    </p>
  );
}
