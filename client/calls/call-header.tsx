import { CALLS } from "#client/calls/copy.ts";
import { type CallEnding, CallEndButton } from "#client/calls/call-actions.tsx";
import { ConnectionAge } from "#client/calls/connection-age.tsx";
import { StatusChip } from "#client/calls/status-chip.tsx";
import { factsOfView, type StatusSentence, statusSentence } from "#client/calls/status-sentence.ts";
import type { LiveCall } from "#client/wire/live-call.ts";
import { serverMsAt, useServerNowMs } from "#client/wire/server-clock.ts";
import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";

type CallHeaderProps = {
  call: LiveCall;
  ending: CallEnding;
  /** Who calls whom, or who calls me. */
  title: ReactNode;
  /** Beside the title. */
  beside?: ReactNode;
  subtitle: string;
  /** Beside the button that ends the call. */
  actions?: ReactNode;
  keyboardHelp?: ReactNode;
};

const CANCELLING: StatusSentence = {
  tone: "wait",
  icon: "cancelled",
  text: CALLS.cancelling,
  said: CALLS.cancellingSaid,
};

/** The state of the call first, then what it is about, then the way to end it. */
export function CallHeader({
  call,
  ending,
  title,
  beside,
  subtitle,
  actions,
  keyboardHelp,
}: CallHeaderProps) {
  const runningMs = useServerNowMs();
  const { view } = call;
  // A lost view freezes: a timer that runs on would say more than is known.
  const nowMs = call.link.state === "lost" ? serverMsAt(call.link.sinceMs) : runningMs;
  const sentence = ending.underWay === "cancel" ? CANCELLING : statusSentence(factsOfView(view), nowMs);
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 border-b border-line bg-surface px-4 py-3">
      <div className="flex min-w-0 flex-1 basis-80 flex-col gap-1.5">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StatusChip sentence={sentence} testId="call-status" />
          <ConnectionAge call={call} />
        </div>
        <output className="sr-only">{sentence.said}</output>
        <div className="flex flex-wrap items-center gap-x-2">
          <h1 className="text-large font-strong wrap-anywhere">{title}</h1>
          {beside}
        </div>
        <p className="max-w-[72ch] text-muted wrap-anywhere">{subtitle}</p>
      </div>
      <div className="flex items-center gap-2">
        {keyboardHelp}
        {(ending.offered !== null || ending.underWay !== null) && (
          <div className="flex flex-wrap gap-2 max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:z-10 max-sm:border-t max-sm:border-line max-sm:bg-surface max-sm:p-3">
            {ending.underWay === null && actions}
            <CallEndButton ending={ending} status={view.status} keyHint="⇧X" />
          </div>
        )}
      </div>
    </header>
  );
}

/** "Acme Roofing → Maria L." */
export function StaffTitle({ call }: { call: LiveCall }) {
  const { businessName, consumerName } = call.view;
  return (
    <span className="flex flex-wrap items-center gap-x-2">
      {businessName}
      <ArrowRight aria-label={CALLS.arrow} size={16} className="text-muted" />
      {consumerName}
    </span>
  );
}
