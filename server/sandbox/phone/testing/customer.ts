import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Request, type Response } from "express";
import twilio from "twilio";
import { type WebSocket, WebSocketServer } from "ws";
import { Arrivals } from "#server/sandbox/phone/testing/arrivals.ts";

/** A webhook as the customer's server received it. */
export type Webhook = {
  readonly path: string;
  readonly method: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly token: string;
  /** Whether twilio.validateRequest accepts the signature. */
  readonly genuine: boolean;
};

export type StreamMessage = Readonly<Record<string, unknown>> & { readonly event: string };

/** One media socket the customer's server accepted. */
export type MediaSocket = {
  readonly socket: WebSocket;
  readonly path: string;
  readonly genuine: boolean;
  readonly messages: Arrivals<StreamMessage>;
  readonly closed: Promise<number>;
  streamSid(): Promise<string>;
  send(event: string, content?: Readonly<Record<string, unknown>>): Promise<void>;
};

export type Customer = Awaited<ReturnType<typeof startCustomer>>;
type Answer = (webhook: Webhook, response: Response) => void;

function mediaSocket(
  socket: WebSocket,
  request: IncomingMessage,
  origin: string,
  authToken: string,
): MediaSocket {
  const messages = new Arrivals<StreamMessage>();
  socket.on("message", (data) => messages.add(JSON.parse(data.toString())));
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  const signature = String(request.headers["x-twilio-signature"]);
  const url = origin.replace("http", "ws") + request.url;
  const streamSid = async () => String((await messages.first(({ event }) => event === "start"))["streamSid"]);
  return {
    socket,
    path: request.url ?? "",
    genuine: twilio.validateRequest(authToken, signature, url, {}),
    messages,
    closed,
    streamSid,
    async send(event, content = {}) {
      socket.send(JSON.stringify({ event, streamSid: await streamSid(), ...content }));
    },
  };
}

/** A customer's web server: answers webhooks as told, records them, accepts media sockets under /media. */
export async function startCustomer(authToken: string) {
  const webhooks = new Arrivals<Webhook>();
  const sockets = new Arrivals<MediaSocket>();
  const answers = new Map<string, Answer>();
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  app.use((request: Request, response: Response) => {
    const isGet = request.method === "GET";
    const fields = { ...(isGet ? request.query : request.body) };
    const signature = String(request.headers["x-twilio-signature"]);
    const webhook: Webhook = {
      path: request.path,
      method: request.method,
      fields,
      token: String(request.headers["i-twilio-idempotency-token"]),
      genuine: twilio.validateRequest(
        authToken,
        signature,
        origin + request.originalUrl,
        isGet ? {} : fields,
      ),
    };
    const answer = answers.get(request.path);
    if (answer) answer(webhook, response);
    else response.status(204).end();
    webhooks.add(webhook);
  });
  const media = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on("upgrade", (request, socket, head) => {
    if (!request.url?.startsWith("/media")) return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    media.handleUpgrade(request, socket, head, (accepted) => {
      sockets.add(mediaSocket(accepted, request, origin, authToken));
    });
  });
  return {
    origin,
    webhooks,
    sockets,
    /** Decides how requests to `path` are answered; without, 204. */
    on: (path: string, answer: Answer) => void answers.set(path, answer),
    /** Answers `path` with TwiML. */
    serve: (path: string, verbs: string) =>
      void answers.set(
        path,
        (_webhook, response) => void response.type("text/xml").send(`<Response>${verbs}</Response>`),
      ),
    statuses: (path: string) =>
      webhooks.all.filter((webhook) => webhook.path === path).map(({ fields }) => fields["CallStatus"]),
    async stop() {
      for (const client of media.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
