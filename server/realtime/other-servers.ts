import type { CallFeed } from "#server/calls/call-feed.ts";
import type { MarketFeed } from "#server/leads/market-feed.ts";
import type { Db } from "#server/database/connection.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import { insertingInOrder } from "#server/realtime/in-order.ts";
import type { AppSockets } from "#server/realtime/socket-server.ts";
import { callEventSchema, draftSchema } from "#shared/call/events.ts";
import { businessIdSchema, callIdSchema, leadIdSchema } from "#shared/ids.ts";
import { createAdapter } from "@socket.io/mongo-adapter";
import { z } from "zod";

/** Server → server, as JSON text: the database would turn a field that is `undefined` into null. */
export type ServerToServer = { relayed: (text: string) => void };

/** A server counts as alive this long after its last sign: one that is only slow must not miss the end of a call. */
const ALIVE_MS = 60_000;
/** A TTL index forgets messages soon after everybody has heard them (indexes.ts). */
const MESSAGES = "serverMessages";

/** What is shown live: calls, the board, the marketplace. */
export type LiveNews = CallFeed & MarketFeed;

const marketChangeSchema = z.object({
  leadId: leadIdSchema,
  consumerId: z.string(),
  businessIds: z.array(businessIdSchema),
});

const relayedSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), callId: callIdSchema, event: callEventSchema }),
  z.object({ kind: z.literal("draft"), draft: draftSchema }),
  z.object({ kind: z.literal("board") }),
  z.object({ kind: z.literal("market"), change: marketChangeSchema }),
]);
type Relayed = z.infer<typeof relayedSchema>;

/**
 * Tells the other servers on the same database what happened here, and `heard` what happened there. Watchers here never wait for that: they
 * are told first and directly. While no other server is alive nothing is written but a heartbeat every five seconds.
 * Null where the database cannot tell of changes (a stand-alone MongoDB); watchers then see only what happens on their own server.
 */
export async function joinOtherServers(
  sockets: AppSockets,
  db: Db,
  heard: LiveNews,
  logger: Logger,
): Promise<LiveNews | null> {
  if (!(await tellsOfChanges(db))) {
    logger.warn({}, "the database is no replica set: watchers see only the calls of their own server");
    return null;
  }
  sockets.adapter(
    createAdapter(insertingInOrder(db.collection(MESSAGES)), {
      addCreatedAtField: true,
      heartbeatTimeout: ALIVE_MS,
    }),
  );
  sockets.on("relayed", (text) => hear(text, heard, logger));
  const tell = (relayed: Relayed) => {
    sockets
      .of("/")
      .adapter.serverCount()
      .then((count) => count > 1 && sockets.serverSideEmit("relayed", JSON.stringify(relayed)))
      .catch((error: unknown) => logger.warn(errorFields(error), "other servers could not be told"));
  };
  return {
    event: (callId, event) => tell({ kind: "event", callId, event }),
    draft: (draft) => tell({ kind: "draft", draft }),
    boardChanged: () => tell({ kind: "board" }),
    marketChanged: (change) => tell({ kind: "market", change }),
  };
}

function hear(text: string, heard: LiveNews, logger: Logger) {
  let relayed: Relayed;
  try {
    relayed = relayedSchema.parse(JSON.parse(text));
  } catch {
    logger.warn({}, "another server sent something unknown; is it another version?");
    return;
  }
  switch (relayed.kind) {
    case "event":
      return heard.event(relayed.callId, relayed.event);
    case "draft":
      return heard.draft(relayed.draft);
    case "board":
      return heard.boardChanged();
    case "market":
      return heard.marketChanged(relayed.change);
  }
}

/** Replica sets have change streams, and so has the built-in database. */
async function tellsOfChanges(db: Db): Promise<boolean> {
  const { setName } = await db.admin().command({ hello: 1 });
  if (typeof setName === "string") return true;
  const { modules }: { modules?: unknown } = await db.admin().command({ buildInfo: 1 });
  return Array.isArray(modules) && modules.includes("ringside-embedded");
}
