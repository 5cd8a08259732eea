import { loudness, MULAW_FRAME_BYTES, MULAW_FRAME_MS } from "#server/lib/mulaw.ts";
import type { SpanMs } from "#server/sandbox/speech/speech-job.ts";

/** Frames, from inclusive, to exclusive. */
type Span = { readonly from: number; readonly to: number };

/** Softer sounds around a pause (a "g" that begins) belong to the pause, as turn detectors hear it. */
const QUIET = 400;
/** Shorter silences are inside a word (a closed mouth before a "t"), not between phrases. */
const MIN_PAUSE_FRAMES = 4;

/** The text in pieces that are spoken in one go: up to and including punctuation and the space after it. */
function phrasesOf(text: string): string[] {
  return text.match(/[^]+?(?:[.,;:!?…]+\s+|$)/g) ?? [];
}

function frameIsLoud(mulaw: Uint8Array): boolean[] {
  return Array.from({ length: Math.ceil(mulaw.length / MULAW_FRAME_BYTES) }, (_, index) => {
    const at = index * MULAW_FRAME_BYTES;
    return loudness(mulaw.subarray(at, at + MULAW_FRAME_BYTES)) > QUIET;
  });
}

/** The pauses inside the speech, in order of time. */
function pausesIn(loud: readonly boolean[], speech: Span): Span[] {
  const pauses: Span[] = [];
  let from = speech.from;
  for (let index = speech.from; index < speech.to; index++) {
    if (!loud[index]) continue;
    if (index - from >= MIN_PAUSE_FRAMES) pauses.push({ from, to: index });
    from = index + 1;
  }
  return pauses;
}

/** The stretches between the `count` - 1 longest pauses; a single one when there are not that many. */
function stretchesOf(loud: readonly boolean[], speech: Span, count: number): Span[] {
  const pauses = pausesIn(loud, speech);
  if (pauses.length < count - 1) return [speech];
  const longest = pauses.toSorted((a, b) => b.to - b.from - (a.to - a.from)).slice(0, count - 1);
  const ordered = longest.toSorted((a, b) => a.from - b.from);
  const starts = [speech.from, ...ordered.map((pause) => pause.to)];
  const ends = [...ordered.map((pause) => pause.from), speech.to];
  return starts.map((from, index) => ({ from, to: ends[index] ?? speech.to }));
}

/** What the synthesiser says about its own pauses, without the soft sounds at both ends of a stretch. */
function toldStretches(loud: readonly boolean[], spoken: readonly SpanMs[]): Span[] {
  return spoken.map(({ fromMs, toMs }) => {
    const told = { from: Math.floor(fromMs / MULAW_FRAME_MS), to: Math.ceil(toMs / MULAW_FRAME_MS) };
    const inside = loud.slice(told.from, told.to);
    if (!inside.includes(true)) return told;
    return { from: told.from + inside.indexOf(true), to: told.from + inside.lastIndexOf(true) + 1 };
  });
}

/**
 * When the characters of a text are spoken: for each frame, how many are due by its end. Phrases go with the
 * stretches that the synthesiser told, or else with those between the longest pauses, so that no word falls into a
 * silence; inside, evenly.
 */
export function charactersDue(mulaw: Uint8Array, text: string, spoken: readonly SpanMs[] = []): number[] {
  const loud = frameIsLoud(mulaw);
  const first = loud.indexOf(true);
  const speech = first < 0 ? { from: 0, to: loud.length } : { from: first, to: loud.lastIndexOf(true) + 1 };
  const phrases = phrasesOf(text);
  const isTold = spoken.length === phrases.length;
  const stretches = isTold ? toldStretches(loud, spoken) : stretchesOf(loud, speech, phrases.length);
  const counts = (stretches.length === phrases.length ? phrases : [text]).map((phrase) => [...phrase].length);
  const due = loud.map(() => 0);
  let before = 0;
  for (const [index, { from, to }] of stretches.entries()) {
    const count = counts[index] ?? 0;
    for (let frame = from; frame < loud.length; frame++) {
      due[frame] = before + Math.floor(count * Math.min(1, (frame + 1 - from) / (to - from)));
    }
    before += count;
  }
  return due;
}
