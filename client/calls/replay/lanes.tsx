import { REPLAY } from "#client/calls/replay/copy.ts";
import type { MarkKind } from "#client/calls/replay/timeline.ts";
import { type Replay, usePlay } from "#client/calls/replay/use-replay.ts";
import { columnsOf, levelsOf, WAVE_COLUMNS, wavePath } from "#client/calls/replay/wave.ts";
import { timerText } from "#client/ui/format.ts";
import type { Segment } from "#shared/call/events.ts";
import { type KeyboardEvent, memo, useEffect, useMemo, useRef } from "react";

const LANE_HEIGHT = 32;
const STEP_MS = 1000;

type LanesProps = {
  replay: Replay;
  transcript: readonly Segment[];
  names: { agent: string; consumer: string };
  /** Keys that act also while the position has the focus. */
  onKeyDown: (event: KeyboardEvent) => void;
};

/** Both sides of the call on one time line, and the way to any place of it. */
export function Lanes({ replay, transcript, names, onKeyDown }: LanesProps) {
  const { playhead, timeline } = replay;
  const second = usePlay(replay, ({ ms }) => Math.floor(ms / STEP_MS));
  const whole = timerText(timeline.endMs);
  return (
    <div className="relative rounded-control border border-line bg-sunken has-[:focus-visible]:ring-focus">
      <Lane replay={replay} side="agent" name={names.agent} transcript={transcript} />
      <div className="border-t border-line" />
      <Lane replay={replay} side="consumer" name={names.consumer} transcript={transcript} />
      <Ticks replay={replay} />
      <Line replay={replay} />
      <input
        type="range"
        aria-label={REPLAY.position}
        aria-valuetext={`${timerText(second * STEP_MS)} of ${whole}`}
        min={0}
        max={Math.ceil(timeline.endMs / STEP_MS)}
        step={1}
        value={second}
        onChange={(event) => playhead.seek(event.target.valueAsNumber * STEP_MS)}
        onKeyDown={onKeyDown}
        className="absolute inset-0 m-0 size-full cursor-pointer opacity-0"
      />
    </div>
  );
}

type LaneProps = {
  replay: Replay;
  side: "agent" | "consumer";
  name: string;
  transcript: readonly Segment[];
};

/** One side: what was said as bands, how loud it was as bars where it was recorded. */
const Lane = memo(function Lane({ replay, side, name, transcript }: LaneProps) {
  const { wave, timeline } = replay;
  const path = useMemo(() => {
    if (wave === null) return "";
    const lane = { levels: levelsOf(wave[side]), perSecond: wave.perSecond, startMs: wave.startMs };
    return wavePath(columnsOf(lane, timeline.endMs), LANE_HEIGHT);
  }, [wave, side, timeline]);
  const own = transcript.filter(({ speaker }) => (speaker === "consumer") === (side === "consumer"));
  return (
    <div className={`relative h-10 ${side === "consumer" ? "text-lane-caller" : "text-lane-agent"}`}>
      <svg
        aria-hidden
        viewBox={`0 0 ${WAVE_COLUMNS} ${LANE_HEIGHT}`}
        preserveAspectRatio="none"
        className="absolute inset-0 size-full"
      >
        {own.map(({ segmentId, startMs, endMs, speaker }) => (
          <rect
            key={segmentId}
            x={(startMs / timeline.endMs) * WAVE_COLUMNS}
            width={Math.max(0.5, ((endMs - startMs) / timeline.endMs) * WAVE_COLUMNS)}
            y={2}
            height={LANE_HEIGHT - 4}
            className={`opacity-20 ${speaker === "person" ? "fill-lane-human" : "fill-current"}`}
          />
        ))}
        <path
          d={path}
          stroke="currentColor"
          strokeWidth={1.5}
          vectorEffect="non-scaling-stroke"
          fill="none"
        />
      </svg>
      <span className="absolute top-0 left-1 rounded-chip bg-sunken/90 px-1 text-meta">{name}</span>
    </div>
  );
});

const TICK: Record<MarkKind, string> = {
  tool: "bg-accent",
  interrupt: "bg-wait",
  error: "bg-bad",
  person: "bg-lane-human",
  flag: "bg-sched",
};

function Ticks({ replay: { timeline } }: { replay: Replay }) {
  return timeline.marks.map(({ atMs, kind, text }, index) => (
    <span
      aria-hidden
      // Several things may happen at once; the list never changes.
      key={index}
      title={`${timerText(atMs)} ${REPLAY.mark[kind]}: ${text}`}
      style={{ left: `${(atMs / timeline.endMs) * 100}%` }}
      className={`absolute bottom-0 h-2 w-0.5 ${TICK[kind]}`}
    />
  ));
}

/** Moved outside React: it goes with every picture. */
function Line({ replay: { playhead, timeline } }: { replay: Replay }) {
  const line = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const place = () => {
      if (line.current !== null) line.current.style.left = `${(playhead.get().ms / timeline.endMs) * 100}%`;
    };
    place();
    return playhead.subscribe(place);
  }, [playhead, timeline]);
  return <span ref={line} aria-hidden className="absolute inset-y-0 w-0.5 -translate-x-1/2 bg-ink" />;
}
