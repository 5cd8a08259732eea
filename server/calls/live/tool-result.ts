import type { NewCallEvent } from "#shared/call/events.ts";

/** What came of a tool: `output` is for the model, `events` go to the journal with it; `answer` false lets the model stay silent. */
export type Done = { ok: boolean; output: string; answer: boolean; events?: NewCallEvent[] };

export const refused = (output: string): Done => ({ ok: false, output, answer: true });
export const done = (output: string, ...events: NewCallEvent[]): Done => ({
  ok: true,
  output,
  answer: true,
  events,
});

/** A human is asked for: the wall shows it, and the model hears what it may promise [CL85]. */
export const humanRequested = (businessName: string, reason: string): Done =>
  done(
    `${businessName} was told. You may say that somebody there was asked to join the call or to get back to them; promise no time.`,
    {
      type: "flag.raised",
      by: { kind: "system" },
      reason: `The person on the phone asks for a human: ${reason}`,
    },
  );
