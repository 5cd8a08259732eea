import type { Accounts } from "#server/accounts/accounts.ts";
import type { Businesses } from "#server/accounts/businesses.ts";
import { createSavedViews, type SavedViews } from "#server/accounts/saved-views.ts";
import type { Audit } from "#server/audit/audit.ts";
import { Calls } from "#server/calls/calls.ts";
import { CallbackSlots } from "#server/booking/callback-slots.ts";
import { calleeOfBusiness } from "#server/booking/callee-of-business.ts";
import { type Appointments, createAppointments } from "#server/booking/appointments.ts";
import { recordingFolder } from "#server/calls/recording/recording-files.ts";
import { withCallLinks } from "#server/calls/linked-caller.ts";
import { DialSwitch } from "#server/calls/dialing/dial-switch.ts";
import type { CallParties } from "#server/calls/request-call.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import { WallQueries } from "#server/calls/wall-queries.ts";
import type { Consents } from "#server/compliance/consents.ts";
import { type Alerts, openAlerts, openFeed } from "#server/open-insights.ts";
import { openNotifications } from "#server/tell-people.ts";
import type { Notifications } from "#server/notifications/notifications.ts";
import type { Suppressions } from "#server/compliance/suppressions.ts";
import { createLeads, type Leads } from "#server/leads/leads.ts";
import { newId } from "#server/lib/ids.ts";
import { createMarketNews } from "#server/matching/market-news.ts";
import { createMatchStore } from "#server/matching/match-store.ts";
import { createMatching, type Matching } from "#server/matching/matching.ts";
import { CallSound } from "#server/realtime/call-sound.ts";
import type { LiveFeed } from "#server/realtime/live-feed.ts";
import { join } from "node:path";
import { type FeatureParts, openGround } from "#server/ground.ts";

export type Features = {
  accounts: Accounts;
  audit: Audit;
  views: SavedViews;
  businesses: Businesses;
  leads: Leads;
  matching: Matching;
  calls: Calls;
  feed: LiveFeed;
  sound: CallSound;
  wall: WallQueries;
  alerts: Alerts;
  dialSwitch: DialSwitch;
  slots: CallbackSlots;
  notifications: Notifications;
  /** Who is asking; a signed link to a call counts too. */
  callerOf: Accounts["callerOf"];
  /** Whether the person behind this number asked not to be called. */
  isSuppressed(e164: string): Promise<boolean>;
};

/** Joins the features: each gets what it needs of the others as narrow questions. */
export function createFeatures(parts: FeatureParts): Features {
  const { config, database, peers, alarms, clock, logger, metrics } = parts;
  const { connection } = database;
  const ground = openGround(parts);
  const { seals, suppressions, accounts, businesses, queries, links } = ground;
  const dialSwitch = new DialSwitch(connection, clock);
  const wall = new WallQueries(connection);
  const feed = openFeed(parts, { queries, wall, dialSwitch });
  const alerts = openAlerts(parts, { ...ground, wall });
  const sound = new CallSound({ clock, metrics });
  const news = () => notifications;
  const { leads, matching } = createMarketplace(parts, { ...ground, feed, notifications: news });
  const notifications: Notifications = openNotifications(parts, { ...ground, leads, matching });
  const businessById = (businessId: string) => businesses.byId(businessId);
  const appointments = createAppointments({ db: connection, clock, businessById });
  const slots = createSlots(parts, { ...ground, leads, matching, appointments });
  const calls = new Calls({
    ...peers,
    ...ground,
    connection,
    config,
    instance: newId("srv"),
    dialSwitch,
    feed,
    soundFeed: sound,
    alarms,
    appointments,
    slots,
    news: notifications,
    recordingFiles: recordingFolder(join(config.dataDir, "recordings")),
    parties: partiesOf({ ...ground, leads, matching }),
    clock,
    logger,
    metrics,
  });
  const isSuppressed = (e164: string) => suppressions.isSuppressed(seals.blindIndex(e164));
  const callerOf = withCallLinks({ links, queries, callerOf: accounts.callerOf });
  return {
    accounts,
    audit: ground.audit,
    views: createSavedViews(database),
    businesses,
    leads,
    matching,
    calls,
    feed,
    sound,
    wall,
    alerts,
    dialSwitch,
    slots,
    notifications,
    callerOf,
    isSuppressed,
  };
}

/** What calls have to ask of the other features. */
function partiesOf({
  accounts,
  businesses,
  leads,
  matching,
  consents,
  suppressions,
}: Pick<Features, "accounts" | "businesses" | "leads" | "matching"> & {
  consents: Consents;
  suppressions: Suppressions;
}): CallParties {
  return {
    businessById: (businessId) => businesses.byId(businessId),
    leadForCall: (leadId) => leads.forCall(leadId),
    matchFor: (leadId, businessId) => matching.matchFor(leadId, businessId),
    phoneOf: (accountId) => accounts.phoneOf(accountId),
    consentFor: (leadId, businessId) => consents.consentFor(leadId, businessId),
    isSuppressed: (phoneKey) => suppressions.isSuppressed(phoneKey),
  };
}

type SlotParts = Pick<Features, "accounts" | "businesses" | "leads" | "matching"> & {
  appointments: Appointments;
  queries: CallQueries;
};

/** When a consumer can have a business call back. */
function createSlots(
  { config, database: { connection: db }, clock }: FeatureParts,
  { accounts, businesses, leads, matching, appointments, queries }: SlotParts,
): CallbackSlots {
  const phoneOf = (accountId: string) => accounts.phoneOf(accountId);
  return new CallbackSlots({
    db,
    clock,
    quietHours: config.quietHours,
    businessById: (businessId) => businesses.byId(businessId),
    appointments,
    bookedCalls: (businessId, from, until) => queries.booked(businessId, from, until),
    placesOf: (caller, businessId) => calleeOfBusiness(caller, businessId, { leads, matching, phoneOf }),
  });
}

/** Leads and matches. */
function createMarketplace(
  { database: { connection: db }, peers, clock, logger }: FeatureParts,
  {
    accounts,
    businesses,
    consents,
    feed,
    queries,
    notifications,
  }: {
    accounts: Accounts;
    businesses: Businesses;
    consents: Consents;
    feed: LiveFeed;
    queries: CallQueries;
    notifications: () => Notifications;
  },
): { leads: Leads; matching: Matching } {
  const matches = createMatchStore({ db, clock });
  const businessById = (businessId: string) => businesses.byId(businessId);
  const leadsById = (leadIds: string[]) => leads.byIds(leadIds);
  const { announce } = createMarketNews({ feed, logger, matches, leadsById });
  const leads: Leads = createLeads({
    db,
    clock,
    logger,
    analyst: peers.analyst,
    consents,
    announce,
    matchedBusinesses: (leadId, businessIds) => matches.matchedBusinesses(leadId, businessIds),
    legalNameOf: async (businessId) => (await businessById(businessId))?.legalName ?? null,
  });
  const matching = createMatching({
    matches,
    leads,
    consents,
    announce,
    news: {
      matched: (found) => notifications().matched(found),
      interested: (about) => notifications().interested(about),
    },
    findServing: (need) => businesses.findServing(need),
    businessById,
    openCallsOf: (businessIds) => queries.openByBusiness(businessIds),
    maskedPhonesOf: (accountIds) => accounts.maskedPhonesOf(accountIds),
    businessesById: (businessIds) => businesses.byIds(businessIds),
  });
  return { leads, matching };
}
