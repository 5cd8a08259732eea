import type { CalleeScript } from "#server/sandbox/callees/script.ts";

/** What a person remembers of the conversation. */
export type Memory = {
  readonly replies: number;
  readonly nextLine: number;
  /** How often each answer was given, by its place in the script. */
  readonly given: Readonly<Record<number, number>>;
  readonly saidGoodbye: boolean;
};

/** What a person does in their turn: says something or nothing, and then stays or hangs up. */
export type Move = { readonly say: string | null; readonly thenHangUp: boolean; readonly memory: Memory };

export const BLANK: Memory = { replies: 0, nextLine: 0, given: {}, saidGoodbye: false };

const GOODBYE =
  /\b(?:good ?bye|bye(?: bye)?|take care|have a (?:great|good|nice|lovely) (?:day|evening|one|afternoon))\b/i;
/** Nobody gives the same answer a third time. */
const MAX_SAME_ANSWER = 2;

/** The questions of a turn, the last one first, then the turn as a whole. */
function topics(heard: string): string[] {
  const questions = heard.match(/[^.!?]+\?/g) ?? [];
  return [...questions.toReversed(), heard];
}

function answerTo(script: CalleeScript, memory: Memory, heard: string): number | null {
  for (const topic of topics(heard)) {
    const found = script.answers.findIndex(({ about }, index) => {
      return (memory.given[index] ?? 0) < MAX_SAME_ANSWER && new RegExp(about, "i").test(topic);
    });
    if (found >= 0) return found;
  }
  return null;
}

function bye(memory: Memory, say: string | null): Move {
  return { say, thenHangUp: true, memory: { ...memory, saidGoodbye: true } };
}

/**
 * A person's turn after the agent stopped talking.
 * @param heard the agent's words since the last turn; empty when it was sound without known words
 */
export function takeTurn(script: CalleeScript, memory: Memory, heard: string): Move {
  if (memory.saidGoodbye) return bye(memory, null);
  if (GOODBYE.test(heard) && memory.replies > 0) return bye(memory, script.goodbye);
  const replied = { ...memory, replies: memory.replies + 1 };
  const wantsMore = memory.replies < script.maxReplies;
  const answer = wantsMore ? answerTo(script, memory, heard) : null;
  if (answer !== null) {
    const given = { ...memory.given, [answer]: (memory.given[answer] ?? 0) + 1 };
    return { say: script.answers[answer]?.say ?? null, thenHangUp: false, memory: { ...replied, given } };
  }
  const line = wantsMore ? script.lines[memory.nextLine] : undefined;
  if (line !== undefined) {
    return { say: line, thenHangUp: false, memory: { ...replied, nextLine: memory.nextLine + 1 } };
  }
  return script.closing === null ? { say: null, thenHangUp: false, memory } : bye(memory, script.closing);
}
