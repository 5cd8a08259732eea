import type { CallBriefing } from "#server/calls/call-document.ts";
import { AGENT_NAME } from "#server/calls/live/prompt.ts";

/**
 * What an answering machine is told, word for word, by the carrier's own voice: who called, that it is an AI, where to call back and how to
 * stop it. Nobody's name and no matter: anybody in the house may hear it [CL96]. Null: the business leaves no message.
 */
export function voicemailWords({ legalName, callbackNumber }: CallBriefing): string | null {
  if (callbackNumber === undefined || callbackNumber === null) return null;
  const name = legalName.replace(/\s+/g, " ").trim();
  const number = spokenNumber(callbackNumber);
  return [
    `Hello, this is ${AGENT_NAME}, an AI assistant calling for ${name}. We are calling back about a request.`,
    `You can reach ${name} at ${number}.`,
    `If you do not want calls like this, call the same number and say so. Once more, the number is ${number}. Goodbye.`,
  ].join(" ");
}

/** Digit by digit, in groups, as people write numbers down: "+18005550123" is "8 0 0, 5 5 5, 0 1 2 3". */
function spokenNumber(e164: string): string {
  const [, area, exchange, line] = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164) ?? [];
  const groups = [area, exchange, line].filter((group) => group !== undefined);
  const all = groups.length > 0 ? groups : [`plus${e164.slice(1)}`];
  return all.map((group) => group.replace(/\d/g, " $&").trim()).join(", ");
}
