import type { CallEvent } from "#shared/call/events.ts";
import { z } from "zod";

/**
 * A count that forgets: what goes badly adds two, what goes well takes one off, so that twice in a short while weighs more than twice in ten
 * minutes. Never above 6.
 */
const leaky = z.number().int().min(0).max(6);

/**
 * What a journal tells of the question whether somebody should look at the call [IN1]. Folded event by event and kept in the call's row, so
 * it is small and holds no words.
 */
export const helpSignalsSchema = z.object({
  /** A human was asked for: the agent said so, or the caller's words did. */
  personAsked: z.boolean(),
  flagged: z.boolean(),
  /** The talk began and its sound is gone. */
  streamLost: z.boolean(),
  optedOut: z.boolean(),
  /** A colleague has the call in hand. */
  held: z.boolean(),
  unhappy: leaky,
  slow: leaky,
  interrupted: leaky,
  toolsFailed: leaky,
  repeated: leaky,
  /** Fingerprints of the agent's last lines, newest last. */
  saidLately: z.array(z.number()).max(3),
});
export type HelpSignals = z.infer<typeof helpSignalsSchema>;

export const NO_HELP_SIGNALS: HelpSignals = {
  personAsked: false,
  flagged: false,
  streamLost: false,
  optedOut: false,
  held: false,
  unhappy: 0,
  slow: 0,
  interrupted: 0,
  toolsFailed: 0,
  repeated: 0,
  saidLately: [],
};

/** An answer that takes longer is slow (PRODUCT O2). */
const SLOW_ANSWER_MS = 1_500;
const KEPT_LINES = 3;
/** Shorter lines ("Yes, of course.") may well be said twice. */
const FEWEST_WORDS = 5;

const PERSON_WORDS =
  /\b(?:talk|speak|connect|transfer|pass)\b[^.?!]{0,30}\b(?:human|person|people|somebody|someone|manager|supervisor|representative|colleague)\b|\b(?:real|actual|live|a) (?:human|person)\b[^.?!]{0,12}\bplease\b|\bhuman being\b/i;
const UNHAPPY_WORDS =
  /\b(?:ridiculous|frustrat\w*|annoy\w*|angry|upset|terrible|awful|useless|waste of (?:my )?time|nonsense|not listening|do(?:n't| not) understand me|already told you|stop (?:it|that)|leave me alone|what the (?:hell|heck)|damn)\b/i;

/** Pure. What came before the row's own number has to be left out by the caller. */
export function applyHelpSignals(before: HelpSignals, event: CallEvent): HelpSignals {
  switch (event.type) {
    case "attempt.dialing":
      return { ...NO_HELP_SIGNALS, flagged: before.flagged, optedOut: before.optedOut };
    case "attempt.ended":
      return { ...before, streamLost: false };
    case "stream.lost":
      return { ...before, streamLost: true };
    case "stream.opened":
    case "call.resumed":
      return { ...before, streamLost: false };
    case "optOut.recorded":
      return { ...before, optedOut: true };
    case "flag.raised":
      return { ...before, flagged: true };
    case "holder.changed":
      // Whoever gives a call back has helped: what went wrong before counts no more.
      return { ...NO_HELP_SIGNALS, optedOut: before.optedOut, held: event.holder === "person" };
    case "turn.measured":
      return { ...before, slow: moved(before.slow, event.latencyMs > SLOW_ANSWER_MS) };
    case "tool.called":
      return event.name === "request_person" ? { ...before, personAsked: true } : before;
    case "tool.returned":
      return { ...before, toolsFailed: moved(before.toolsFailed, !event.ok) };
    case "transcript.segment":
      return lineSaid(before, event);
    default:
      return before;
  }
}

type Line = Extract<CallEvent, { type: "transcript.segment" }>;

function lineSaid(before: HelpSignals, { speaker, text, interrupted }: Line): HelpSignals {
  if (speaker === "consumer") {
    return {
      ...before,
      personAsked: before.personAsked || PERSON_WORDS.test(text),
      unhappy: moved(before.unhappy, UNHAPPY_WORDS.test(text)),
    };
  }
  if (speaker !== "agent") return before;
  const next = { ...before, interrupted: moved(before.interrupted, interrupted === true) };
  const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
  if (words.length < FEWEST_WORDS) return next;
  const print = fingerprint(words.join(" "));
  return {
    ...next,
    repeated: moved(before.repeated, before.saidLately.includes(print)),
    saidLately: [...before.saidLately, print].slice(-KEPT_LINES),
  };
}

const moved = (count: number, isBad: boolean): number =>
  isBad ? Math.min(6, count + 2) : Math.max(0, count - 1);

/** FNV-1a, 32 bits: tells equal lines without keeping them. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
