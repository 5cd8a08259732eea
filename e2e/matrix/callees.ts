import { BRIEF, LISTENER } from "#e2e/support/scripts.ts";
import type { CalleeOf } from "#e2e/support/world.ts";
import { person } from "#server/sandbox/callees/script.ts";
import type { FinalStatus } from "#shared/call/status.ts";

/** How far a call with this callee goes when nothing fails; a fault that needs more makes no sense for it. */
export type Reach = "dial" | "ring" | "talk";

/** Something that somebody does to the call, once it has come to this point. */
export type Act = {
  readonly at: "requested" | "ringing" | "in_progress" | "opening heard";
  readonly what: "cancel" | "hang up" | "press 9";
};

/** Who is called, what else is done, and with which statuses the call may end when nothing fails. */
export type Callee = {
  readonly name: string;
  readonly script: CalleeOf;
  readonly reaches: Reach;
  readonly finals: readonly FinalStatus[];
  /** They stay on the line until the agent has spoken: an agent that can't always makes the call fail. */
  readonly stays: boolean;
  readonly act?: Act;
  /** Over in a quarter of a minute, retries included. */
  readonly quick?: true;
};

const brisk = { voice: "rms" as const, afterRingMs: 300, answers: [], pauseMs: 500 };
const RINGS_ON = person({ ...brisk, afterRingMs: 100_000, lines: [] });

const talk = { reaches: "talk", finals: ["completed"] } as const;
const toldNothing = { stays: false, quick: true } as const;

/** Short conversations: what is tested is how they end. */
export const CALLEES: readonly Callee[] = [
  { name: "brief", script: BRIEF, ...talk, stays: true },
  {
    name: "interrupts",
    script: { ...BRIEF, interrupts: { afterMs: 1500, lines: ["Wait, who are you calling for?"] } },
    ...talk,
    stays: true,
  },
  {
    name: "stop-calling",
    script: person({
      ...brisk,
      lines: ["Stop calling me. Take me off your list."],
      maxReplies: 2,
      closing: "Goodbye.",
    }),
    ...talk,
    stays: true,
  },
  {
    name: "hangs-up",
    script: person({
      ...brisk,
      lines: ["Yes, I asked for that."],
      leaves: { afterReplies: 1, afterMs: 800 },
    }),
    ...talk,
    stays: false,
  },
  {
    name: "hangs-up-at-once",
    script: person({ ...brisk, lines: [], leaves: { afterReplies: 0, afterMs: 200 } }),
    ...talk,
    ...toldNothing,
  },
  {
    name: "presses-9",
    script: LISTENER,
    ...talk,
    stays: true,
    act: { at: "opening heard", what: "press 9" },
  },
  {
    name: "hung-up-on",
    script: LISTENER,
    ...talk,
    stays: true,
    act: { at: "opening heard", what: "hang up" },
  },
  {
    name: "cancelled-in-talk",
    script: LISTENER,
    reaches: "talk",
    finals: ["cancelled"],
    ...toldNothing,
    act: { at: "in_progress", what: "cancel" },
  },
  {
    name: "cancelled-ringing",
    script: RINGS_ON,
    reaches: "ring",
    finals: ["cancelled"],
    ...toldNothing,
    act: { at: "ringing", what: "cancel" },
  },
  {
    name: "cancelled-at-once",
    script: RINGS_ON,
    reaches: "dial",
    finals: ["cancelled"],
    ...toldNothing,
    act: { at: "requested", what: "cancel" },
  },
  { name: "no-answer", script: "no-answer", reaches: "ring", finals: ["no_answer"], stays: false },
  { name: "busy", script: "busy", reaches: "dial", finals: ["busy"], ...toldNothing },
  { name: "declines", script: "declines", reaches: "ring", finals: ["busy"], ...toldNothing },
  { name: "unreachable", script: "unreachable", reaches: "dial", finals: ["failed"], ...toldNothing },
  { name: "voicemail", script: "voicemail", reaches: "ring", finals: ["voicemail"], ...toldNothing },
];
