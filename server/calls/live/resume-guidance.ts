import type { Speaker } from "#shared/call/events.ts";

const GO_ON =
  "The line was interrupted for a moment. Apologise in a few words and go on where you stopped; do not repeat what was already said.";
const AGENT_CUT = " Your last sentence was cut off in the middle: say it again from its beginning.";
const CONSUMER_CUT =
  " They were speaking when it happened and you missed the end: ask them to say it once more.";

/** The carrier tells of a key once: one that met a dying server is known to nobody any more. */
const KEY_LOST =
  " A key they pressed at that moment was not received: if they say that they pressed one, ask them to press it again.";

/** How the agent goes on after a break of the line. `cutOff`: who was speaking when it broke. */
export function resumeGuidance(cutOff: Speaker | null): string {
  if (cutOff === null) return GO_ON + KEY_LOST;
  return GO_ON + (cutOff === "consumer" ? CONSUMER_CUT : AGENT_CUT) + KEY_LOST;
}
