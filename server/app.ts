import type { Config } from "#server/config.ts";
import { DemoCalls } from "#server/calls/demo-calls.ts";
import { connectDatabase, type Database } from "#server/database/connection.ts";
import { ensureIndexes } from "#server/database/indexes.ts";
import { serve } from "#server/edges.ts";
import { createFeatures, type Features } from "#server/features.ts";
import { keysOf } from "#server/installation-keys.ts";
import { createAgendaAlarms } from "#server/jobs/agenda/agenda-alarms.ts";
import type { Alarms } from "#server/jobs/alarms.ts";
import { createDemoWorld } from "#server/leads/demo.ts";
import { type Clock, systemClock } from "#server/lib/clock.ts";
import { errorFields } from "#server/lib/logger.ts";
import type { PeerHealth } from "#server/lib/peer-health.ts";
import { StopList } from "#server/lib/stop-list.ts";
import { createHealth, type Health } from "#server/observability/health.ts";
import { type AppLogger, createLogger } from "#server/observability/logger.ts";
import { createMetrics } from "#server/observability/metrics.ts";
import { connectPeers, openDatabase, type Peers } from "#server/peers.ts";

/** A running server. `lost` resolves with a sentence when a part it can't live without has gone. */
export type App = {
  config: Config;
  peers: Peers["real"];
  /** Origin of the sandbox and its pages; null when nothing is simulated. */
  sandboxUrl: string | null;
  /** Sentences about peers that refuse us; the server runs, dialling is on hold. */
  warnings: string[];
  lost: Promise<string>;
  /** An error nobody caught: its class and code go to the log, and a sentence to the terminal. */
  fatal(error: unknown): void;
  stop(): Promise<void>;
};

/** Starts every part in order. @throws StartProblem; what was started before is stopped again. */
export async function startApp(config: Config, clock: Clock = systemClock): Promise<App> {
  const logger = createLogger({ level: config.logLevel });
  const stops = new StopList(logger);
  try {
    return await start(config, clock, logger, stops);
  } catch (error) {
    await stops.run();
    throw error;
  }
}

async function start(config: Config, clock: Clock, logger: AppLogger, stops: StopList): Promise<App> {
  const keys = keysOf(config);
  const metrics = createMetrics();
  const health = createHealth(clock);
  const { uri, embedded } = await openDatabase(config);
  if (embedded !== null) stops.add("embedded database", () => embedded.stop());
  const database = await connectDatabase(uri, logger);
  stops.add("database connection", () => database.close());
  await ensureIndexes(database.db);
  const peers = await connectPeers(config, clock, logger);
  if (peers.sandbox !== null) stops.add("sandbox", () => peers.sandbox?.stop());
  const alarms = createAgendaAlarms({
    db: database.db,
    logger,
    onFailed: (job) => metrics.jobFailures.inc({ job }),
  });
  const features = createFeatures({ config, keys, database, peers, alarms, clock, logger, metrics });
  await features.accounts.ensureDemoPeople();
  const demo = config.demo ? createDemoCalls(config, features, clock, logger) : null;
  const warnings = await checkPeers(peers, features);
  registerHealth({ health, database, embedded: embedded !== null, peers, features, alarms });
  const stopListening = await serve({
    config,
    features,
    database,
    peers,
    demo,
    health,
    metrics,
    logger,
    clock,
    stops,
  });
  await startWork(features, alarms, demo, { stops, stopListening });
  const lost = Promise.race([
    ...(embedded === null
      ? []
      : [
          embedded.exited.then(() => "The built-in database has ended; nothing stored is lost. Start again."),
        ]),
    ...(peers.sandbox === null
      ? []
      : [peers.sandbox.exited.then(() => "The sandbox has ended. Start again.")]),
    new Promise<string>(() => undefined),
  ]);
  const fatal = (error: unknown) =>
    logger.error(
      errorFields(error),
      "Ringside met an error it did not expect and stops; stored records are safe",
    );
  const sandboxUrl = peers.sandbox?.baseUrl ?? null;
  return { config, peers: peers.real, sandboxUrl, warnings, lost, fatal, stop: () => stops.run() };
}

