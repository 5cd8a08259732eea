import { AgreedCard } from "#client/consumer/agreed-card.tsx";
import { BeforeCall } from "#client/consumer/before-call.tsx";
import { CONSUMER } from "#client/consumer/copy.ts";
import { StopAllCalls } from "#client/consumer/stop-all-calls.tsx";
import { CallPage, type CallParts } from "#client/calls/call-page.tsx";
import { SummaryCard } from "#client/calls/summary-card.tsx";
import type { LiveCall } from "#client/wire/live-call.ts";
import { useParams } from "@tanstack/react-router";

/** The consumer's own call: who calls, what about, the words as they are spoken, and the way to end it. */
export function MyCallPage() {
  const { callId } = useParams({ from: "/signed-in/consumer/c/$callId" });
  return (
    <div className="mx-auto flex min-h-0 w-full max-w-5xl flex-1 flex-col text-lead lg:h-full">
      <title>{CONSUMER.myCallTitle}</title>
      <CallPage callId={callId} audience="consumer" parts={myCallParts} />
    </div>
  );
}

function myCallParts({ view }: LiveCall, onShow: (segmentId: string) => void): CallParts {
  return {
    above: (
      <>
        <BeforeCall view={view} />
        <AgreedCard view={view} />
        <SummaryCard view={view} audience="consumer" onShow={onShow} />
      </>
    ),
    below: (
      <div className="p-4">
        {view.optedOut ? <p className="text-muted">{CONSUMER.stopDone}</p> : <StopAllCalls />}
      </div>
    ),
  };
}
