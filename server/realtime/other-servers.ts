import type { CallFeed } from "#server/calls/call-feed.ts";
import type { MarketFeed } from "#server/leads/market-feed.ts";
import type { Db } from "#server/database/connection.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import { insertingInOrder } from "#server/realtime/in-order.ts";
import type { SoundNews } from "#server/realtime/call-sound.ts";
import type { LocalPresence } from "#server/realtime/presence.ts";
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

/** While so many messages wait for the database, sound is dropped: late sound is worth nothing, and events must not wait behind it. */
const MAX_WAITING = 40;
/** Four seconds of µ-law in base64: what one piece may be at most. */
const MAX_SOUND_CHARS = 44_000;

/** What is shown live: calls, the board, the marketplace. */
export type LiveNews = CallFeed & MarketFeed;
/** Everything that servers tell each other. */
export type ServerNews = LiveNews & SoundNews & { watchersChanged(local: LocalPresence): void };

const presenceSchema = z.object({
  server: z.string(),
  callId: callIdSchema,
  people: z.array(z.object({ accountId: z.string(), name: z.string(), listening: z.boolean() })),
});

const marketChangeSchema = z.object({
  leadId: leadIdSchema,
  consumerId: z.string(),
  businessIds: z.array(businessIdSchema),
});

const level = z.number().int().min(0).max(255);
const side = z.string().max(MAX_SOUND_CHARS);
const wantedSchema = z.object({ audio: z.boolean(), levels: z.boolean() });

const relayedSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), callId: callIdSchema, event: callEventSchema }),
  z.object({ kind: z.literal("draft"), draft: draftSchema }),
  z.object({ kind: z.literal("board") }),
  z.object({ kind: z.literal("market"), change: marketChangeSchema }),
  z.object({
    kind: z.literal("soundWanted"),
    server: z.string(),
    calls: z.array(z.object({ callId: callIdSchema, wanted: wantedSchema })),
  }),
  z.object({
    kind: z.literal("sound"),
    callId: callIdSchema,
    frameNumber: z.number().int().nonnegative(),
    agent: side,
    consumer: side,
  }),
  z.object({ kind: z.literal("levels"), callId: callIdSchema, agent: level, consumer: level }),
  z.object({
    kind: z.literal("spoken"),
    callId: callIdSchema,
    accountId: z.string(),
    source: z.string(),
    bytes: z.string().max(MAX_SOUND_CHARS),
  }),
  z.object({ kind: z.literal("watchers"), local: presenceSchema }),
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
  heard: ServerNews,
  logger: Logger,
  soundDropped: () => void,
): Promise<ServerNews | null> {
  if (!(await tellsOfChanges(db))) {
    logger.warn({}, "the database is no replica set: watchers see only the calls of their own server");
    return null;
  }
  const messages = insertingInOrder(db.collection(MESSAGES));
  sockets.adapter(
    createAdapter(messages.collection, {
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
  const tellSound = (relayed: Relayed) => (messages.waiting() > MAX_WAITING ? soundDropped() : tell(relayed));
  return {
    event: (callId, event) => tell({ kind: "event", callId, event }),
    draft: (draft) => tell({ kind: "draft", draft }),
    boardChanged: () => tell({ kind: "board" }),
    marketChanged: (change) => tell({ kind: "market", change }),
    soundWanted: (server, calls) => tell({ kind: "soundWanted", server, calls }),
    sound: (callId, frameNumber, { agent, consumer }) =>
      tellSound({
        kind: "sound",
        callId,
        frameNumber,
        agent: agent.toString("base64"),
        consumer: consumer.toString("base64"),
      }),
    levels: (callId, agent, consumer) => tellSound({ kind: "levels", callId, agent, consumer }),
    spoken: (callId, { bytes, ...from }) =>
      tellSound({ kind: "spoken", callId, ...from, bytes: bytes.toString("base64") }),
    watchersChanged: (local) => tell({ kind: "watchers", local }),
  };
}

function hear(text: string, heard: ServerNews, logger: Logger) {
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
    case "soundWanted":
      return heard.soundWanted(relayed.server, relayed.calls);
    case "sound": {
      const { callId, frameNumber } = relayed;
      const sides = {
        agent: Buffer.from(relayed.agent, "base64"),
        consumer: Buffer.from(relayed.consumer, "base64"),
      };
      return heard.sound(callId, frameNumber, sides);
    }
    case "spoken": {
      const { callId, accountId, source, bytes } = relayed;
      return heard.spoken(callId, { accountId, source, bytes: Buffer.from(bytes, "base64") });
    }
    case "levels":
      return heard.levels(relayed.callId, relayed.agent, relayed.consumer);
    case "watchers":
      return heard.watchersChanged(relayed.local);
  }
}

/** Replica sets have change streams, and so has the built-in database. */
async function tellsOfChanges(db: Db): Promise<boolean> {
  const { setName } = await db.admin().command({ hello: 1 });
  if (typeof setName === "string") return true;
  const { modules }: { modules?: unknown } = await db.admin().command({ buildInfo: 1 });
  return Array.isArray(modules) && modules.includes("ringside-embedded");
}
