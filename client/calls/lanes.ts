import type { Speaker } from "#shared/call/events.ts";

/** The colour of each speaker's name; every view of a call uses the same. */
export const LANE_TEXT: Record<Speaker, string> = {
  agent: "text-lane-agent",
  consumer: "text-lane-caller",
  person: "text-lane-human",
};
