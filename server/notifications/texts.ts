import type { Category, Urgency } from "#shared/lead.ts";
import type { FinalStatus } from "#shared/call/status.ts";
import type { Outcome } from "#shared/call/events.ts";

/** `sms`: the same in one line; null where the recipient is a business. */
export type Message = { subject: string; text: string; sms: string | null };

const URGENCY: Record<Urgency, string> = {
  now: "as soon as possible",
  this_week: "this week",
  flexible: "at any time",
};

const OUTCOMES: Record<Outcome, string> = {
  objective_met: "the objective was met",
  callback_requested: "they asked to be called back",
  not_interested: "they are not interested",
  wrong_number: "it was the wrong number",
  opted_out: "they asked not to be called again",
  voicemail: "a machine answered",
  no_conversation: "nobody spoke",
};

const ENDS: Record<FinalStatus, string> = {
  completed: "it was talked through",
  no_answer: "nobody answered",
  busy: "the line was busy",
  voicemail: "a machine answered",
  failed: "it could not be made or was cut off",
  cancelled: "it was cancelled",
};

const toConsumer = (subject: string, line: string, link: string): Message => ({
  subject,
  text: `${line}\n\n${link}`,
  sms: `${line} ${link}`,
});

/** To a business: a lead fits it. Neither name nor words: they are in its inbox. */
export function matchMessage(category: Category, urgency: Urgency, link: string): Message {
  const kind = category === "other" ? "help" : `help with ${category}`;
  const text = `Somebody in your area asks for ${kind}, ${URGENCY[urgency]}. Say whether you are interested:\n\n${link}`;
  return { subject: "A new request fits your business", text, sms: null };
}

export const interestMessage = (businessName: string, link: string): Message =>
  toConsumer(
    `${businessName} is interested in your request`,
    `${businessName} is interested in your request. You decide whether it may call you:`,
    link,
  );

/** `dueAt` null: as soon as it is its turn. */
export function planMessage(
  businessName: string,
  dueAt: Date | null,
  timeZone: string,
  link: string,
): Message {
  const when = dueAt === null ? "shortly" : `on ${localTime(dueAt, timeZone)}`;
  return toConsumer(
    `${businessName} will call you`,
    `An AI assistant will call you for ${businessName} ${when}. See, move or cancel the call, without a password:`,
    link,
  );
}

export function outcomeForConsumer(businessName: string, status: FinalStatus, link: string): Message {
  const line =
    status === "completed"
      ? `Your call with ${businessName} is over. Read, correct or delete its summary:`
      : `The call for ${businessName} is over: ${ENDS[status]}. See what happened:`;
  return toConsumer(`Your call with ${businessName} is over`, line, link);
}

export function outcomeForBusiness(status: FinalStatus, outcome: Outcome | null, link: string): Message {
  const came = outcome === null || status !== "completed" ? ENDS[status] : OUTCOMES[outcome];
  return {
    subject: `A call is over: ${came}`,
    text: `A call that you asked for is over: ${came}.\n\n${link}`,
    sms: null,
  };
}

/** In the person's own zone, with its name, as in "Tue, Nov 24, 3:00 PM EST". */
function localTime(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(at);
}
