import type { Recital } from "#server/sandbox/callees/reciter.ts";
import { type CalleeScript, person } from "#server/sandbox/callees/script.ts";

/** A phone menu that nobody answers. */
export const MENU: Recital = {
  voice: "kal",
  lines: [
    "Thank you for calling Miller and Sons.",
    "For opening hours, press one. For the workshop, press two. To hear this menu again, press nine.",
  ],
  pauseMs: 2500,
  rounds: 3,
};

/** A mailbox that takes no messages: a greeting without a beep. */
export const FULL_MAILBOX: Recital = {
  voice: "kal",
  lines: [
    "The person you are calling is not available.",
    "The mailbox is full and cannot accept any messages at this time. Goodbye.",
  ],
  pauseMs: 400,
  rounds: 1,
};

/** Talks on and on, with pauses too short to say anything in. */
export const ENDLESS: Recital = {
  voice: "awb",
  lines: [
    "Hello? Oh good, somebody calls at last, I was just telling my sister about it.",
    "It all began with the old house, you know, the one by the river that my uncle bought.",
    "The windows were never right, and the man who came to look at them had a dog.",
    "And the dog, well, that is another story, it ran into the kitchen and there was flour everywhere.",
    "So we said, we have to do something, but then it was winter, and in winter nobody comes.",
  ],
  pauseMs: 300,
  rounds: 40,
};

const screener = (closing: string): CalleeScript =>
  person({
    voice: "kal",
    afterRingMs: 1000,
    answers: [],
    lines: [],
    hello:
      "Hi. The person you are calling is using a call screening service. Please state your name and why you are calling.",
    closing,
    patienceMs: null,
  });

/** Asks who calls, and fetches the person. */
export const SCREENER_WHO_FETCHES: CalleeScript = screener(
  "Thank you. Please stay on the line while I see if they are available.",
);

/** Asks who calls, and nobody comes. */
export const SCREENER_WHO_REFUSES: CalleeScript = screener(
  "The person you are calling is not available. Please try again later.",
);
