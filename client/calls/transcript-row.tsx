import { CALLS } from "#client/calls/copy.ts";
import { LANE_TEXT } from "#client/calls/lanes.ts";
import { heardParts, type TranscriptRow } from "#client/calls/transcript-rows.ts";
import { timerText } from "#client/ui/format.ts";
import type { Segment, Speaker } from "#shared/call/events.ts";
import { Scissors } from "lucide-react";

export type SpeakerNames = Record<Speaker, string>;

const LANE_EDGE: Record<Speaker, string> = {
  agent: "border-lane-agent",
  consumer: "border-lane-caller",
  person: "border-lane-human",
};

type RowProps = {
  row: TranscriptRow;
  names: SpeakerNames;
  isPointedAt: boolean;
  /** In a replay: to the moment when the line begins. */
  onSeek: ((ms: number) => void) | undefined;
};

/** One line: who, when, what. The caller's lane is set in, so that the two sides are told apart without colour. */
export function TranscriptLine({ row, names, isPointedAt, onSeek }: RowProps) {
  const { speaker } = row.kind === "segment" ? row.segment : row.draft;
  return (
    <div className={`px-3 py-1.5 sm:px-4 ${speaker === "consumer" ? "pl-8 sm:pl-14" : ""}`}>
      <div
        className={`max-w-[72ch] rounded-r-control border-l-2 py-1 pr-2 pl-3 ${LANE_EDGE[speaker]} ${
          isPointedAt ? "bg-accent-soft" : ""
        }`}
      >
        {row.kind === "segment" ? (
          <FinishedLine
            key="finished"
            segment={row.segment}
            name={names[speaker]}
            isPointedAt={isPointedAt}
            onSeek={onSeek}
          />
        ) : (
          <SpokenLine key="spoken" text={row.draft.text} speaker={speaker} name={names[speaker]} />
        )}
      </div>
    </div>
  );
}

type FinishedLineProps = Pick<RowProps, "isPointedAt" | "onSeek"> & { segment: Segment; name: string };

function FinishedLine({ segment, name, isPointedAt, onSeek }: FinishedLineProps) {
  const { heard, cut } = heardParts(segment);
  return (
    <div
      data-testid="segment"
      data-segment-id={segment.segmentId}
      data-speaker={segment.speaker}
      aria-current={isPointedAt}
    >
      <p className="flex items-baseline gap-2 text-meta">
        <span className={`font-strong ${LANE_TEXT[segment.speaker]}`}>{name}</span>
        {onSeek === undefined ? (
          <span className="figures text-muted">{timerText(segment.startMs)}</span>
        ) : (
          <button
            type="button"
            aria-label={`${CALLS.playFrom} ${timerText(segment.startMs)}`}
            onClick={() => onSeek(segment.startMs)}
            className="figures min-h-6 min-w-6 text-accent underline underline-offset-2"
          >
            {timerText(segment.startMs)}
          </button>
        )}
      </p>
      <p className="text-talk wrap-anywhere">
        {heard}
        {segment.interrupted === true && <CutOff text={cut} />}
      </p>
    </div>
  );
}

function CutOff({ text }: { text: string }) {
  return (
    <>
      {text !== "" && (
        <>
          {" "}
          <del className="text-muted decoration-1">
            <span className="sr-only">{CALLS.notHeard} </span>
            {text.trim()}
          </del>
        </>
      )}
      <span className="ml-2 inline-flex items-center gap-1 text-meta text-wait">
        <Scissors aria-hidden size={12} />
        {CALLS.interrupted}
      </span>
    </>
  );
}

/** Words still being spoken: shown as provisional, kept from screen readers until they are final. */
function SpokenLine({ text, speaker, name }: { text: string; speaker: Speaker; name: string }) {
  return (
    <div aria-hidden data-testid="draft" data-speaker={speaker}>
      <p className="flex items-baseline gap-2 text-meta">
        <span className={`font-strong ${LANE_TEXT[speaker]}`}>{name}</span>
        <span className="text-muted">{CALLS.speaking}</span>
      </p>
      <p className="text-talk wrap-anywhere italic opacity-70">{text === "" ? "…" : text}</p>
    </div>
  );
}
