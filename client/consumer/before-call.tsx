import { Fact, QueuePlace, usePlace } from "#client/calls/queue-place.tsx";
import { numberText } from "#client/calls/queue-words.ts";
import { callSteps } from "#client/consumer/call-steps.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { StepLine } from "#client/consumer/step-line.tsx";
import { agreedTimeText, cityOf, deviceTimeZone } from "#client/ui/format.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import { isTalking } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";
import { CalendarClock, Phone, ShieldCheck } from "lucide-react";

/** Until the call is over: how far it is, when it comes and in whose time, from which number, and by which words it is known. */
export function BeforeCall({ view }: { view: CallView }) {
  const isQueued = view.status === "queued";
  const place = usePlace(view);
  if (callSteps(view.status).length === 0) return null;
  const fromNumber = view.fromNumber ?? place?.fromNumber ?? null;
  return (
    <section aria-label={CONSUMER.beforeCall} className="flex flex-col gap-3 border-b border-line p-4">
      <StepLine status={view.status} />
      {view.scheduledFor !== null && <CallTime scheduledFor={view.scheduledFor} />}
      {isQueued && place !== undefined && <QueuePlace place={place} audience="consumer" />}
      {!isTalking(view.status) && fromNumber !== null && (
        <Fact icon={Phone}>
          We call from <span className="figures font-medium whitespace-nowrap">{numberText(fromNumber)}</span>
        </Fact>
      )}
      {view.codeWords !== null && !view.openingHeard && (
        <Fact icon={ShieldCheck}>
          {CONSUMER.codeWordsFirst} <strong className="font-strong">“{view.codeWords}”</strong>.{" "}
          <span className="text-muted">{CONSUMER.codeWordsWhy}</span>
        </Fact>
      )}
      {!view.openingHeard && <p className="text-muted">{CONSUMER.whoCalls}</p>}
    </section>
  );
}

function CallTime({ scheduledFor }: { scheduledFor: string }) {
  const nowMs = useServerNowMs();
  const zone = deviceTimeZone();
  return (
    <Fact icon={CalendarClock}>
      <time dateTime={scheduledFor} className="figures font-medium">
        {agreedTimeText(scheduledFor, nowMs, zone)}
      </time>{" "}
      <span className="text-muted">({cityOf(zone)})</span>
    </Fact>
  );
}
