import { CONSUMER } from "#client/consumer/copy.ts";
import { StopAllCalls } from "#client/consumer/stop-all-calls.tsx";
import { CallList } from "#client/calls/call-list.tsx";

/** The calls of a consumer, and the switch that ends them all. */
export function MyCallsPage() {
  return (
    <div className="mx-auto flex w-full max-w-xl flex-col gap-4 p-4 text-lead sm:py-8">
      <title>{CONSUMER.myCallsTitle}</title>
      <h1 className="text-h2">{CONSUMER.myCalls}</h1>
      <CallList audience="consumer" emptyHint={CONSUMER.myCallsEmpty} />
      <div className="mt-4 border-t border-line pt-4">
        <StopAllCalls />
      </div>
    </div>
  );
}
