import { CONSUMER } from "#client/consumer/copy.ts";
import { CallPage } from "#client/calls/call-page.tsx";
import { useParams } from "@tanstack/react-router";

/** The consumer's own call: who calls, what about, the words as they are spoken, and the way to end it. */
export function MyCallPage() {
  const { callId } = useParams({ from: "/signed-in/consumer/c/$callId" });
  return (
    <div className="mx-auto flex min-h-0 w-full max-w-5xl flex-1 flex-col text-lead lg:h-full">
      <title>{CONSUMER.myCallTitle}</title>
      <CallPage callId={callId} audience="consumer" />
    </div>
  );
}
