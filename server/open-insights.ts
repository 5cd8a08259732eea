import type { SendEmail } from "#server/accounts/auth-library.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import type { DialSwitch } from "#server/calls/dialing/dial-switch.ts";
import type { WallQueries } from "#server/calls/wall-queries.ts";
import type { FeatureParts } from "#server/ground.ts";
import { AlertStore } from "#server/insights/alerts/alert-store.ts";
import { AlertWatch } from "#server/insights/alerts/alert-watch.ts";
import { RecentMetrics } from "#server/insights/alerts/recent-metrics.ts";
import { DayFigures } from "#server/insights/day-so-far.ts";
import { ServerBeats } from "#server/insights/server-beats.ts";
import { newId } from "#server/lib/ids.ts";
import { LiveFeed } from "#server/realtime/live-feed.ts";

/** What supervisors and watchers see live. */
export function openFeed(
  { config, clock, logger }: FeatureParts,
  reads: { queries: CallQueries; wall: WallQueries; dialSwitch: DialSwitch },
): LiveFeed {
  const { wall } = reads;
  const day = new DayFigures({ clock, endedAfter: (after, limit) => wall.endedAfter(after, limit) });
  return new LiveFeed({
    ...reads,
    clock,
    logger,
    demo: config.demo,
    timeLimitMs: config.callTimeLimitSeconds * 1000,
    today: (runningCents) => day.read(runningCents),
  });
}

export type Alerts = { store: AlertStore; watch: AlertWatch; beats: ServerBeats };

/** What is wrong, told to supervisors on the wall and by e-mail. */
export function openAlerts(
  { config, database, clock, logger, metrics }: FeatureParts,
  { wall, sendEmail }: { wall: WallQueries; sendEmail: SendEmail },
): Alerts {
  const store = new AlertStore(database.connection, clock);
  const recent = new RecentMetrics(metrics, clock);
  const instance = newId("srv");
  const liveCalls = async () => (await metrics.callsLive.get()).values[0]?.value ?? 0;
  const { connection } = database;
  const beats = new ServerBeats({ connection, instance, liveCalls, clock, logger });
  const watch = new AlertWatch({
    store,
    instance,
    queueDepth: async () => (await wall.line()).count,
    endedShare: (after) => wall.endedShare(after),
    recent: () => recent.read(),
    recipients: config.supervisorEmails,
    sendEmail: async (mail) => {
      await sendEmail(mail);
    },
    clock,
    logger,
  });
  return { store, watch, beats };
}
