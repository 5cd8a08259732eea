import type { Caller } from "#server/accounts/caller.ts";
import type { DemoCalls } from "#server/calls/demo-calls.ts";
import type { Config } from "#server/config.ts";
import type { Database } from "#server/database/connection.ts";
import type { Features } from "#server/features.ts";
import { createHttpServer } from "#server/http/http-server.ts";
import { createAccountProcedures } from "#server/http/procedures/account.ts";
import { createAuditProcedures } from "#server/http/procedures/audit.ts";
import { createBookingProcedures } from "#server/http/procedures/booking.ts";
import { createBusinessLeadProcedures } from "#server/http/procedures/business-leads.ts";
import { createBusinessProfileProcedures } from "#server/http/procedures/business-profile.ts";
import {
  createCallbackProcedures,
  createCallProcedures,
  createCallRequestProcedures,
} from "#server/http/procedures/call.ts";
import { createLeadProcedures } from "#server/http/procedures/lead.ts";
import { createRouter } from "#server/http/procedures/router.ts";
import { createViewProcedures } from "#server/http/procedures/views.ts";
import { createSupervisorProcedures } from "#server/http/procedures/supervisor.ts";
import { createRecordingRoute } from "#server/http/recording-route.ts";
import { isSameOrigin } from "#server/http/web-origin.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure, StartProblem } from "#server/lib/failure.ts";
import { newId } from "#server/lib/ids.ts";
import type { StopList } from "#server/lib/stop-list.ts";
import type { Health } from "#server/observability/health.ts";
import type { AppLogger } from "#server/observability/logger.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import type { Peers } from "#server/peers.ts";
import { callRoom } from "#server/realtime/live-feed.ts";
import { joinOtherServers, type ServerNews } from "#server/realtime/other-servers.ts";
import { Presence } from "#server/realtime/presence.ts";
import { type AppSockets, createSocketServer } from "#server/realtime/socket-server.ts";
import { attachTwilioMedia } from "#server/telephony/twilio/media-server.ts";
import { createTwilioWebhooks } from "#server/telephony/twilio/webhooks.ts";
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

type ServeParts = {
  config: Config;
  features: Features;
  database: Database;
  peers: Peers;
  demo: DemoCalls | null;
  health: Health;
  metrics: Metrics;
  logger: AppLogger;
  clock: Clock;
  stops: StopList;
};

/** HTTP, media sockets and Socket.IO on one port. Returns what ends the listening. */
export async function serve(parts: ServeParts): Promise<() => void> {
  const { config, features, database, peers, health, metrics, logger, clock, stops } = parts;
  const { calls, feed, sound } = features;
  const accounts = { ...features.accounts, callerOf: features.callerOf };
  const events = calls.telephonyEvents;
  const { server } = createHttpServer({
    accounts,
    procedures: proceduresOf(parts),
    twilioRouter: createTwilioWebhooks({
      ...peers.twilio,
      events,
      logger,
      onRejected: (reason) => metrics.webhooksRejected.inc({ reason }),
    }),
    exports: calls.exports,
    extraRouters: [createRecordingRoute({ open: (token) => calls.playback.open(token), logger })],
    health,
    metrics,
    logger,
    clock,
    db: database.db,
    config: httpConfigOf(parts),
  });
  const media = attachTwilioMedia(server, {
    ...peers.twilio,
    events,
    clock,
    logger,
    onDropped: (pieces) => metrics.mediaPiecesDropped.inc(pieces),
  });
  const presence = new Presence({ server: newId("srv"), clock });
  const isOwnOrigin = (origin: string | undefined) => isSameOrigin(config.publicUrl, origin);
  const live = createSocketServer({
    httpServer: server,
    accounts,
    access: calls.access,
    feed,
    audit: features.audit,
    speak: (callId, mic) => sound.speak(callId, mic),
    presence,
    isOwnOrigin,
    clock,
    logger,
    metrics,
  });
  stops.add("sockets", () => {
    feed.detach();
    sound.detach();
    presence.stop();
    return live.close();
  });
  await showEverywhere(live.sockets, presence, parts);
  stops.add("media sockets", () => media.close());
  await listen(server, config);
  stops.add("http", () => stopListening(server));
  return () => stopListening(server);
}

