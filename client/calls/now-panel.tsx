import { CALLS } from "#client/calls/copy.ts";
import { LatencyBars } from "#client/calls/latency-bars.tsx";
import { Learned } from "#client/calls/steer/learned.tsx";
import { toolResultWords, toolWords } from "#client/calls/words.ts";
import { countText, latencyText, moneyText, timerText } from "#client/ui/format.ts";
import { isFinal } from "#shared/call/status.ts";
import type { AttemptView, CallView, ToolView } from "#shared/call/view.ts";
import { Check, CircleX, LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";

/** What happens beside the words: tools, speed, money, attempts. */
export function NowPanel({ view, title }: { view: CallView; title?: string }) {
  return (
    <section aria-labelledby="now-title" className="flex flex-col gap-4 p-4">
      <h2 id="now-title" className="text-lead font-strong">
        {title ?? (isFinal(view.status) ? CALLS.figures : CALLS.now)}
      </h2>
      <dl className="grid grid-cols-2 gap-3">
        <Figure name={CALLS.turns}>{view.turnLatenciesMs.length}</Figure>
        <Figure name={CALLS.interruptions}>{view.interruptions}</Figure>
        <Figure name={CALLS.cost}>{costText(view)}</Figure>
        <Figure name={CALLS.openingHeard}>{view.openingHeard ? CALLS.yes : CALLS.notYet}</Figure>
        <Figure name={CALLS.recording}>{recordingText(view.recording)}</Figure>
      </dl>
      <LatencyBars values={view.turnLatenciesMs} />
      <Learned view={view} />
      <Tools tools={view.tools} refused={view.toolsRefused} />
      <Attempts attempts={view.attempts} />
    </section>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="rounded-card border border-line px-3 py-2">
      <dt className="text-meta text-muted">{name}</dt>
      <dd className="figures text-lead font-medium">{children}</dd>
    </div>
  );
}

function costText({ cost, status }: CallView): string {
  if (cost === null) return CALLS.noneYet;
  if (!cost.estimated) return moneyText(cost.totalCents);
  return isFinal(status) ? `about ${moneyText(cost.totalCents)}` : `${moneyText(cost.totalCents)} so far`;
}

function recordingText(recording: CallView["recording"]): string {
  switch (recording?.state) {
    case undefined:
      return CALLS.recordingNone;
    case "on":
      return CALLS.recordingOn;
    case "stopped":
      return CALLS.recordingStopped;
    case "failed":
      return CALLS.recordingFailed;
    case "expired":
      return CALLS.recordingExpired;
    case "ready":
      return timerText(recording.durationMs ?? 0);
  }
}

const NOTICED_MS = 100;

function Tools({ tools, refused }: { tools: readonly ToolView[]; refused: number }) {
  return (
    <div>
      <h3 className="text-dense font-medium text-muted">{CALLS.tools}</h3>
      {tools.length === 0 && <p className="text-muted">{CALLS.noTools}</p>}
      {refused > 0 && (
        <p className="text-wait">
          At least {countText(refused, "more call")} of the agent were refused unread.
        </p>
      )}
      <ul className="flex flex-col divide-y divide-line">
        {tools.map((tool) => (
          <li key={tool.toolCallId} className="py-2">
            <p className="flex items-center gap-2">
              <ToolMark result={tool.result} />
              <span className="flex-1 font-medium">{toolWords(tool.name)}</span>
              <span className="figures text-meta text-muted">{timerText(tool.atMs)}</span>
            </p>
            <p className="pl-6 text-dense wrap-anywhere text-muted">
              {tool.result === null
                ? CALLS.toolWorking
                : `${toolResultWords(tool)}${tookText(tool.result.durationMs)}`}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** How long it took, where that could have been noticed. */
const tookText = (ms: number) => (ms < NOTICED_MS ? "" : ` (${latencyText(ms)})`);

function ToolMark({ result }: { result: ToolView["result"] }) {
  if (result === null) {
    return <LoaderCircle aria-label={CALLS.toolRunning} size={16} className="animate-spin text-muted" />;
  }
  return result.ok ? (
    <Check aria-label={CALLS.toolWorked} size={16} className="text-live" />
  ) : (
    <CircleX aria-label={CALLS.toolFailed} size={16} className="text-bad" />
  );
}

const ATTEMPT_ENDS: Record<NonNullable<AttemptView["ended"]>, string> = {
  completed: "talked",
  busy: "the line was busy",
  no_answer: "nobody answered",
  failed: CALLS.toolFailed,
  cancelled: "cancelled",
  voicemail: "voicemail",
  refused: "not dialled",
};

function Attempts({ attempts }: { attempts: readonly AttemptView[] }) {
  return (
    <div>
      <h3 className="text-dense font-medium text-muted">{countText(attempts.length, "attempt")}</h3>
      <ol className="flex flex-col gap-1">
        {attempts.map((one) => (
          <li key={one.attemptId}>
            <div className="flex justify-between gap-3">
              <span className="figures">
                {one.attemptNumber}: {one.ended === null ? "under way" : ATTEMPT_ENDS[one.ended]}
              </span>
              <time dateTime={one.dialedAt} className="text-muted">
                {new Intl.DateTimeFormat("en-US", { timeStyle: "medium" }).format(new Date(one.dialedAt))}
              </time>
            </div>
            {one.message !== null && (
              <p className="text-dense text-muted">
                {CALLS.messageLeft} “{one.message}”
              </p>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
