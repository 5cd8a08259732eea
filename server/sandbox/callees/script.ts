import { z } from "zod";

const line = z.string().min(1).max(500);
const ms = z.number().int().min(0).max(120_000);

/** Who a simulated person is and how they talk. Data only: the engine is talker.ts. */
export const scriptSchema = z.strictObject({
  /** Never the agent's voice. */
  voice: z.enum(["rms", "awb", "kal"]),
  /** From the first ring to the answer. */
  afterRingMs: ms,
  /** First words after the answer; null = waits in silence. */
  hello: line.nullable(),
  /** Quiet after the agent's words before this person takes their turn. */
  pauseMs: ms,
  /** Answers by what the agent asked: `about` is a regular expression, tried in order, without case. */
  answers: z.array(z.strictObject({ about: line, say: line })).max(50),
  /** Said one after the other when nothing the agent said calls for an answer. */
  lines: z.array(line).max(50),
  /** Said when the lines are used up, or after `maxReplies`; then they hang up. Null = they just go on listening. */
  closing: line.nullable(),
  maxReplies: z.number().int().positive().max(100),
  /** Reply to the agent's goodbye; then they hang up. */
  goodbye: line,
  /** Talks over the agent once it has talked for `afterMs`, once per line; a list has a time for each line. */
  interrupts: z
    .strictObject({ afterMs: z.union([ms, z.array(ms).min(1).max(20)]), lines: z.array(line).max(20) })
    .nullable(),
  /** Hangs up without a word while the agent talks, `afterMs` into its speech, after so many replies. */
  leaves: z.strictObject({ afterReplies: z.number().int().min(0), afterMs: ms }).nullable(),
  /** Presses a key once, `afterMs` into what the agent says first. */
  presses: z
    .strictObject({ key: z.string().regex(/^[0-9*#]$/), afterMs: ms })
    .nullable()
    .default(null),
  /** Asks whether anybody is there after this much silence, twice, then hangs up. Null = waits for ever. */
  patienceMs: ms.nullable(),
});

export type CalleeScript = z.infer<typeof scriptSchema>;

/** Everything a script must say about itself; the rest has a default here. */
export function person(
  own: Pick<CalleeScript, "voice" | "answers" | "lines"> & Partial<CalleeScript>,
): CalleeScript {
  return {
    afterRingMs: 2500,
    hello: "Hello?",
    pauseMs: 700,
    closing: "That is everything from my side. Thank you for calling. Goodbye.",
    maxReplies: 9,
    goodbye: "Thank you. Goodbye.",
    interrupts: null,
    leaves: null,
    presses: null,
    patienceMs: 12_000,
    ...own,
  };
}
