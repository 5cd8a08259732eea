import { type CalleeScript, person } from "#server/sandbox/callees/script.ts";
import { PLEASANT, PLEASANT_BOILER } from "#server/sandbox/callees/people.ts";

const IDENTITY = "am i speaking (?:with|to)";
const READY = "good time|moment|minute";

/** Understands nothing at first: everything has to be said again. */
export const HARD_OF_HEARING: CalleeScript = person({
  ...PLEASANT,
  hello: "Hello? Please speak up.",
  answers: [
    { about: ".", say: "Pardon? I do not hear well. Could you say that again?" },
    ...PLEASANT.answers,
  ],
  maxReplies: 12,
});

/** Angry from the first word, but does not say that the calls have to stop; hangs up while the agent talks. */
export const HOSTILE: CalleeScript = person({
  voice: "awb",
  hello: "What do you want?",
  answers: [{ about: IDENTITY, say: "That is none of your business." }],
  lines: [
    "Oh great, another idiot on the phone. I have no patience for this.",
    "You people are a disgrace. Who gave you my number?",
    "You are wasting my time.",
  ],
  leaves: { afterReplies: 3, afterMs: 1200 },
});

/** A child whose parents are not there. */
export const CHILD: CalleeScript = person({
  voice: "kal",
  hello: "Hello? Who is there?",
  answers: [
    { about: "mother|father|mom|dad|parent|adult|grown", say: "No. Mommy is at work." },
    { about: IDENTITY, say: "I am six. My mommy is not here." },
  ],
  lines: ["I am drawing a horse.", "I do not know. My mommy is not here."],
  closing: "Bye bye.",
  goodbye: "Bye bye.",
});

/** A child who runs for a parent after the first words of the caller. */
export const CHILD_WHO_FETCHES: CalleeScript = person({
  voice: "kal",
  hello: "Hello? Who is there?",
  answers: [],
  lines: [],
  closing: "Wait, I get my dad.",
});

/** The parent whom the child fetched. */
export const FETCHED_PARENT: CalleeScript = {
  ...PLEASANT_BOILER,
  hello: "Hello, sorry, that was my son. Who is calling?",
};

/** Wants to know whether it is a machine, twice, then is content. */
export const ASKS_ROBOT: CalleeScript = person({
  ...PLEASANT,
  answers: [{ about: READY, say: "Wait. Are you a robot?" }, ...PLEASANT.answers],
  lines: ["Am I talking to a real person?", ...PLEASANT.lines],
});

/** Somebody else has this number now. */
export const WRONG_PERSON: CalleeScript = person({
  voice: "rms",
  answers: [{ about: IDENTITY, say: "No, you have the wrong number. Nobody here asked for anything." }],
  lines: ["I think you have the wrong number.", "There is nobody by that name here."],
  maxReplies: 3,
  closing: "Goodbye.",
});

/** Talks to people only. */
export const WANTS_PERSON: CalleeScript = person({
  voice: "awb",
  answers: [
    { about: READY, say: "I would rather speak to a real person, please." },
    { about: "call you back|get back to you|personally", say: "Good, then I wait for that. Goodbye." },
    { about: IDENTITY, say: "Yes, speaking. But I want to talk to a human." },
  ],
  lines: ["Can I speak to somebody at the office?", "I do not talk to machines."],
  maxReplies: 4,
});

/** Has no time now and names another one. */
export const LATER: CalleeScript = person({
  voice: "rms",
  pauseMs: 600,
  hello: "Yes, hello?",
  answers: [
    { about: IDENTITY, say: "Yes, that is me, but I am driving." },
    { about: READY, say: "Not now, I can't talk. Can you call me back tomorrow at ten?" },
    { about: "what time|when|which day|tomorrow", say: "Tomorrow at ten in the morning." },
  ],
  lines: ["Please call me back later.", "I have to watch the road."],
  maxReplies: 4,
  closing: "I have to go. Goodbye.",
});

/** Wants no calls, and never says "stop calling". */
export const OPTS_OUT_POLITELY: CalleeScript = person({
  voice: "rms",
  answers: [],
  lines: [
    "Would you be so kind as to lose my number? I am on the do not call list.",
    "As I said, please remove my number from your records.",
  ],
  maxReplies: 2,
  closing: "Goodbye.",
  goodbye: "Goodbye.",
});

/** Presses nine while the agent still explains that one can. */
export const OPTS_OUT_BY_KEY: CalleeScript = person({
  voice: "awb",
  answers: [],
  lines: [],
  closing: null,
  presses: { key: "9", afterMs: 3000 },
});
