import { loudness, MULAW_FRAME_BYTES, MULAW_FRAME_MS } from "#server/lib/mulaw.ts";

/** A frame below this part of the item's loudest one is silent. */
const SILENT_LEVEL = 0.07;
/** Shorter silences are inside a word: the closed mouth before a "t". */
const MIN_PAUSE_FRAMES = 5;
/** How much a frame of pause speaks for the end of a phrase, against the misfit of the pace around it. */
const PAUSE_WORTH = 1.6;
/** A phrase that ends without a pause; longer pauses than the limit say nothing more. */
const NO_PAUSE_COST = 6;
const LONG_PAUSE_FRAMES = 12;
/** So many phrases in a row are spoken without a pause at most. */
const MAX_STEP = 3;

/** One utterance of the agent, as far as it was delivered. */
export type Delivered = {
  text: string;
  /** µ-law, 8 kHz. */
  audio: Uint8Array;
  /** Neither words nor sound follow. */
  complete: boolean;
  /** How fast this voice speaks, pauses excluded, for each character of `spokenLength`; for what is not delivered yet. */
  msPerCharacter: number;
};

/** Frames of 20 ms, from inclusive, to exclusive. */
type Span = { from: number; to: number };

/** The sound of an utterance: where it pauses, and how long the voice is heard between two frames. */
type Sound = Span & { pauses: Span[]; voiced(from: number, to: number): number };

/** A phrase's end at a pause, as the last of a chain of such ends. */
type Cut = { phrases: number; pause: Span; cost: number; before: Cut | null };

/**
 * The whole words of an utterance that sound within its first `heardMs`. People pause where the punctuation is: phrases and pauses are matched so
 * that the pace is as even as possible; inside a phrase each character takes the same time. Decodes the audio, so never for the audio path.
 */
export function wordsHeard(item: Delivered, heardMs: number): string {
  const text = item.text.trim();
  let characters = 0;
  for (const { from, to, length } of stretchesOf({ ...item, text })) {
    const part = (heardMs / MULAW_FRAME_MS - from) / Math.max(1, to - from);
    characters += Math.floor(length * Math.max(0, Math.min(1, part)));
  }
  return wholeWords(text, characters);
}

function wholeWords(text: string, characters: number): string {
  if (/^$|\s/.test(text.charAt(characters))) return text.slice(0, characters).trimEnd();
  return text.slice(0, text.lastIndexOf(" ", characters) + 1).trimEnd();
}

/** What a number or an abbreviation sounds longer than it is written: "2" is "two", "27" is "twenty-seven", "PM" is "pee em". */
const MORE_FOR_ONE_DIGIT = 3;
const MORE_FOR_TWO_DIGITS = 8;
const MORE_FOR_EACH_DIGIT = 4;
const MORE_FOR_EACH_CAPITAL = 1;

/** How long a text is when it is said, in characters of ordinary words. */
export function spokenLength(text: string): number {
  let more = 0;
  for (const [spelt] of text.matchAll(/\d+|\b[A-Z]{2,5}\b/g)) {
    if (!/\d/.test(spelt)) more += spelt.length * MORE_FOR_EACH_CAPITAL;
    else if (spelt.length === 1) more += MORE_FOR_ONE_DIGIT;
    else more += spelt.length === 2 ? MORE_FOR_TWO_DIGITS : spelt.length * MORE_FOR_EACH_DIGIT;
  }
  return text.length + more;
}

/** When each phrase is spoken. */
function stretchesOf({ text, audio, complete, msPerCharacter }: Delivered): (Span & { length: number })[] {
  const sound = soundOf(audio);
  const phrases = text.match(/[^]+?(?:[.,;:!?…]+\s+|$)/g) ?? [];
  const ends = sums(phrases.map((phrase) => phrase.length));
  const said = sums(phrases.map(spokenLength));
  const end = (count: number) => ends[count - 1] ?? 0;
  const whole = said.at(-1) ?? 0;
  const pace = complete
    ? sound.voiced(sound.from, sound.to) / Math.max(1, whole)
    : msPerCharacter / MULAW_FRAME_MS;
  const last = lastCut(sound, said, pace, complete);
  const tail = whole - (said[last.phrases - 1] ?? 0);
  const tailEnd = complete ? sound.to : Math.max(sound.to, last.pause.to + tail * pace);
  const stretches = [{ from: last.pause.to, to: tailEnd, length: text.length - end(last.phrases) }];
  for (let cut = last; cut.before !== null; cut = cut.before) {
    const length = end(cut.phrases) - end(cut.before.phrases);
    stretches.unshift({ from: cut.before.pause.to, to: cut.pause.from, length });
  }
  return stretches;
}

