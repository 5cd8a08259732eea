import { AgreedCard } from "#client/consumer/agreed-card.tsx";
import { BeforeCall } from "#client/consumer/before-call.tsx";
import { CONSUMER } from "#client/consumer/copy.ts";
import { CallMoves } from "#client/consumer/move-call.tsx";
import { OwnSummary } from "#client/consumer/own-summary.tsx";
import { CallPage } from "#client/calls/call-page.tsx";
import { SummaryCard } from "#client/calls/summary-card.tsx";
import type { CallView } from "#shared/call/view.ts";
import type { ReactNode } from "react";

type MyCallProps = {
  callId: string;
  /** Opened by a signed link: this call only, no account. */
  isLinked?: boolean;
  /** What stands at the end of the page, if anything. */
  below?: (view: CallView) => ReactNode;
};

/** One's own call, from the wait for it to what came of it. */
export function MyCall({ callId, isLinked = false, below }: MyCallProps) {
  return (
    <div className="mx-auto flex min-h-0 w-full max-w-5xl flex-1 flex-col border-line text-lead lg:h-full lg:border-x">
      <title>{CONSUMER.myCallTitle}</title>
      <CallPage
        callId={callId}
        audience="consumer"
        isLinked={isLinked}
        parts={({ view }, onShow) => ({
          above: (
            <>
              <BeforeCall view={view} />
              <AgreedCard view={view} />
              <SummaryCard view={view} audience="consumer" onShow={onShow} />
              <OwnSummary view={view} />
            </>
          ),
          below: below?.(view),
          actions: <CallMoves view={view} isLinked={isLinked} />,
        })}
      />
    </div>
  );
}
