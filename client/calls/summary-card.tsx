import { CALLS } from "#client/calls/copy.ts";
import { CostSplit } from "#client/calls/cost-split.tsx";
import { endReasonText, outcomeWords } from "#client/calls/words.ts";
import { Chip } from "#client/ui/chip.tsx";
import { timerText } from "#client/ui/format.ts";
import type { Analysis } from "#shared/call/events.ts";
import { isFinal } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";

type SummaryCardProps = {
  view: CallView;
  audience: "staff" | "consumer";
  onShow: (segmentId: string) => void;
};

type AnalysisProps = Omit<SummaryCardProps, "audience"> & { analysis: Analysis };

/** The talk is over: its summary is there or on its way. */
const isSummedUp = ({ status }: CallView): boolean => isFinal(status) || status === "wrapping_up";

/** What came of the call. Before the analysis is there it says that it is being made. */
export function SummaryCard({ view, audience, onShow }: SummaryCardProps) {
  if (!isSummedUp(view)) return null;
  const isOver = isFinal(view.status);
  return (
    <section aria-labelledby="summary-title" className="flex flex-col gap-3 border-b border-line p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="summary-title" className="text-lead font-strong">
          {CALLS.summary}
        </h2>
        {view.outcome !== null && (
          <Chip tone={outcomeWords(view.outcome).tone}>{outcomeWords(view.outcome).text}</Chip>
        )}
      </div>
      {view.analysis === null ? (
        <p className="text-muted">{isOver ? CALLS.noSummary : CALLS.summingUp}</p>
      ) : (
        <AnalysisText analysis={view.analysis} view={view} onShow={onShow} />
      )}
      {isOver && (
        <p>
          <span className="text-muted">{CALLS.howEnded} </span>
          {endReasonText(view, audience)}
        </p>
      )}
      {isOver && view.cost !== null && <CostSplit cost={view.cost} />}
    </section>
  );
}

function AnalysisText({ analysis, view, onShow }: AnalysisProps) {
  return (
    <>
      {view.summary === null ? (
        <p className="text-muted">{CALLS.summaryDeleted}</p>
      ) : (
        <p className="text-talk">
          {view.summaryBy === "consumer" && <span className="text-muted">{CALLS.summaryCorrected} </span>}
          {view.summary}
        </p>
      )}
      {analysis.nextStep !== "" && (
        <p>
          <span className="text-muted">{CALLS.nextStep} </span>
          <span className="font-medium">{analysis.nextStep}</span>
        </p>
      )}
      {analysis.answers.length > 0 && (
        <dl className="flex flex-col divide-y divide-line rounded-card border border-line px-3">
          {analysis.answers.map((one, index) => (
            // Two answers may have one topic; the list never changes once it is here.
            <div key={index} className="py-1.5">
              <dt className="text-dense text-muted">{one.topic}</dt>
              <dd>{one.answer}</dd>
            </div>
          ))}
        </dl>
      )}
      <Evidence analysis={analysis} view={view} onShow={onShow} />
    </>
  );
}

function Evidence({ analysis, view, onShow }: AnalysisProps) {
  const lines = view.transcript.filter((segment) => analysis.evidence.includes(segment.segmentId));
  if (lines.length === 0) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="text-muted">{CALLS.shownBy}</span>
      {lines.map((line) => (
        <button
          key={line.segmentId}
          type="button"
          onClick={() => onShow(line.segmentId)}
          className="figures min-h-6 text-accent underline underline-offset-2"
        >
          {timerText(line.startMs)}
        </button>
      ))}
    </p>
  );
}
