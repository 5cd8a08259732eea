import type { Accounts } from "#server/accounts/accounts.ts";
import type { SendEmail } from "#server/accounts/auth-library.ts";
import type { Businesses } from "#server/accounts/businesses.ts";
import type { CallLinks } from "#server/calls/call-links.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { Suppressions } from "#server/compliance/suppressions.ts";
import type { FeatureParts } from "#server/ground.ts";
import { gather } from "#server/lib/gather.ts";
import type { Leads } from "#server/leads/leads.ts";
import type { Matching } from "#server/matching/matching.ts";
import type { NewsFacts } from "#server/notifications/compose.ts";
import { Notifications } from "#server/notifications/notifications.ts";
import { outcomeSchema } from "#shared/call/events.ts";
import { createOutbox } from "#server/notifications/outbox.ts";

/** A link still opens its call this long after the call was to begin, for the summary. */
const LINK_LIFE_MS = 7 * 24 * 3_600_000;

type Others = {
  accounts: Accounts;
  businesses: Businesses;
  leads: Leads;
  matching: Matching;
  queries: CallQueries;
  links: CallLinks;
  sendEmail: SendEmail;
  suppressions: Suppressions;
};

/** Joins the notifications with what they have to ask of the other features. */
export function openNotifications(parts: FeatureParts, others: Others): Notifications {
  const { config, database, peers, clock, logger } = parts;
  const { accounts, queries, links, sendEmail, suppressions } = others;
  const emailOf = gather((accountIds) => accounts.emailsOf(accountIds));
  return new Notifications({
    outbox: createOutbox({ db: database.connection, clock }),
    facts: factsOf(others),
    publicUrl: config.publicUrl,
    linkToken: (callId, dueAt) =>
      links.tokenFor(callId, Math.max(clock.nowMs(), dueAt?.getTime() ?? 0) + LINK_LIFE_MS),
    quietHours: config.quietHours,
    clock,
    logger,
    phoneOf: (accountId) => accounts.phoneOf(accountId),
    emailOf: async (accountId) => (await emailOf(accountId)) ?? null,
    isSuppressed: (phoneKey) => suppressions.isSuppressed(phoneKey),
    sendSms: (message) => peers.telephony.sendSms(message),
    sendEmail,
    endedSince: (since) => queries.endedSince(since),
  });
}

function factsOf({ businesses, leads, matching, queries }: Others): NewsFacts {
  const leadOf = gather(
    async (leadIds) => new Map((await leads.byIds(leadIds)).map((lead) => [lead.leadId, lead])),
  );
  const answersTo = gather((leadIds) => matching.answersTo(leadIds));
  const ownerOf = gather((businessIds) => businesses.ownersOf(businessIds));
  return {
    leadById: async (leadId) => (await leadOf(leadId)) ?? null,
    matchStatus: async (leadId, businessId) => (await answersTo(leadId))?.get(businessId) ?? null,
    businessById: (businessId) => businesses.byId(businessId),
    ownerOf: async (businessId) => (await ownerOf(businessId)) ?? null,
    async callById(callId) {
      const call = await queries.byId(callId);
      if (call === null) return null;
      const { leadId, consumerId, businessId, status, dueAt, summary, briefing } = call;
      const { businessName, timeZone } = briefing;
      return {
        leadId,
        consumerId,
        businessId,
        businessName,
        status,
        outcome: outcomeSchema.safeParse(summary.outcome).data ?? null,
        dueAt,
        timeZone,
      };
    },
  };
}
