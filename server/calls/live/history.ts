import type { End } from "#server/calls/state/call-state.ts";
import { personNote } from "#server/calls/live/hold.ts";
import { endOf } from "#server/calls/live/tool-acts.ts";
import type { VoiceTurn } from "#server/voice/voice.ts";
import type { Draft } from "#shared/call/events.ts";
import type { CallView, ToolView } from "#shared/call/view.ts";

/** A longer conversation is handed over as one note and its newest turns. */
const MAX_TURNS = 60;
const KEPT_TURNS = 40;
const MAX_NOTED_ANSWERS = 30;

/** A tool that was called and whose result was lost with its owner: nobody knows, and nobody does it again [CL100]. */
const LOST_RESULT =
  "Unknown: the line was lost while this was done. Do not do it again. If it matters, say that it has to be checked.";

/** What a new voice session has to know: both sides as far as they were heard, the tools with their results, in the order of the talk. */
export function historyOf(
  view: Pick<CallView, "transcript" | "tools">,
  openDraft: Draft | null,
): VoiceTurn[] {
  const spoken = view.transcript.map((segment) => ({ ms: segment.startMs, turn: spokenTurn(segment) }));
  const acted = view.tools.map((tool) => ({ ms: tool.atMs, turn: toolTurn(tool) }));
  const turns = [...spoken, ...acted].toSorted((a, b) => a.ms - b.ms).map(({ turn }) => turn);
  if (openDraft !== null) turns.push(spokenTurn({ ...openDraft, text: `${openDraft.text} —` }));
  if (turns.length <= MAX_TURNS) return turns;
  const older = turns.slice(0, -KEPT_TURNS);
  // Who they are and what they need is nowhere else.
  const who = older.filter((turn) => turn.speaker === "tool" && turn.name === "confirm_person");
  return [summaryOf(view, older.length), ...who, ...turns.slice(-KEPT_TURNS)];
}

/** The agent had already said goodbye, and nobody answered that: how the call was to end. */
export function endLeftOpen({
  turns,
  tools,
}: {
  turns: readonly VoiceTurn[];
  tools: readonly ToolView[];
}): End | null {
  const wish = tools.findLast(({ name, result }) => name === "end_call" && result?.ok === true);
  if (wish === undefined) return null;
  const at = turns.findLastIndex((turn) => turn.speaker === "tool" && turn.toolCallId === wish.toolCallId);
  if (turns.slice(at + 1).some(({ speaker }) => speaker === "consumer")) return null;
  return endOf(String(wish.arguments["reason"]));
}

type Spoken = Pick<CallView["transcript"][number], "speaker" | "text" | "heardText">;

function spokenTurn({ speaker, text, heardText }: Spoken): VoiceTurn {
  if (speaker === "person") return { speaker: "note", text: personNote(text) };
  return { speaker: speaker === "consumer" ? "consumer" : "agent", text: heardText ?? text };
}

function toolTurn({ toolCallId, name, arguments: given, result }: ToolView): VoiceTurn {
  const output = result?.text ?? LOST_RESULT;
  return { speaker: "tool", toolCallId, name, argumentsJson: JSON.stringify(given), output };
}

/** The answers are what the earlier part was for; its words stay in the transcript. */
function summaryOf({ tools }: Pick<CallView, "tools">, left: number): VoiceTurn {
  const answers = tools.flatMap(({ name, arguments: { topic, answer }, result }) => {
    const noted = name === "record_answer" && result?.ok === true;
    return noted && typeof topic === "string" && typeof answer === "string" ? [`${topic}: ${answer}`] : [];
  });
  const noted = answers.slice(-MAX_NOTED_ANSWERS).join("; ");
  return {
    speaker: "note",
    text: `Earlier in this call there were ${left} more turns. Answers noted so far: ${noted || "none"}.`,
  };
}
