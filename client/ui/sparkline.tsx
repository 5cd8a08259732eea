const WIDTH = 96;
const HEIGHT = 20;
/** Only the last turns are drawn. */
const POINTS = 24;

/** A tiny line of the last values; the figures beside it say the same in words. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const shown = values.slice(-POINTS);
  if (shown.length < 2) return null;
  const top = Math.max(...shown);
  const step = WIDTH / (shown.length - 1);
  const points = shown.map((value, index) => {
    const height = top === 0 ? 0 : (value / top) * (HEIGHT - 2);
    return `${(index * step).toFixed(1)},${(HEIGHT - 1 - height).toFixed(1)}`;
  });
  return (
    <svg aria-hidden width={WIDTH} height={HEIGHT} className="text-accent">
      <polyline points={points.join(" ")} fill="none" stroke="currentColor" strokeWidth={1.5} />
    </svg>
  );
}
