import type { SoundHistory } from "#client/calls/audio/sound-history.ts";
import type { SoundLane } from "#shared/contract/sockets.ts";
import { useEffect, useRef, useState } from "react";

const SHOWN_MS = 100;
const FULL_LEVEL = 255;
const NUMBER_MS = 1000;

const percentOf = (history: SoundHistory, lane: SoundLane) =>
  Math.round((history.last[lane] / FULL_LEVEL) * 100);

/** One side's loudness as a bar, moved outside React. */
function Bar({ history, lane, name }: MeterProps) {
  const bar = useRef<HTMLDivElement>(null);
  const meter = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      const percent = percentOf(history, lane);
      if (bar.current !== null) bar.current.style.transform = `scaleX(${percent / 100})`;
      meter.current?.setAttribute("aria-valuenow", String(percent));
    }, SHOWN_MS);
    return () => clearInterval(timer);
  }, [history, lane]);
  const colour = lane === "agent" ? "bg-lane-agent" : "bg-lane-caller";
  return (
    <div
      ref={meter}
      // The browser's own meter can't be moved without layout, nor coloured.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="meter"
      aria-label={name}
      aria-valuenow={0}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-2 flex-1 overflow-hidden rounded-chip bg-idle-soft"
    >
      <div ref={bar} className={`h-full origin-left ${colour}`} style={{ transform: "scaleX(0)" }} />
    </div>
  );
}

/** The same as a number that changes once a second, for people who want nothing to move. */
function Figure({ history, lane, name }: MeterProps) {
  const [percent, setPercent] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setPercent(percentOf(history, lane)), NUMBER_MS);
    return () => clearInterval(timer);
  }, [history, lane]);
  return (
    <span className="figures flex-1 text-right text-muted">
      <span className="sr-only">{name}: </span>
      {percent} % loud
    </span>
  );
}

type MeterProps = { history: SoundHistory; lane: SoundLane; name: string };

export function LevelMeter({ isStill, ...rest }: MeterProps & { isStill: boolean }) {
  return isStill ? <Figure {...rest} /> : <Bar {...rest} />;
}
