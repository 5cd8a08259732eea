import { type Intent, intentOf, isAnswer } from "#server/sandbox/voice-model/mind/intents.ts";

export type TranscriptLine = { segmentId: string; speaker: string; text: string; intent: Intent };

/** One question of the agent with the consumer's answer. */
export type Exchange = { topic: string; answer: string; segmentId: string };

/** Reads lines like `[seg_1] consumer: Yes, please.`; everything else in the message is not transcript. */
export function transcriptOf(message: string): TranscriptLine[] {
  let before = "";
  return message.split("\n").flatMap((line) => {
    const found = /^\s*\[([^\]]+)\]\s*(\w+):\s*(.*)$/.exec(line);
    const [, segmentId, speaker, text] = found ?? [];
    if (segmentId === undefined || speaker === undefined || text === undefined) return [];
    const intent = intentOf(text);
    // "No, thank you" to "anything else?" turns nothing down.
    const isDone = intent === "decline" && /anything else/i.test(before);
    before = text;
    return [{ segmentId, speaker: speaker.toLowerCase(), text: text.trim(), intent: isDone ? "no" : intent }];
  });
}

export const isConsumer = ({ speaker }: TranscriptLine): boolean => speaker === "consumer";

const LEAD_IN = /^(and|so|now|okay|great|good|as i was asking|coming back to my question)[,:]? /i;
const ASKING = /^(can|could|would|will) you (please )?(tell me|confirm|say)( (if|whether|about))? /i;
/** Talk about the talk itself is no matter of the call. */
const SMALL_TALK =
  /good time|(minute|moment) to talk|still there|say (it|that) again|repeat that|anything else|how are you|am i speaking|work for you/i;
const MAX_TOPIC_CHARACTERS = 80;

/** A question as a heading: "Could you tell me when it started?" → "When it started". */
function topicOf(question: string): string {
  const plain = question
    .trim()
    .replace(LEAD_IN, "")
    .replace(ASKING, "")
    .replace(/\?+$/, "")
    .slice(0, MAX_TOPIC_CHARACTERS);
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

function lastQuestion(text: string): string | null {
  const questions = text.match(/[^.!?]+\?/g) ?? [];
  return questions.findLast((question) => !SMALL_TALK.test(question)) ?? null;
}

/** Pairs the questions asked with the answers given, the newest answer to a repeated question counting. */
export function exchangesOf(lines: readonly TranscriptLine[]): Exchange[] {
  const found = new Map<string, Exchange>();
  let open: string | null = null;
  for (const line of lines) {
    if (isConsumer(line)) {
      if (open === null || line.text === "" || !isAnswer(line.intent)) continue;
      found.set(open, { topic: open, answer: line.text, segmentId: line.segmentId });
      open = null;
    } else {
      const question = lastQuestion(line.text);
      if (question !== null) open = topicOf(question);
      else if (/[.!]$/.test(line.text)) open = null;
    }
  }
  return [...found.values()];
}

/** The rest of a line that begins with `name:`; empty when there is none. */
export function fieldOf(message: string, name: string): string {
  return new RegExp(`^\\s*${name}:[ \\t]*(.+)$`, "im").exec(message)?.[1]?.trim() ?? "";
}
