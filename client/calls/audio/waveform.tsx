import { SOUND } from "#client/calls/audio/copy.ts";
import type { SoundHistory } from "#client/calls/audio/sound-history.ts";
import { browserNowMs } from "#client/ui/clock.ts";
import { useEffect, useRef } from "react";

const HEIGHT = 48;
const BAR = 2;
const FULL_LEVEL = 255;

/** The two lanes of the last 30 s, drawn ten times a second outside React. */
export function Waveform({ history }: { history: SoundHistory }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let frame = 0;
    let drawnAtMs = 0;
    const draw = () => {
      frame = requestAnimationFrame(draw);
      const nowMs = browserNowMs();
      if (canvas.current === null || nowMs - drawnAtMs < 90) return;
      drawnAtMs = nowMs;
      paint(canvas.current, history, nowMs);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [history]);
  return (
    <canvas
      ref={canvas}
      // A canvas is no image to lint, and one to a screen reader.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="img"
      aria-label={SOUND.waveform}
      // Its two colours, as the browser works them out for the scheme of the page.
      className="block h-24 w-full rounded-control bg-sunken text-lane-agent caret-lane-caller"
    />
  );
}

function paint(canvas: HTMLCanvasElement, history: SoundHistory, nowMs: number) {
  const width = canvas.clientWidth;
  const ratio = window.devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(2 * HEIGHT * ratio);
  }
  const context = canvas.getContext("2d");
  if (context === null) return;
  const style = getComputedStyle(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, 2 * HEIGHT);
  const columns = history.columns(Math.floor(width / (BAR + 1)), nowMs);
  const lanes = [
    { lane: "agent", colour: style.color, middle: HEIGHT / 2 },
    { lane: "consumer", colour: style.caretColor, middle: HEIGHT * 1.5 },
  ] as const;
  for (const { lane, colour, middle } of lanes) {
    context.fillStyle = colour;
    for (const [index, levels] of columns.entries()) {
      if (levels === null) continue;
      const height = Math.max(1, (levels[lane] / FULL_LEVEL) * (HEIGHT - 4));
      context.fillRect(index * (BAR + 1), middle - height / 2, BAR, height);
    }
  }
}