/** A wrong key is told at once, in one sentence each; dialling waits until the peer accepts us. */
async function checkPeers(
  { telephony, voice, analyst, real }: Peers,
  { calls }: Features,
): Promise<string[]> {
  const [phone, speech, reading] = await Promise.all([
    real.telephony ? telephony.check() : null,
    real.voice ? voice.check() : null,
    real.analyst ? analyst.check() : null,
  ]);
  if (phone?.why === "refused") calls.hold.hold("telephony", phone.reason);
  if (speech?.why === "refused") calls.hold.hold("voice", speech.reason);
  return [
    ...warningOf(phone, "No call is placed until this is mended."),
    ...warningOf(speech, "No call is placed until this is mended."),
    ...warningOf(reading, "Calls end without a summary until this is mended."),
  ];
}

function warningOf(peer: PeerHealth | null, refused: string): string[] {
  if (peer === null || peer.ok) return [];
  return [`${peer.reason} ${peer.why === "refused" ? refused : "It is used all the same."}`];
}

type HealthParts = {
  health: Health;
  database: Database;
  embedded: boolean;
  peers: Peers;
  features: Features;
  alarms: Alarms;
};

function registerHealth({ health, database, embedded, peers, features, alarms }: HealthParts) {
  health.register({
    name: "database",
    check: async () => {
      await database.ping();
      const kind = embedded ? "embedded" : "mongodb";
      return { ok: true, reason: "Answers.", details: { kind } };
    },
  });
  health.register({ name: "jobs", check: async () => alarms.health() });
  for (const [name, isReal] of Object.entries(peers.real)) {
    const peer = peers[name as keyof Peers["real"]];
    health.register({
      name,
      // Without it nobody is dialled, but live calls, records and screens need the server all the more.
      required: false,
      check: async () => ({ ...(await peer.check()), details: { kind: isReal ? "real" : "sandbox" } }),
    });
  }
  health.register({
    name: "dialling",
    required: false,
    check: async () => {
      const { hold } = features.calls;
      // What the supervisor wrote is for the wall only.
      const paused = (await features.dialSwitch.paused()) === null ? null : "Paused by a supervisor.";
      const reason = hold.reason ?? paused;
      return { ok: reason === null, reason: reason ?? "Free." };
    },
  });
}

function createDemoCalls(config: Config, features: Features, clock: Clock, logger: AppLogger): DemoCalls {
  const { accounts, businesses, leads, matching, calls } = features;
  const world = createDemoWorld({
    clock,
    quietHours: config.quietHours,
    seed: clock.nowMs(),
    createDemoAccount: ({ role, ...person }) => accounts.demoPerson({ ...person, accountType: role }),
    saveProfile: (business, profile) => businesses.updateProfile(business, profile),
    provePhone: (accountId, e164) => accounts.proveDemoPhone(accountId, e164),
    isSuppressed: (e164) => features.isSuppressed(e164),
    leads,
    matchLead: (lead) => matching.matchLead(lead),
    respond: (business, response) => matching.respond(business, response),
  });
  return new DemoCalls({
    world,
    request: (caller, request) => calls.request(caller, request),
    queries: calls.queries,
    clock,
    logger,
  });
}

async function startWork(
  { calls, leads, notifications, alerts: { watch, beats } }: Features,
  alarms: Alarms,
  demo: DemoCalls | null,
  { stops, stopListening }: { stops: StopList; stopListening: () => void },
): Promise<void> {
  calls.defineAlarms();
  await alarms.start();
  calls.start();
  notifications.start();
  watch.start();
  beats.start();
  demo?.start();
  // Stopped in reverse: nothing new is dialled, no request comes in any more, then the live calls let go of their sockets; the carrier's
  // questions what to do next go to another server.
  stops.add("server beats", () => beats.stop());
  stops.add("alerts", () => watch.stop());
  stops.add("notifications", () => notifications.stop());
  stops.add("late answers about leads", () => leads.idle());
  stops.add("live calls", () => calls.stop());
  stops.add("new requests", stopListening);
  stops.add("alarms", () => alarms.stop());
  stops.add("dial queue", () => calls.drain());
  stops.add("demo calls", () => demo?.stop());
}
