import { callSteps } from "#client/consumer/call-steps.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { ageText, numberText, placeText } from "#client/consumer/queue-words.ts";
import { StepLine } from "#client/consumer/step-line.tsx";
import { agreedTimeText, cityOf, deviceTimeZone } from "#client/ui/format.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import { isTalking, isWaiting } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";
import type { CallPlace } from "#shared/contract/call-request.ts";
import { useQuery } from "@tanstack/react-query";
import { CalendarClock, Clock, type LucideIcon, Phone, ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";

/** The line moves while one waits in it. */
const PLACE_REFRESH_MS = 5_000;

/** Until the call is over: how far it is, when it comes and in whose time, from which number, and by which words it is known. */
export function BeforeCall({ view }: { view: CallView }) {
  const isQueued = view.status === "queued";
  const place = useQuery(
    rpc.call.place.queryOptions({
      input: { callId: view.callId },
      enabled: isWaiting(view.status),
      refetchInterval: isQueued ? PLACE_REFRESH_MS : false,
    }),
  ).data;
  if (callSteps(view.status).length === 0) return null;
  const fromNumber = view.fromNumber ?? place?.fromNumber ?? null;
  return (
    <section aria-label={CONSUMER.beforeCall} className="flex flex-col gap-3 border-b border-line p-4">
      <StepLine status={view.status} />
      {view.scheduledFor !== null && <CallTime scheduledFor={view.scheduledFor} />}
      {isQueued && place !== undefined && <QueuePlace place={place} />}
      {!isTalking(view.status) && fromNumber !== null && (
        <Fact icon={Phone}>
          We call from <span className="figures font-medium whitespace-nowrap">{numberText(fromNumber)}</span>
        </Fact>
      )}
      {view.codeWords !== null && (
        <Fact icon={ShieldCheck}>
          {CONSUMER.codeWordsFirst} <strong className="font-strong">“{view.codeWords}”</strong>.{" "}
          <span className="text-muted">{CONSUMER.codeWordsWhy}</span>
        </Fact>
      )}
      <p className="text-muted">{CONSUMER.whoCalls}</p>
    </section>
  );
}

function Fact({ icon: Icon, children }: { icon: LucideIcon; children: ReactNode }) {
  return (
    <p className="flex items-start gap-2">
      <Icon aria-hidden size={18} className="mt-0.5 shrink-0 text-muted" />
      <span>{children}</span>
    </p>
  );
}

function QueuePlace({ place }: { place: CallPlace }) {
  const nowMs = useServerNowMs();
  return (
    <Fact icon={Clock}>
      <output className="figures font-medium">{placeText(place)}</output>{" "}
      <span className="figures text-muted">{ageText(place, nowMs)}</span>
    </Fact>
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
