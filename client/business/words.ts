import type { Tone } from "#client/ui/chip.tsx";
import type { BusinessLead, MatchStatus } from "#shared/lead.ts";

export const MATCH_WORDS: Record<MatchStatus, { text: string; tone: Tone }> = {
  pending: { text: "New", tone: "accent" },
  interested: { text: "Interested", tone: "live" },
  declined: { text: "Declined", tone: "idle" },
};

/** Why an AI call is not possible yet; null when it is. */
export function callBlockedBy(lead: BusinessLead): string | null {
  if (lead.matchStatus !== "interested") return "Say that you are interested first.";
  if (lead.consumerPhone === null) return "The consumer has not confirmed a phone number yet.";
  if (!lead.consent.aiCalls) {
    return "The consumer has not agreed to calls by an AI assistant from you yet. They see that you are interested.";
  }
  return null;
}
