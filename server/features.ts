import type { SendEmail } from "#server/accounts/auth-library.ts";
import { createMailFiles } from "#server/accounts/mail-files.ts";
import { createSmtpMail } from "#server/accounts/smtp-mail.ts";
import { type Accounts, createAccounts } from "#server/accounts/accounts.ts";
import { type Businesses, createBusinesses } from "#server/accounts/businesses.ts";
import { createSavedViews, type SavedViews } from "#server/accounts/saved-views.ts";
import { Audit } from "#server/audit/audit.ts";
import { Calls } from "#server/calls/calls.ts";
import { CallbackSlots } from "#server/booking/callback-slots.ts";
import { calleeOfBusiness } from "#server/booking/callee-of-business.ts";
import { type Appointments, createAppointments } from "#server/booking/appointments.ts";
import { recordingFolder } from "#server/calls/recording/recording-files.ts";
import { createCallLinks } from "#server/calls/call-links.ts";
import { withCallLinks } from "#server/calls/linked-caller.ts";
import { DialSwitch } from "#server/calls/dialing/dial-switch.ts";
import type { CallParties } from "#server/calls/request-call.ts";
import { CallQueries } from "#server/calls/call-queries.ts";
import { WallQueries } from "#server/calls/wall-queries.ts";
import { type Consents, createConsents } from "#server/compliance/consents.ts";
import { type Alerts, openAlerts, openFeed } from "#server/open-insights.ts";
import { openNotifications } from "#server/tell-people.ts";
import type { Notifications } from "#server/notifications/notifications.ts";
import { createLimits, type Limits } from "#server/database/limits.ts";
import { createSuppressions, type Suppressions } from "#server/compliance/suppressions.ts";
import type { Config } from "#server/config.ts";
import type { Database } from "#server/database/connection.ts";
import { ownOrigins } from "#server/http/web-origin.ts";
import type { Alarms } from "#server/jobs/alarms.ts";
import { createLeads, type Leads } from "#server/leads/leads.ts";
import type { Clock } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import { createSeals, type Seals } from "#server/lib/sealed.ts";
import { createSignedTokens } from "#server/lib/signed-token.ts";
import type { StoredKeys } from "#server/lib/stored-keys.ts";
import { createMarketNews } from "#server/matching/market-news.ts";
import { createMatchStore } from "#server/matching/match-store.ts";
import { createMatching, type Matching } from "#server/matching/matching.ts";
import type { AppLogger } from "#server/observability/logger.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import type { Peers } from "#server/peers.ts";
import { CallSound } from "#server/realtime/call-sound.ts";
import type { LiveFeed } from "#server/realtime/live-feed.ts";
import { join } from "node:path";

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

export type FeatureParts = {
  config: Config;
  keys: StoredKeys;
  database: Database;
  peers: Peers;
  alarms: Alarms;
  clock: Clock;
  logger: AppLogger;
  metrics: Metrics;
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

/** What everything else stands on: people and businesses, and what is kept about numbers, consent and limits. */
function openGround(parts: FeatureParts) {
  const {
    config,
    keys,
    database: { connection },
    clock,
  } = parts;
  const seals = createSeals(keys.fieldKeys, keys.indexKey);
  const suppressions = createSuppressions({ db: connection, clock });
  const limits = createLimits({ db: connection, clock });
  const consents = createConsents({ db: connection, clock });
  const businesses = createBusinesses({ connection, clock });
  const sendEmail = mailOf(config, clock);
  const accounts = openAccounts(parts, { businesses, limits, seals, suppressions, sendEmail });
  const queries = new CallQueries(connection);
  const purpose = "ringside recording link v1";
  const recordingTokens = createSignedTokens({ secret: keys.sessionSecret, clock, purpose });
  const audit = new Audit({ connection, clock });
  const links = createCallLinks({ sessionSecret: keys.sessionSecret, clock });
  return {
    seals,
    suppressions,
    limits,
    consents,
    businesses,
    sendEmail,
    accounts,
    queries,
    links,
    audit,
    recordingTokens,
  };
}

/** Mails by the operator's mail server; without one they are files. */
const mailOf = ({ smtp, dataDir }: Config, clock: Clock): SendEmail =>
  smtp === null ? createMailFiles({ folder: join(dataDir, "mails"), clock }) : createSmtpMail(smtp).send;

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

/** Who people are. */
function openAccounts(
  { config, keys, database, peers, clock, logger }: FeatureParts,
  {
    businesses,
    limits,
    seals,
    suppressions,
    sendEmail,
  }: {
    businesses: Businesses;
    limits: Limits;
    seals: Seals;
    suppressions: Suppressions;
    sendEmail: SendEmail;
  },
): Accounts {
  return createAccounts({
    config: {
      ...config,
      trustedOrigins: ownOrigins(config.publicUrl),
      sessionSecret: keys.sessionSecret,
      ...(config.outsideIssuer !== null && { outsideIssuer: config.outsideIssuer }),
    },
    db: database.db,
    businesses,
    limits,
    seals,
    clock,
    logger,
    sendEmail,
    sendSms: (to, body) => sendSms(peers, to, body),
    isSuppressed: (phoneKey) => suppressions.isSuppressed(phoneKey),
  });
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

/** A refused message is the caller's problem to see; its number stays out of the error. */
async function sendSms({ telephony }: Peers, to: string, body: string): Promise<void> {
  const outcome = await telephony.sendSms({ to, body });
  if (outcome.kind !== "sent") throw new Error(`A text message was not sent: ${outcome.reason}`);
}
