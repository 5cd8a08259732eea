import type { HeardFrame } from "#server/sandbox/speech/hidden-frame.ts";

/** One thing a person said. Times are ms of audio since the answer. */
export type SaidLine = {
  readonly text: string;
  readonly startedAtMs: number;
  endedAtMs: number;
  /** Whether it was said to its end before the call was over. */
  complete: boolean;
};

/** What a person hears in 20 ms: whole frames with words, how loud it was (0 to 32767), and the 160 µ-law bytes themselves. */
export type HeardNow = {
  readonly words: readonly HeardFrame[];
  readonly loudness: number;
  readonly audio: Uint8Array;
};

/** A person (or machine) at the other end of an answered call. Lives in frames, not in wall time. */
export type Person = {
  /** The next 20 ms: hears, and returns 160 bytes of what they say meanwhile; null = they hang up. */
  step(heard: HeardNow): Uint8Array | null;
  /** A key that they press in these 20 ms; asked after each step. */
  pressing?(): string | null;
  said(): readonly SaidLine[];
  /** Makes them say something out of the script. */
  say(text: string): void;
  /** Resolves when the beep of an answering machine has sounded; never for anybody else. */
  readonly beep: Promise<void>;
  /** The call is over, whoever ended it. */
  ended?(): void;
};

export type Verdict = "human" | "machine" | "fax" | "unknown";

/** A phone that rings, as whoever may answer it sees it. */
export type RingingPhone = {
  readonly from: string;
  /** Returns how keys are pressed during the call. */
  answer(pickUp: () => Person): (key: string) => void;
  decline(): void;
};

/** What happens when a number is dialled. */
export type CalleePlan =
  | {
      readonly kind: "answers";
      readonly afterRingMs: number;
      readonly verdict: Verdict;
      readonly pickUp: () => Person;
    }
  /** Rings where somebody decides; the returned function is called when it rings no longer, for whatever reason. */
  | { readonly kind: "rings-at"; readonly ring: (phone: RingingPhone) => () => void }
  | { readonly kind: "no-answer" }
  | { readonly kind: "busy" }
  | { readonly kind: "declines"; readonly afterRingMs: number }
  /** The network cannot reach the number (SIP 404). */
  | { readonly kind: "unreachable" };

/** Who answers which number. */
export type Directory = { planFor(e164: string): CalleePlan };
