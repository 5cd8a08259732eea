import type { Intent } from "#server/sandbox/voice-model/mind/intents.ts";
import type { Line } from "#server/sandbox/voice-model/mind/progress.ts";

export const IDENTITY_QUESTION = "Am I speaking with the person who asked for this call?";
/** Asked so often, it is somebody else. */
const MAX_ASKED = 2;

const ABSENT =
  /\b((is|are|am)( not|n't)|not) (here|home|in|available|around)\b|\b(my|his|her|their) (wife|husband|mother|father|mom|mum|dad|son|daughter|boss|neighbou?r)\b|\b(mommy|daddy|mummy)\b|somebody else/i;
const MYSELF =
  /\bspeaking\b|\b(that|this|it)('s| is) me\b|\bright person\b|\bi (did |had )?ask(ed)?\b|\bmy\b/i;

export type Identity = {
  /** The tool has handed over who they are and what they need. */
  readonly details: { readonly name: string; readonly need: string } | null;
  /** What the callee answered to the question, as far as it can be told. */
  readonly said: "nothing" | "yes" | "other" | "no";
  readonly isAskedEnough: boolean;
};

/** `{"name":…,"need":…}` at the end of the tool's output; anything else was a refusal. */
function detailsIn(output: string): { name: string; need: string } | null {
  const json = /\{.*\}$/s.exec(output)?.[0];
  if (json === undefined) return null;
  try {
    const found: unknown = JSON.parse(json);
    if (typeof found !== "object" || found === null || !("name" in found) || !("need" in found)) return null;
    return { name: String(found.name), need: String(found.need) };
  } catch {
    return null; // Not what the tool hands over: nobody is confirmed.
  }
}

function answerOf(text: string, intent: Intent): Identity["said"] {
  if (intent === "no" || ABSENT.test(text)) return "no";
  if (intent === "yes" || MYSELF.test(text)) return "yes";
  return intent === "statement" || intent === "backchannel" ? "other" : "nothing";
}

/** Who is on the phone, as far as this conversation shows. */
export function identityIn(lines: readonly Line[], intentOf: (text: string) => Intent): Identity {
  let details: Identity["details"] = null;
  let said: Identity["said"] = "nothing";
  let asked = 0;
  let isOpen = false;
  for (const line of lines) {
    if (line.by === "result" && line.name === "confirm_person") details = detailsIn(line.output) ?? details;
    if (line.by === "agent") {
      isOpen = line.text.includes(IDENTITY_QUESTION);
      if (isOpen) asked += 1;
    }
    if (line.by === "caller" && isOpen) said = answerOf(line.text, intentOf(line.text));
  }
  return { details, said, isAskedEnough: asked >= MAX_ASKED };
}
