import { CallConsent } from "#client/consumer/call-consent.tsx";
import { CONSUMER } from "#client/consumer/copy.ts";
import { MyCall } from "#client/consumer/my-call.tsx";
import { StopAllCalls } from "#client/consumer/stop-all-calls.tsx";
import type { CallView } from "#shared/call/view.ts";
import { useParams } from "@tanstack/react-router";

/** The consumer's own call: who calls, what about, the words as they are spoken, and the way to end it. */
export function MyCallPage() {
  const { callId } = useParams({ from: "/signed-in/consumer/c/$callId" });
  return <MyCall callId={callId} below={accountRights} />;
}

/** What needs the whole account, not this call alone. */
const accountRights = (view: CallView) => (
  <div className="flex flex-col gap-6 p-4">
    <CallConsent view={view} />
    {view.optedOut ? <p className="text-muted">{CONSUMER.stopDone}</p> : <StopAllCalls />}
  </div>
);
