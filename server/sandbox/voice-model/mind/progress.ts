import type { Question } from "#server/sandbox/voice-model/mind/briefing.ts";
import { type Intent, intentOf, isAnswer } from "#server/sandbox/voice-model/mind/intents.ts";

/** One entry of the conversation as the mind knows it. Words the listener never heard are not in it. */
export type Line =
  | { by: "caller"; text: string }
  | { by: "agent"; text: string; cut: boolean }
  | { by: "note"; text: string }
  | { by: "tool"; name: string; arguments: string; complete: boolean }
  | { by: "result"; name: string; output: string };

/** Asked before the goodbye. */
export const LAST_QUESTION = "Is there anything else they should know?";
/** A question counts as asked when this much of it was heard. */
const ENOUGH_HEARD = 0.6;

type Pending = { kind: "none" } | { kind: "question"; question: Question } | { kind: "last" };

/** How far the call has come; follows from the conversation alone. */
export type Progress = {
  readonly pending: Pending;
  /** Answers so far by topic, in the order they came. */
  readonly answers: ReadonlyMap<string, string>;
  /** What the caller's newest words answered. */
  readonly justAnswered: { topic: string; answer: string } | null;
  readonly callerText: string;
  readonly intent: Intent;
  /** The caller spoke after the agent's last words. */
  readonly callerSpokeLast: boolean;
  readonly agentTurns: number;
  readonly lastAgentText: string;
  readonly lastAgentCut: boolean;
  /** Notes and tool calls since the agent last spoke. */
  readonly notes: readonly string[];
  readonly toolsSinceCaller: readonly string[];
  /** The wish to be left alone was marked at some time in this call. */
  readonly isOptedOut: boolean;
};

function isAsked(text: string, ask: string, cut: boolean): boolean {
  if (text.includes(ask)) return true;
  if (!cut) return false;
  const start = text.lastIndexOf(ask.slice(0, Math.ceil(ask.length * ENOUGH_HEARD)));
  return start >= 0 && ask.startsWith(text.slice(start));
}

function pendingAfter(text: string, cut: boolean, questions: readonly Question[]): Pending {
  if (isAsked(text, LAST_QUESTION, cut)) return { kind: "last" };
  const question = questions.findLast(({ ask }) => isAsked(text, ask, cut));
  return question ? { kind: "question", question } : { kind: "none" };
}

/** Walks the conversation once. */
export function progressOf(lines: readonly Line[], questions: readonly Question[]): Progress {
  let pending: Pending = { kind: "none" };
  let justAnswered: Progress["justAnswered"] = null;
  const answers = new Map<string, string>();
  for (const line of lines) {
    if (line.by === "agent") {
      pending = pendingAfter(line.text, line.cut, questions);
      justAnswered = null;
    } else if (line.by === "caller" && line.text !== "" && isAnswer(intentOf(line.text))) {
      justAnswered =
        pending.kind === "question" ? { topic: pending.question.topic, answer: line.text } : null;
      if (justAnswered) answers.set(justAnswered.topic, justAnswered.answer);
    }
  }
  const lastAgent = lines.findLastIndex((line) => line.by === "agent");
  const lastCaller = lines.findLastIndex((line) => line.by === "caller");
  const agentLine = lines[lastAgent];
  const callerLine = lines[lastCaller];
  const callerText = callerLine?.by === "caller" ? callerLine.text : "";
  return {
    pending,
    answers,
    justAnswered,
    callerText,
    intent: intentOf(callerText),
    callerSpokeLast: lastCaller > lastAgent,
    agentTurns: lines.filter((line) => line.by === "agent").length,
    lastAgentText: agentLine?.by === "agent" ? agentLine.text : "",
    lastAgentCut: agentLine?.by === "agent" && agentLine.cut,
    notes: lines.slice(lastAgent + 1).flatMap((line) => (line.by === "note" ? [line.text] : [])),
    isOptedOut: lines.some((line) => line.by === "tool" && line.complete && line.name === "mark_do_not_call"),
    toolsSinceCaller: lines
      .slice(lastCaller + 1)
      .flatMap((line) => (line.by === "tool" && line.complete ? [line.name] : [])),
  };
}
