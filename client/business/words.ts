import { BUSINESS } from "#client/business/copy.ts";
import type { Tone } from "#client/ui/chip.tsx";
import type { InboxView } from "#shared/contract/business.ts";
import type { BusinessLead, MatchStatus } from "#shared/lead.ts";

export const VIEW_WORDS: Record<InboxView, string> = {
  new: BUSINESS.matchNew,
  interested: BUSINESS.interested,
  done: BUSINESS.viewDone,
};

export const MATCH_WORDS: Record<MatchStatus, { text: string; tone: Tone }> = {
  pending: { text: BUSINESS.matchNew, tone: "accent" },
  interested: { text: BUSINESS.interested, tone: "live" },
  declined: { text: BUSINESS.declined, tone: "idle" },
};

/** Why an AI call is not possible yet; null when it is. */
export function callBlockedBy(lead: BusinessLead): string | null {
  if (lead.matchStatus !== "interested") return BUSINESS.blockedByInterest;
  if (lead.consumerPhone === null) return BUSINESS.blockedByPhone;
  if (!lead.consent.aiCalls) {
    return BUSINESS.blockedByConsent;
  }
  return null;
}
