import type { Interruption } from "#e2e/barge-in/interruptions.ts";

export type Run = {
  command: string;
  seed: number;
  calls: number;
  interruptions: readonly Interruption[];
  /** Truncations that the voice model refused. */
  refused: number;
};

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** How many words the two differ by; they are beginnings of the same text. */
const wordsOff = ({ earWords, storedWords }: Interruption) => Math.abs(earWords.length - storedWords.length);

/** The figures of one run as a page. */
export function figuresOf({ command, seed, calls, interruptions, refused }: Run): string {
  const count = interruptions.length;
  const off = interruptions.map(wordsOff);
  const exact = off.filter((words) => words === 0).length;
  const one = off.filter((words) => words === 1).length;
  const errors = interruptions.map(({ earMs, cutMs }) => Math.abs(earMs - cutMs));
  const share = (part: number) => `${part} (${((100 * part) / Math.max(1, count)).toFixed(1)} %)`;
  return `# Barge-in: figures

Written by \`${command}\`. What a callee's ear really got of each interrupted sentence, beside what the journal says was heard and where the
voice model was told to cut (README.md).

| what                                             | figure |
| ------------------------------------------------ | ------ |
| interruptions (seed ${seed}, ${calls} calls at once) | ${count} |
| heard words exact                                | ${share(exact)} |
| off by one word                                  | ${share(one)} |
| worse                                            | ${share(count - exact - one)} |
| cut off by, p50                                  | ${quantile(errors, 0.5)} ms |
| cut off by, p95                                  | ${quantile(errors, 0.95)} ms |
| cut off by, p99                                  | ${quantile(errors, 0.99)} ms |
| cut off by, most                                 | ${quantile(errors, 1)} ms |
| truncations refused                              | ${refused} |
`;
}
