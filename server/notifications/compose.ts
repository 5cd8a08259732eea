import type { News } from "#server/notifications/news.ts";
import {
  interestMessage,
  matchMessage,
  type Message,
  outcomeForBusiness,
  outcomeForConsumer,
  planMessage,
} from "#server/notifications/texts.ts";
import type { Outcome } from "#shared/call/events.ts";
import { type CallStatus, finalStatusSchema, isWaiting } from "#shared/call/status.ts";
import type { Category, MatchStatus, Urgency } from "#shared/lead.ts";

/** What a notification has to look up; each is one question to another feature. */
export type NewsFacts = {
  leadById(leadId: string): Promise<{
    consumerId: string;
    category: Category;
    urgency: Urgency;
    postalCode: string;
    timeZone: string;
    status: "open" | "closed";
  } | null>;
  matchStatus(leadId: string, businessId: string): Promise<MatchStatus | null>;
  businessById(businessId: string): Promise<{ name: string } | null>;
  /** The account that speaks for a business. */
  ownerOf(businessId: string): Promise<string | null>;
  callById(callId: string): Promise<{
    leadId: string;
    consumerId: string;
    businessId: string;
    businessName: string;
    status: CallStatus;
    outcome: Outcome | null;
    dueAt: Date | null;
    timeZone: string;
  } | null>;
};

export type ComposeParts = {
  facts: NewsFacts;
  publicUrl: string;
  /** A signed link's token for the consumer of a call. */
  linkToken(callId: string, dueAt: Date | null): string;
};

/** `leadId`: where the consumer may be, for the hours of text messages. */
export type Letter = { accountId: string; leadId: string; message: Message };

/** Who is told what, as it is now. Null: nothing is left to tell [NO5]. */
export function compose(news: News, parts: ComposeParts): Promise<Letter | null> {
  switch (news.kind) {
    case "match":
      return composeMatch(news, parts);
    case "interest":
      return composeInterest(news, parts);
    case "plan":
      return composePlan(news, parts);
    case "outcome":
      return composeOutcome(news, parts);
  }
}

type AboutMatch = { leadId: string; businessId: string };

async function composeMatch({ leadId, businessId }: AboutMatch, parts: ComposeParts): Promise<Letter | null> {
  const { facts, publicUrl } = parts;
  const [lead, status, accountId] = await Promise.all([
    facts.leadById(leadId),
    facts.matchStatus(leadId, businessId),
    facts.ownerOf(businessId),
  ]);
  if (lead?.status !== "open" || status !== "pending" || accountId === null) return null;
  const message = matchMessage(lead.category, lead.urgency, `${publicUrl}/inbox?lead=${leadId}`);
  return { accountId, leadId, message };
}

async function composeInterest(
  { leadId, businessId }: AboutMatch,
  { facts, publicUrl }: ComposeParts,
): Promise<Letter | null> {
  const [lead, status, business] = await Promise.all([
    facts.leadById(leadId),
    facts.matchStatus(leadId, businessId),
    facts.businessById(businessId),
  ]);
  if (lead?.status !== "open" || status !== "interested" || business === null) return null;
  const message = interestMessage(business.name, `${publicUrl}/help/matches/${leadId}`);
  return { accountId: lead.consumerId, leadId, message };
}

async function composePlan({ callId }: { callId: string }, parts: ComposeParts): Promise<Letter | null> {
  const call = await parts.facts.callById(callId);
  if (call === null || !isWaiting(call.status)) return null;
  const { businessName, dueAt, timeZone, consumerId: accountId, leadId } = call;
  const message = planMessage(businessName, dueAt, timeZone, linkTo(callId, dueAt, parts));
  return { accountId, leadId, message };
}

async function composeOutcome(
  { callId, to }: { callId: string; to: "consumer" | "business" },
  parts: ComposeParts,
): Promise<Letter | null> {
  const call = await parts.facts.callById(callId);
  const status = finalStatusSchema.safeParse(call?.status);
  if (call === null || !status.success) return null;
  const { leadId, businessId, businessName, consumerId, outcome } = call;
  if (to === "consumer") {
    const message = outcomeForConsumer(businessName, status.data, linkTo(callId, null, parts));
    return { accountId: consumerId, leadId, message };
  }
  const accountId = await parts.facts.ownerOf(businessId);
  if (accountId === null) return null;
  const message = outcomeForBusiness(status.data, outcome, `${parts.publicUrl}/calls/${callId}`);
  return { accountId, leadId, message };
}

const linkTo = (callId: string, dueAt: Date | null, { publicUrl, linkToken }: ComposeParts): string =>
  `${publicUrl}/c/${linkToken(callId, dueAt)}`;
