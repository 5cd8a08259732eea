import type { CallBriefing } from "#server/calls/call-document.ts";

/**
 * Said by the carrier's own voice when our agent can't go on [CL101]. It may be the first thing the person hears, so it says who called; the
 * business is told to call back.
 */
export function apologyWords({ legalName }: CallBriefing): string {
  const name = legalName.replace(/\s+/g, " ").trim();
  return [
    `This was an automated call for ${name}.`,
    "I am sorry, there is a technical problem and the call has to end here.",
    `${name} will be asked to call you back. Goodbye.`,
  ].join(" ");
}
