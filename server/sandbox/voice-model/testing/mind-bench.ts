import { nextMoves } from "#server/sandbox/voice-model/mind/mind.ts";
import type { Move, Scene } from "#server/sandbox/voice-model/mind/moves.ts";
import type { Line } from "#server/sandbox/voice-model/mind/progress.ts";

export const INSTRUCTIONS = [
  "You are Sam, an AI assistant on a phone call.",
  "Business: Ridge Plumbing",
  "Objective: Find out what is wrong and agree a visit",
  "Consumer need: My kitchen sink is leaking.",
].join("\n");
export const LISTED = `${INSTRUCTIONS}\nQuestions to ask:\n- How old is the sink?\n- preferred day\n\n# Rules`;
export const TOOLS = ["record_answer", "mark_do_not_call", "end_call"];

export const caller = (text: string): Line => ({ by: "caller", text });
export const agent = (text: string, cut = false): Line => ({ by: "agent", text, cut });
export const note = (text: string): Line => ({ by: "note", text });
export const tool = (name: string): Line => ({ by: "tool", name, arguments: "{}", complete: true });
export const OPENING = agent("Hello, this is Sam, an AI assistant. Is now a good time to talk?");
export const ASKED = agent("Great. Could you tell me what happened?");

export function moves(lines: Line[], scene: Partial<Scene> = {}): Move[] {
  return nextMoves({
    instructions: INSTRUCTIONS,
    override: null,
    tools: TOOLS,
    lines,
    aside: false,
    ...scene,
  });
}

/** Words as they are, tools as `name(argument)`. */
export function told(lines: Line[], scene: Partial<Scene> = {}): string {
  return moves(lines, scene)
    .map((move) =>
      move.kind === "say" ? move.text : `${move.name}(${Object.values(move.arguments).join("|")})`,
    )
    .join(" → ");
}
