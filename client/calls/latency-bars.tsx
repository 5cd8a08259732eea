import { CALLS } from "#client/calls/copy.ts";
import { latencyText } from "#client/ui/format.ts";

/** Only the newest turns are drawn. */
const BARS = 32;
/** A turn that took longer than this is pointed out, as on the wall. */
const SLOW_MS = 1_200;
const HEIGHT_PX = 40;

/** How long each turn waited for its answer, with the middle and the worst in words [UI55]. */
export function LatencyBars({ values }: { values: readonly number[] }) {
  const last = values.at(-1);
  const { middle, worst } = latencyFigures(values);
  const top = Math.max(worst, 1);
  return (
    <div>
      <h3 className="text-dense font-medium text-muted">{CALLS.latency}</h3>
      {last === undefined ? (
        <p className="text-muted">{CALLS.noLatency}</p>
      ) : (
        <>
          <p className="figures">
            {latencyText(last)} last, {latencyText(middle)} typical, {latencyText(worst)} worst
          </p>
          <div aria-hidden className="relative mt-1 flex h-10 items-end gap-0.5">
            <div
              className="absolute inset-x-0 border-t border-dashed border-control"
              style={{ bottom: (middle / top) * HEIGHT_PX }}
            />
            {values.slice(-BARS).map((value, index) => (
              <div
                // The bars are a window on the last turns: each has its place and no other identity.
                key={index}
                title={latencyText(value)}
                className={`min-w-1 flex-1 rounded-t-chip ${value > SLOW_MS ? "bg-wait" : "bg-accent"}`}
                style={{ height: Math.max(2, (value / top) * HEIGHT_PX) }}
              />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

/** The lower middle of all turns, and the worst; both 0 without any. */
export function latencyFigures(values: readonly number[]): { middle: number; worst: number } {
  const sorted = values.toSorted((one, other) => one - other);
  return { middle: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, worst: sorted.at(-1) ?? 0 };
}
