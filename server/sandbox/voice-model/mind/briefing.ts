import { TIME_TOPIC } from "#server/sandbox/voice-model/mind/appointment.ts";

/** One thing the agent wants to know: `topic` names it in records, `ask` is how it is said. */
export type Question = { readonly topic: string; readonly ask: string };

/** What the session's instructions say about this call; empty strings when they do not. */
export type Briefing = {
  /** The name the agent goes by. */
  readonly agentName: string;
  readonly business: string;
  readonly objective: string;
  readonly need: string;
  readonly questions: readonly Question[];
};

const MAX_QUESTIONS = 5;
const NEED_CHARACTERS = 90;

function fieldOf(instructions: string, name: string): string {
  const line = new RegExp(`^[ \\t]*(?:[-*#]+[ \\t]*)?${name}:[ \\t]*(.+)$`, "im").exec(instructions);
  return line?.[1]?.trim() ?? "";
}

function bulletsAfter(instructions: string, heading: string): string[] {
  const lines = instructions.split("\n").map((line) => line.trim());
  const start = lines.findIndex((line) => line.toLowerCase().endsWith(heading));
  if (start < 0) return [];
  const after = lines.slice(start + 1);
  const end = after.findIndex((line) => line !== "" && !line.startsWith("- "));
  return after
    .slice(0, end < 0 ? undefined : end)
    .filter((line) => line.startsWith("- "))
    .map((line) => line.slice(2).trim())
    .filter((line) => line !== "");
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** Makes something to say out of a bullet or a whispered wish: "preferred day" → "Could you tell me about …?". */
export function spokenQuestion(wish: string): string {
  const plain = wish.replace(/[.\s]+$/, "");
  if (plain.endsWith("?")) return plain;
  const asked = plain.replace(
    /^(please )?(ask|find out|check)( (the (customer|caller|consumer)|them|him|her))?( if they know)? /i,
    "",
  );
  const body = lowerFirst(asked);
  if (/^confirm /i.test(body)) return `Could you ${body}?`;
  if (/^(what|when|where|who|why|how|which|if|whether|your|the|about) /i.test(body))
    return `Could you tell me ${body}?`;
  return `Could you tell me about ${body}?`;
}

const REPAIR =
  /leak|broke|repair|fix|block|burst|fail|fault|damag|not work|stopped|crack|clog|overflow|no (heat|hot|power)/i;

function usualQuestions(about: string): Question[] {
  const isRepair = REPAIR.test(about);
  const first: Question[] = isRepair
    ? [
        { topic: "What happened", ask: "Could you tell me what happened?" },
        { topic: "Since when", ask: "And since when has it been like that?" },
      ]
    : [{ topic: "What is needed", ask: "Could you tell me a little more about what you need?" }];
  const money: Question[] = /price|budget|quote|estimate|cost/i.test(about)
    ? [{ topic: "Budget", ask: "Do you have a budget in mind?" }]
    : [];
  return [
    ...first,
    { topic: "Postcode", ask: "Which postcode is it in?" },
    ...money,
    { topic: TIME_TOPIC, ask: "Which day and time would suit you best?" },
  ];
}

/** Reads the product's prompt; `told` is a need that was learnt later. Without a list of questions the usual ones for this kind of need are asked. */
export function briefingOf(instructions: string, told = ""): Briefing {
  const objective = fieldOf(instructions, "Objective");
  const need = told || fieldOf(instructions, "Consumer need");
  const listed = bulletsAfter(instructions, "questions to ask:").map((topic) => ({
    topic,
    ask: spokenQuestion(topic),
  }));
  const questions = listed.length > 0 ? listed : usualQuestions(`${objective} ${need}`);
  const agentName = /\byou are ([A-Z][a-z]+), an? /i.exec(instructions)?.[1] ?? "";
  return {
    agentName,
    business: fieldOf(instructions, "Business"),
    objective,
    need,
    questions: questions.slice(0, MAX_QUESTIONS),
  };
}

/** The need in one short piece for use inside a sentence. */
export function shortNeed(briefing: Briefing): string {
  const whole = (briefing.need || briefing.objective).replace(/[.!?]+$/, "");
  const sentence = whole.split(/[.!?]\s/)[0] ?? whole;
  if (sentence.length <= NEED_CHARACTERS) return sentence;
  return sentence.slice(0, sentence.lastIndexOf(" ", NEED_CHARACTERS)).replace(/[,;:]$/, "");
}