/** Each with all before it. */
function sums(lengths: readonly number[]): number[] {
  let sum = 0;
  return lengths.map((length) => (sum += length));
}

/** The cheapest chain of phrase ends at pauses, by dynamic programming; `ends`: spoken length up to the end of each phrase. */
function lastCut(sound: Sound, ends: readonly number[], pace: number, complete: boolean): Cut {
  const start = { from: sound.from, to: sound.from };
  const cuts: Cut[] = [{ phrases: 0, pause: start, cost: 0, before: null }];
  const characters = (from: number, to: number) => (ends[to - 1] ?? 0) - (ends[from - 1] ?? 0);
  const misfit = (frames: number, count: number) => (frames - count * pace) ** 2 / Math.max(1, count * pace);
  const costFrom = (cut: Cut, phrases: number, to: number) =>
    cut.cost +
    misfit(sound.voiced(cut.pause.to, to), characters(cut.phrases, phrases)) +
    NO_PAUSE_COST * (phrases - cut.phrases - 1);
  for (let phrases = 1; phrases < ends.length; phrases++) {
    const found = sound.pauses.map((pause) => {
      const worth = PAUSE_WORTH * Math.min(LONG_PAUSE_FRAMES, pause.to - pause.from);
      const earlier = cuts.filter((cut) => cut.phrases >= phrases - MAX_STEP && cut.pause.to < pause.from);
      return cheapest(
        earlier.map((before) => ({
          phrases,
          pause,
          cost: costFrom(before, phrases, pause.from) - worth,
          before,
        })),
      );
    });
    cuts.push(...found.filter((cut) => cut !== null));
  }
  /** What follows the cut; of a rest that is still to come only what already sounds has to fit. */
  const withRest = (cut: Cut) => {
    if (complete) return { ...cut, cost: costFrom(cut, ends.length, sound.to) };
    const frames = sound.voiced(cut.pause.to, sound.to);
    const due = ends.filter((end) => (end - characters(0, cut.phrases)) * pace < frames).length;
    const over = Math.max(frames, characters(cut.phrases, ends.length) * pace);
    const cost = cut.cost + misfit(over, characters(cut.phrases, ends.length));
    return { ...cut, cost: cost + NO_PAUSE_COST * Math.max(0, due - cut.phrases) };
  };
  return cheapest(cuts.map(withRest)) ?? { phrases: 0, pause: start, cost: 0, before: null };
}

function cheapest(cuts: readonly Cut[]): Cut | null {
  return cuts.reduce<Cut | null>((best, cut) => (best === null || cut.cost < best.cost ? cut : best), null);
}

function soundOf(audio: Uint8Array): Sound {
  const levels = Array.from({ length: Math.floor(audio.length / MULAW_FRAME_BYTES) }, (_, index) =>
    loudness(audio.subarray(index * MULAW_FRAME_BYTES, (index + 1) * MULAW_FRAME_BYTES)),
  );
  const silent = Math.max(1, ...levels) * SILENT_LEVEL;
  const loud = levels.map((level) => level > silent);
  const speech = { from: Math.max(0, loud.indexOf(true)), to: loud.lastIndexOf(true) + 1 };
  const pauses: Span[] = [];
  let from = speech.from;
  for (let frame = speech.from; frame < speech.to; frame++) {
    if (loud[frame] !== true) continue;
    if (frame - from >= MIN_PAUSE_FRAMES) pauses.push({ from, to: frame });
    from = frame + 1;
  }
  const voicedBefore = new Uint32Array(loud.length + 1);
  let next = 0;
  for (let frame = 0; frame < loud.length; frame++) {
    while ((pauses[next]?.to ?? Infinity) <= frame) next++;
    const isPause = frame < speech.from || frame >= (pauses[next]?.from ?? Infinity);
    voicedBefore[frame + 1] = (voicedBefore[frame] ?? 0) + (isPause ? 0 : 1);
  }
  const voiced = (start: number, end: number) => (voicedBefore[end] ?? 0) - (voicedBefore[start] ?? 0);
  return { ...speech, pauses, voiced };
}
