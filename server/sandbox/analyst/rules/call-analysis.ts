import type { Suggestions } from "#server/sandbox/analyst/fill-schema.ts";
import {
  type Exchange,
  exchangesOf,
  fieldOf,
  isConsumer,
  type TranscriptLine,
  transcriptOf,
} from "#server/sandbox/analyst/rules/transcript.ts";
import type { Intent } from "#server/sandbox/voice-model/mind/intents.ts";

type Outcome =
  | "opted_out"
  | "wrong_number"
  | "voicemail"
  | "not_interested"
  | "callback_requested"
  | "objective_met"
  | "no_conversation";

type Finding = { outcome: Outcome; evidence: TranscriptLine[] };

/** In this order: a wish to be left alone outweighs everything said before it. */
const DECIDING: readonly (readonly [Intent, Outcome])[] = [
  ["optOut", "opted_out"],
  ["wrongNumber", "wrong_number"],
  ["voicemail", "voicemail"],
  ["decline", "not_interested"],
  ["busy", "callback_requested"],
  ["human", "callback_requested"],
];
/** What an enum without the exact word may offer instead, best first. */
const NEAREST: Readonly<Record<Outcome, readonly string[]>> = {
  opted_out: ["opted_out", "do_not_call", "not_interested", "declined"],
  wrong_number: ["wrong_number", "no_conversation", "other"],
  voicemail: ["voicemail", "no_conversation", "no_answer"],
  not_interested: ["not_interested", "declined", "no_interest"],
  callback_requested: ["callback_requested", "callback", "callee_busy", "follow_up"],
  objective_met: ["objective_met", "success", "completed", "callback_booked"],
  no_conversation: ["no_conversation", "no_answer", "unknown", "other"],
};
const MAX_EVIDENCE = 5;
const MAX_QUOTE_CHARACTERS = 120;
const TIME_TOPIC = /\b(day|time|when would|date|suit)/i;
const TIME_WORDS =
  /\b((this |next )?(monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|weekend)|today|tomorrow|tonight|morning|afternoon|evening|after \w+|before \w+|at \w+ ?(am|pm|o'clock)?)\b/i;
const GLAD =
  /\b(thanks?|thank you|great|perfect|lovely|wonderful|excellent|brilliant|good|happy|appreciate|yes please|sounds good)\b/gi;
const UPSET =
  /\b(annoy\w*|angry|terribl\w*|awful|scam|complain\w*|frustrat\w*|rude|harass\w*|sick of|fed up|stop calling|ridiculous|unacceptable|not happy)\b/gi;

function find(lines: readonly TranscriptLine[], exchanges: readonly Exchange[]): Finding {
  const said = lines.filter(isConsumer).filter(({ text }) => text !== "");
  const decided = DECIDING.map(([intent, outcome]) => ({
    outcome,
    evidence: said.filter((line) => line.intent === intent),
  })).find(({ evidence }) => evidence.length > 0);
  if (decided) return decided;
  const answers = said.filter(({ segmentId }) =>
    exchanges.some((exchange) => exchange.segmentId === segmentId),
  );
  if (answers.length > 0) return { outcome: "objective_met", evidence: answers };
  return { outcome: "no_conversation", evidence: said.slice(-1) };
}

function quote(text: string): string {
  if (text.length <= MAX_QUOTE_CHARACTERS) return `“${text}”`;
  return `“${text.slice(0, text.lastIndexOf(" ", MAX_QUOTE_CHARACTERS))} …”`;
}

const quotes = (lines: readonly TranscriptLine[]): string =>
  lines
    .slice(0, 2)
    .map(({ text }) => quote(text))
    .join(" and ");

function reasonSentence({ outcome, evidence }: Finding, exchanges: readonly Exchange[]): string {
  const words = quotes(evidence);
  switch (outcome) {
    case "opted_out":
      return `The consumer asked not to be called any more: ${words}.`;
    case "wrong_number":
      return `The call reached the wrong person: ${words}.`;
    case "voicemail":
      return "The call reached a voicemail.";
    case "not_interested":
      return `The consumer declined: ${words}.`;
    case "callback_requested":
      return `The consumer wants to be called back: ${words}.`;
    case "objective_met":
      return `The consumer answered ${exchanges.length === 1 ? "one question" : `${exchanges.length} questions`}.`;
    case "no_conversation":
      return evidence.length === 0
        ? "The consumer said nothing."
        : `There was no conversation; the consumer said only ${words}.`;
  }
}

function summaryOf(objective: string, finding: Finding, exchanges: readonly Exchange[]): string {
  const purpose = objective ? `Call with the objective: ${objective.replace(/[.\s]+$/, "")}.` : "";
  const facts = exchanges.map(({ topic, answer }) => `${topic}: ${quote(answer.replace(/[.\s]+$/, ""))}`);
  const told = facts.length > 0 ? `${facts.join("; ")}.` : "";
  return [purpose, reasonSentence(finding, exchanges), told].filter((part) => part !== "").join(" ");
}

function nextStepOf(
  { outcome }: Finding,
  lines: readonly TranscriptLine[],
  exchanges: readonly Exchange[],
  message: string,
): string {
  const [, appointment] = /^- book_slot: Booked: (.+?)\. /m.exec(message) ?? [];
  const [, nextCall] = /^- call_later: A call is planned: (.+?)\. /m.exec(message) ?? [];
  const wished = exchanges.findLast(({ topic }) => TIME_TOPIC.test(topic))?.answer.replace(/[.\s]+$/, "");
  const spoken = lines.filter(isConsumer).findLast(({ text }) => TIME_WORDS.test(text))?.text;
  const when = wished ?? (spoken ? (TIME_WORDS.exec(spoken)?.[0] ?? null) : null);
  switch (outcome) {
    case "opted_out":
      return "Do not call this person again.";
    case "wrong_number":
      return "Check the phone number before anybody calls it again.";
    case "voicemail":
    case "no_conversation":
      return "Try again at another time.";
    case "not_interested":
      return "No further call; close the request.";
    case "callback_requested":
      if (nextCall !== undefined) return `The next call is planned: ${nextCall}.`;
      return when ? `Call the consumer back: ${when}.` : "Call the consumer back at a time that suits them.";
    case "objective_met":
      if (appointment !== undefined) return `Keep the appointment: ${appointment}.`;
      return when
        ? `Contact the consumer to confirm the time they named: ${when}.`
        : "Contact the consumer with a proposal.";
  }
}

function sentimentOf({ outcome }: Finding, lines: readonly TranscriptLine[]): string {
  const words = lines
    .filter(isConsumer)
    .map(({ text }) => text)
    .join(" ");
  const glad = words.match(GLAD)?.length ?? 0;
  const upset = (words.match(UPSET)?.length ?? 0) + (outcome === "opted_out" ? 2 : 0);
  if (upset > glad) return "negative";
  return glad > upset ? "positive" : "neutral";
}

/** What a message with a transcript says about its call, or null when it holds none and is not about a call. */
export function analyseCall(message: string): Suggestions | null {
  const lines = transcriptOf(message);
  if (lines.length === 0 && !/transcript/i.test(message)) return null;
  const exchanges = exchangesOf(lines);
  const finding = find(lines, exchanges);
  const nearest = NEAREST[finding.outcome];
  return {
    summary: { value: summaryOf(fieldOf(message, "Objective"), finding, exchanges) },
    outcome: { choose: (allowed) => nearest.find((name) => allowed.includes(name)) },
    sentiment: { value: sentimentOf(finding, lines) },
    nextStep: { value: nextStepOf(finding, lines, exchanges, message) },
    answers: { value: exchanges.map(({ topic, answer }) => ({ topic, answer })) },
    evidence: { value: finding.evidence.slice(0, MAX_EVIDENCE).map(({ segmentId }) => segmentId) },
  };
}
