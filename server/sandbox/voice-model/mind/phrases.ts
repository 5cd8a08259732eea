import { type Briefing, shortNeed } from "#server/sandbox/voice-model/mind/briefing.ts";
import { LAST_QUESTION } from "#server/sandbox/voice-model/mind/progress.ts";

const ACKNOWLEDGEMENTS = [
  "Thank you.",
  "Got it.",
  "Okay, I've noted that.",
  "Thanks, that helps.",
  "All right.",
  "I see, thank you.",
] as const;
const REPEATS = ["As I was asking:", "Coming back to my question:", "So, once more:"] as const;
const UNCLEAR = [
  "Sorry, I didn't catch that. Could you say it again?",
  "I'm sorry, the line is not very clear. Could you repeat that?",
] as const;
const SHORT_ANSWER_WORDS = 4;

function pick(phrases: readonly string[], turn: number): string {
  return phrases[turn % phrases.length] ?? "";
}

export function acknowledge(turn: number, answer: string): string {
  const words = answer.replace(/[.!?]+$/, "").split(" ");
  const isEcho =
    turn % 2 === 1 &&
    words.length <= SHORT_ANSWER_WORDS &&
    !/^(yes|no|yeah|ok|okay|sure|right|i|my|it)\b/i.test(answer);
  return isEcho ? `Got it: ${words.join(" ")}.` : pick(ACKNOWLEDGEMENTS, turn);
}

export const askAgain = (turn: number, question: string): string => `${pick(REPEATS, turn)} ${question}`;
export const didNotCatch = (turn: number): string => pick(UNCLEAR, turn);

const nameOf = (briefing: Briefing): string => briefing.business || "the business you contacted";
const they = (briefing: Briefing): string => briefing.business || "the team";

const caller = ({ agentName }: Briefing): string =>
  agentName ? `${agentName}, an AI assistant` : "an AI assistant";

export function opening(briefing: Briefing): string {
  const need = shortNeed(briefing);
  const about = need ? ` I'm calling about your request: ${need}.` : "";
  return `Hello, this is ${caller(briefing)} calling for ${nameOf(briefing)}.${about} Do you have a minute to talk?`;
}

export function whoIsCalling(briefing: Briefing): string {
  return `This is ${caller(briefing)} calling for ${nameOf(briefing)}.`;
}

export function admitsAi(briefing: Briefing): string {
  return `Yes, I'm an AI assistant, not a person. I'm calling for ${nameOf(briefing)}.`;
}

export function whyCalling(briefing: Briefing): string {
  const need = shortNeed(briefing);
  return need
    ? `I'm calling about your request: ${need}.`
    : `I'm calling for ${nameOf(briefing)} about your request.`;
}

export function fromWhere(briefing: Briefing): string {
  return `Your number came with the request you sent, and you agreed that ${nameOf(briefing)} may call about it.`;
}

export function noPrice(briefing: Briefing): string {
  return `I can't quote a price myself, but ${they(briefing)} will confirm it with you before any work starts.`;
}

export function humanLater(briefing: Briefing): string {
  return `Of course. I'll ask ${they(briefing)} to call you back personally.`;
}

export function notKnown(briefing: Briefing): string {
  return `I don't have that information, but ${they(briefing)} can tell you.`;
}

export function nextStep(briefing: Briefing, preferredTime: string): string {
  const time = preferredTime.replace(/^[TW](?=omorrow|eekend)/, (letter) => letter.toLowerCase());
  const wish = time ? `, with ${time} as the time that suits you` : "";
  return `I'll pass this on to ${they(briefing)}${wish}. They will get back to you. ${LAST_QUESTION}`;
}

export const isBooked = (time: string): string => `It is booked: ${time}.`;

export const callAgain = (time: string): string => `All right, I'll call you again ${time}. Goodbye.`;

export function message(briefing: Briefing): string {
  return `${opening(briefing).replace(" Do you have a minute to talk?", "")} We'll try again another time. Goodbye.`;
}

export const takeYourTime = "Of course, take your time.";
export const stillThere = "Are you still there?";
export const lineDropped = "Sorry, the line dropped for a moment.";

export const GOODBYES = {
  objective_met: "Thank you for your time. Goodbye!",
  declined: "I understand. Thank you for letting me know. Goodbye.",
  callee_busy: "No problem, I won't keep you. We'll try another time. Goodbye.",
  wrong_number: "I'm sorry, I must have the wrong number. Goodbye.",
  opted_out: "I'm sorry for the disturbance. I've noted that you don't want any more calls. Goodbye.",
} as const;
