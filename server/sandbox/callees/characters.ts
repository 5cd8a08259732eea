import { type CalleeScript, person } from "#server/sandbox/callees/script.ts";

/** Starts to talk in the middle of the agent's sentences. */
export const INTERRUPTS: CalleeScript = person({
  voice: "awb",
  pauseMs: 600,
  hello: "Yes, hello?",
  interrupts: {
    afterMs: 1800,
    lines: [
      "Sorry, hold on, who are you calling for?",
      "Wait, wait. Can somebody come tomorrow?",
      "Let me stop you there. What does it cost?",
    ],
  },
  answers: [
    { about: "anything else", say: "No, that is everything." },
    { about: "how long|since when", say: "Since this morning." },
    { about: "when|what day|time|appointment|slot", say: "Tomorrow at eleven is good for me." },
    { about: "address|where", say: "Nine Hill Street." },
    { about: "post ?code|zip", say: "Nine oh two one oh." },
    { about: "confirm|work for you|is that right|shall i", say: "Yes, fine, do that." },
  ],
  lines: [
    "It is about my garage door. It is stuck half open.",
    "Okay, okay.",
    "Yes, I heard you.",
    "All right.",
  ],
});

/** Has no time: short answers, and an early goodbye. */
export const HURRIED: CalleeScript = person({
  voice: "rms",
  pauseMs: 600,
  hello: "Yes?",
  answers: [
    { about: "good time|moment|minute|talk now", say: "I am in a hurry. Be quick, please." },
    { about: "anything else", say: "No, nothing." },
    { about: "how long|since when", say: "A week." },
    { about: "when|what day|time|appointment|slot", say: "Friday." },
    { about: "address|where", say: "Five Lake Drive." },
    { about: "confirm|work for you|is that right|shall i", say: "Yes." },
  ],
  lines: ["Yes.", "Fine."],
  maxReplies: 3,
  closing: "I have to go now. Goodbye.",
  goodbye: "Bye.",
});

/** Says two sentences, then hangs up while the agent talks. */
export const HANGS_UP: CalleeScript = person({
  voice: "awb",
  answers: [],
  lines: ["Yes, I did ask for somebody to call me.", "It is about the heating in my flat."],
  leaves: { afterReplies: 2, afterMs: 1500 },
});

/** Wants no calls at all. */
export const STOP_CALLING: CalleeScript = person({
  voice: "rms",
  answers: [],
  lines: ["Stop calling me. Take me off your list.", "I said stop calling me. I do not want any more calls."],
  maxReplies: 2,
  closing: "Goodbye.",
  goodbye: "Goodbye.",
});

/** Picks up and is never heard; says only what a test makes them say. */
export const SILENT: CalleeScript = person({
  voice: "rms",
  hello: null,
  answers: [],
  lines: [],
  closing: null,
  maxReplies: 1,
  patienceMs: null,
});

/** Hangs up as soon as anybody speaks. */
export const HANGS_UP_AT_ONCE: CalleeScript = person({
  voice: "kal",
  answers: [],
  lines: [],
  leaves: { afterReplies: 0, afterMs: 200 },
});
