import type { Line } from "#server/sandbox/voice-model/mind/progress.ts";

/** Everything the mind may look at. The same scene always gives the same moves. */
export type Scene = {
  /** The session's instructions. */
  readonly instructions: string;
  /** The instructions of this one response, when it has its own; they replace the session's. */
  readonly override: string | null;
  /** Names of the tools that may be used. */
  readonly tools: readonly string[];
  readonly lines: readonly Line[];
  /** An answer beside the conversation (`conversation: "none"`). */
  readonly aside: boolean;
};

/** One output item: words to say, or a tool to call. */
export type Move =
  | { kind: "say"; text: string; phase: "commentary" | "final_answer" | null }
  | { kind: "call"; name: string; arguments: Record<string, string> };

export const say = (...sentences: string[]): Move[] => [
  { kind: "say", text: sentences.filter((sentence) => sentence !== "").join(" "), phase: null },
];

export const callTool = (name: string, given: Record<string, string> = {}): Move[] => [
  { kind: "call", name, arguments: given },
];
