import type { SendEmail } from "#server/accounts/auth-library.ts";
import { createMailFiles } from "#server/accounts/mail-files.ts";
import { createSmtpMail } from "#server/accounts/smtp-mail.ts";
import { type Accounts, createAccounts } from "#server/accounts/accounts.ts";
import { type Businesses, createBusinesses } from "#server/accounts/businesses.ts";
import { Audit } from "#server/audit/audit.ts";
import { createCallLinks } from "#server/calls/call-links.ts";
import { CallQueries } from "#server/calls/call-queries.ts";
import { createConsents } from "#server/compliance/consents.ts";
import { createLimits, type Limits } from "#server/database/limits.ts";
import { createSuppressions, type Suppressions } from "#server/compliance/suppressions.ts";
import type { Config } from "#server/config.ts";
import type { Database } from "#server/database/connection.ts";
import { ownOrigins } from "#server/http/web-origin.ts";
import type { Alarms } from "#server/jobs/alarms.ts";
import type { Clock } from "#server/lib/clock.ts";
import { createSeals, type Seals } from "#server/lib/sealed.ts";
import { createSignedTokens } from "#server/lib/signed-token.ts";
import type { StoredKeys } from "#server/lib/stored-keys.ts";
import type { AppLogger } from "#server/observability/logger.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import type { Peers } from "#server/peers.ts";
import { join } from "node:path";

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

/** What everything else stands on: people and businesses, and what is kept about numbers, consent and limits. */
export function openGround(parts: FeatureParts) {
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

/** A refused message is the caller's problem to see; its number stays out of the error. */
async function sendSms({ telephony }: Peers, to: string, body: string): Promise<void> {
  const outcome = await telephony.sendSms({ to, body });
  if (outcome.kind !== "sent") throw new Error(`A text message was not sent: ${outcome.reason}`);
}
