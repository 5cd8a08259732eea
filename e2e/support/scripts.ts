import { type CalleeScript, person } from "#server/sandbox/callees/script.ts";

/** One answer, one goodbye: a whole conversation that is over soon. */
export const BRIEF: CalleeScript = person({
  voice: "rms",
  afterRingMs: 300,
  pauseMs: 500,
  answers: [],
  lines: ["Yes, it is the kitchen sink."],
  maxReplies: 1,
  closing: "I have to go now. Goodbye.",
  goodbye: "Goodbye.",
});

/** Picks up at once, listens, never speaks and never hangs up. */
export const LISTENER: CalleeScript = person({
  voice: "rms",
  afterRingMs: 300,
  hello: null,
  answers: [],
  lines: [],
  closing: null,
  maxReplies: 1,
  patienceMs: null,
});