const httpConfigOf = ({ config, database }: ServeParts) => ({
  publicUrl: config.publicUrl,
  metricsToken: config.metricsToken,
  databaseAddress: database.address,
  distDir: `${root}dist`,
  demo: config.demo,
  version: versionOf(),
});

/** What happens here is shown here and told to the other servers, and what they tell is shown here. */
async function showEverywhere(
  sockets: AppSockets,
  presence: Presence,
  { features: { calls, feed, sound }, database, metrics, logger }: ServeParts,
): Promise<void> {
  const heard: ServerNews = {
    ...feed.heard,
    ...sound.heard,
    event(callId, event) {
      feed.heard.event(callId, event);
      calls.steering.heard(callId, event);
    },
    watchersChanged: (local) => presence.heard(local),
  };
  const soundDropped = () => metrics.soundPiecesDropped.inc();
  const others = await joinOtherServers(sockets, database.db, heard, logger, soundDropped);
  feed.attach(sockets, others, calls.journals);
  sound.attach(sockets, others, calls);
  presence.attach(
    (message) => sockets.local.to(callRoom(message.callId, "staff")).emit("call:watchers", message),
    (local) => others?.watchersChanged(local),
  );
}

function proceduresOf({ features, demo, logger, clock }: ServeParts) {
  const { accounts, audit, views, businesses, leads, matching, calls, feed, wall, alerts, slots } = features;
  const stopAllCalls = async (caller: Caller) => {
    const phone = await accounts.phoneOf(caller.accountId);
    if (phone === null) throw new Failure("PHONE_MISSING");
    return { callsCancelled: await calls.stops.stopAll(caller, phone.phoneKey) };
  };
  return createRouter({
    account: createAccountProcedures({ accounts, stopAllCalls }),
    lead: {
      ...createLeadProcedures({
        leads,
        matching,
        cancelUncovered: (caller, about) => calls.stops.uncovered(caller, about),
        logger,
      }),
      ...createCallbackProcedures(calls),
    },
    business: {
      ...createBusinessProfileProcedures({ businesses, matching }),
      ...createBusinessLeadProcedures({ matching }),
      ...createCallRequestProcedures(calls),
    },
    audit: createAuditProcedures(audit),
    views: createViewProcedures(views),
    booking: createBookingProcedures(slots),
    call: createCallProcedures(calls),
    supervisor: createSupervisorProcedures({
      board: () => feed.board(),
      queue: (limit) => wall.queue(limit, clock.nowMs()),
      alerts: alerts.store,
      beats: alerts.beats,
      pausing: calls.pausing,
      suppress: async (caller, phoneNumber) => calls.stops.suppress(caller, accounts.phoneKeyOf(phoneNumber)),
      startDemoCall: demo === null ? null : () => demo.startOne(),
    }),
  });
}

function listen(server: Server, { port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenProblem(error, port, host)));
    server.listen(port, host, resolve);
  });
}

function listenProblem(error: NodeJS.ErrnoException, port: number, host: string): StartProblem {
  switch (error.code) {
    case "EADDRINUSE":
      return new StartProblem(
        `Port ${port} is taken by another program; stop it, or set PORT to another number.`,
      );
    case "EACCES":
      return new StartProblem(`This user may not listen on port ${port}; set PORT to a number above 1023.`);
    default:
      return new StartProblem(
        `The address ${host}:${port} cannot be listened on (${error.code}); check HOST and PORT.`,
      );
  }
}

/** Requests under way are answered; idle connections are not waited for. Idempotent; the rest goes with the process. */
function stopListening(server: Server) {
  server.close();
  server.closeIdleConnections();
}

function versionOf(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  return version;
}
