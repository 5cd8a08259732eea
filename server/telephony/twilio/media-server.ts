import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { TelephonyEvents } from "#server/telephony/telephony.ts";
import { type MediaCounts, MediaSocket } from "#server/telephony/twilio/media-socket.ts";
import { isSignedMediaHandshake } from "#server/telephony/twilio/signature.ts";
import { mediaUrl, parseMediaPath, type TwilioAccount } from "#server/telephony/twilio/twilio-urls.ts";
import { WebSocketServer } from "ws";

export type TwilioMediaOptions = TwilioAccount & {
  events: Pick<TelephonyEvents, "admitStream" | "streamOpened">;
  clock: Clock;
  logger: Logger;
  onDropped?: (messages: number) => void;
};

export type TwilioMedia = {
  /** Takes no further socket and ends the open ones; resolves when they are gone. */
  close(): Promise<void>;
  connections(): number;
  counts(): MediaCounts;
};

const MEDIA_PREFIX = "/twilio/media";
const HEARTBEAT_MS = 5_000;
const CLOSE_GOING_AWAY = 1001;

/** A 20 ms media message is some 380 bytes; everything far above is an attack (reliability S22). */
const SOCKET_LIMITS = {
  noServer: true,
  maxPayload: 65_536,
  maxFragments: 16,
  maxBufferedChunks: 1_024,
  perMessageDeflate: false,
} as const;

/**
 * Serves the media sockets of an HTTP server. Upgrade requests outside `/twilio/media` are left to the other listeners. A handshake is
 * accepted only when Twilio signed exactly our Stream URL and the call core gave its one-use token away for it; 403 otherwise.
 */
export function attachTwilioMedia(httpServer: Server, options: TwilioMediaOptions): TwilioMedia {
  const counts: MediaCounts = { refused: 0, malformed: 0, droppedAudio: 0 };
  const acceptor = new WebSocketServer(SOCKET_LIMITS);
  const sockets = new Set<MediaSocket>();
  const gone: (() => void)[] = [];
  let isClosed = false;

  const accept = (request: IncomingMessage, socket: Duplex, head: Buffer, admitted: Admitted) =>
    acceptor.handleUpgrade(request, socket, head, (webSocket) => {
      const media = new MediaSocket(webSocket, socket, admitted, { ...options, counts }, () => {
        sockets.delete(media);
        if (sockets.size === 0) for (const resolve of gone.splice(0)) resolve();
      });
      sockets.add(media);
      if (isClosed) media.close(CLOSE_GOING_AWAY);
    });

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isMediaPath(request.url ?? "")) return;
    socket.on("error", () => socket.destroy());
    admit(request, options)
      .then((admitted) => {
        if (admitted !== null && !isClosed) return accept(request, socket, head, admitted);
        counts.refused += 1;
        return refuse(socket);
      })
      .catch(() => socket.destroy());
  };

  const heartbeat = options.clock.every(HEARTBEAT_MS, () => {
    for (const media of sockets) media.beat();
  });
  httpServer.on("upgrade", onUpgrade);

  return {
    async close() {
      isClosed = true;
      httpServer.off("upgrade", onUpgrade);
      heartbeat.cancel();
      for (const media of sockets) media.close(CLOSE_GOING_AWAY);
      if (sockets.size > 0) await new Promise<void>((resolve) => gone.push(resolve));
    },
    connections: () => sockets.size,
    counts: () => ({ ...counts }),
  };
}

type Admitted = { attemptId: string; token: string };

function isMediaPath(url: string): boolean {
  return url === MEDIA_PREFIX || url.startsWith(`${MEDIA_PREFIX}/`) || url.startsWith(`${MEDIA_PREFIX}?`);
}

/** The signature is checked before the token, so a stranger cannot use up a token. */
async function admit(request: IncomingMessage, options: TwilioMediaOptions): Promise<Admitted | null> {
  const named = parseMediaPath(request.url ?? "");
  if (named === null) return null;
  const signature = request.headers["x-twilio-signature"];
  const url = mediaUrl(options.nodePublicUrl, named.attemptId, named.token);
  if (typeof signature !== "string" || !isSignedMediaHandshake(options.authToken, signature, url))
    return null;
  try {
    return (await options.events.admitStream(named.attemptId, named.token)) ? named : null;
  } catch (error) {
    options.logger.error(
      { attemptId: named.attemptId, ...errorFields(error) },
      "a media socket could not be admitted",
    );
    return null;
  }
}

function refuse(socket: Duplex): void {
  socket.once("finish", () => socket.destroy());
  socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}
