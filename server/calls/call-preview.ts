import type { Caller } from "#server/accounts/caller.ts";
import { agentInstructions, openingWords } from "#server/calls/live/prompt.ts";
import { briefingOf } from "#server/calls/new-call.ts";
import { type CallParties, requireBusiness, requireMatch } from "#server/calls/request-call.ts";
import { Failure } from "#server/lib/failure.ts";

/** Where the opening has the two words that are drawn for each call. */
const CODE_WORDS = "[two code words]";

/**
 * What the agent of such a call would be told, and what it would say first: made by the very functions that make them in the call [CL254]. The
 * person's consent to a recording is as it is now. @throws Failure PROFILE_MISSING, NOT_FOUND, NOT_MATCHED
 */
export async function previewPrompt(
  caller: Caller,
  { leadId, objective }: { leadId: string; objective: string },
  parties: CallParties,
): Promise<{ opening: string; prompt: string }> {
  const business = await requireBusiness(caller, parties);
  const lead = await parties.leadForCall(leadId);
  if (lead === null) throw new Failure("NOT_FOUND");
  await requireMatch(leadId, business.businessId, parties);
  const { recording } = await parties.consentFor(leadId, business.businessId);
  const briefing = { ...briefingOf(business, lead, objective), codeWords: CODE_WORDS };
  return { opening: openingWords(briefing, recording), prompt: agentInstructions(briefing) };
}
