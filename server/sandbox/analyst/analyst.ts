import express, { type Request, type Response, type Router } from "express";
import { timingSafeEqual } from "node:crypto";
import { AnalystError, errorBody } from "#server/sandbox/analyst/analyst-error.ts";
import { type AnalystFault, FaultQueue } from "#server/sandbox/analyst/analyst-faults.ts";
import {
  isKnownModel,
  type MessageRequest,
  parseMessageRequest,
} from "#server/sandbox/analyst/message-request.ts";
import { messageBody, newId, type Reply, replyTo, streamEvents } from "#server/sandbox/analyst/reply.ts";
import { inputTokens, PromptCache } from "#server/sandbox/analyst/usage.ts";

type AnalystOptions = {
  /** The one key that is accepted. */
  readonly apiKey: string;
  /** What goes wrong; a queue of its own when left out. */
  readonly faults?: FaultQueue;
};

/** What a test can ask about requests served; words are not kept. */
type Served = { requestId: string; model: string; stream: boolean; status: number; stopReason: string };

const MAX_BODY = "4mb";
const MAX_SERVED = 200;

function checkHeaders(request: Request, apiKey: string): void {
  const key = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const [given, expected] = [Buffer.from(key), Buffer.from(apiKey)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new AnalystError(401, "invalid bearer token");
  }
  if (!request.headers["anthropic-version"])
    throw new AnalystError(400, "anthropic-version: header is required");
}

function sendError(response: Response, error: AnalystError, requestId: string): void {
  if (error.retryAfterSeconds !== null) response.setHeader("retry-after", String(error.retryAfterSeconds));
  response.status(error.status).json(errorBody(error.status, error.message, requestId));
}

function sendStream(response: Response, reply: Reply, breaksOff: boolean, requestId: string): void {
  response.setHeader("content-type", "text/event-stream; charset=utf-8");
  response.setHeader("cache-control", "no-cache");
  const events = streamEvents(reply);
  const firstText = events.findIndex(({ type }) => type === "content_block_delta");
  for (const event of breaksOff ? events.slice(0, firstText + 1) : events) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
  if (breaksOff)
    response.write(`event: error\ndata: ${JSON.stringify(errorBody(529, "Overloaded", requestId))}\n\n`);
  response.end();
}

/** Faults that leave no ordinary answer. @throws AnalystError; true when the request is dealt with */
function strike(fault: AnalystFault | null, isStream: boolean, response: Response): boolean {
  switch (fault?.kind) {
    case "error":
      throw new AnalystError(fault.status, "A scripted fault.");
    case "rateLimit":
      throw new AnalystError(429, "This request would exceed your rate limit.", fault.retryAfterSeconds);
    case "midStreamError":
      if (!isStream) throw new AnalystError(500, "A scripted fault.");
      return false;
    case "hang":
      return true;
    case "reset":
      response.socket?.destroy();
      return true;
    default:
      return false;
  }
}

function controlRoutes(router: Router, served: readonly Served[]): void {
  router.get("/sandbox/analyst-requests", (_request, response) => {
    response.json({ requests: served });
  });
}

/** Runs one request; whatever it throws becomes the service's error answer. */
function answering(apiKey: string, work: (request: Request, response: Response, requestId: string) => void) {
  return (request: Request, response: Response) => {
    const requestId = newId("req");
    response.setHeader("request-id", requestId);
    try {
      checkHeaders(request, apiKey);
      work(request, response, requestId);
    } catch (error) {
      if (!(error instanceof AnalystError)) throw error;
      sendError(response, error, requestId);
    }
  };
}

/** Bodies that are not JSON are an invalid request, not the framework's own page. */
function badJson(_error: unknown, _request: Request, response: Response, _next: express.NextFunction): void {
  const requestId = newId("req");
  response.setHeader("request-id", requestId);
  sendError(response, new AnalystError(400, "The request body is not valid JSON."), requestId);
}

/** The analyst of the sandbox: Anthropic's `/v1/messages` with answers from rules (SPEC.md). */
export function createAnalystRouter({ apiKey, faults = new FaultQueue() }: AnalystOptions): Router {
  const router = express.Router();
  const cache = new PromptCache();
  const served: Served[] = [];
  const json = express.json({ limit: MAX_BODY, type: () => true });

  function remember(entry: Served): void {
    served.push(entry);
    if (served.length > MAX_SERVED) served.shift();
  }

  function serve(message: MessageRequest, response: Response, requestId: string): void {
    const isStream = message.stream === true;
    const fault = faults.take(message);
    if (strike(fault, isStream, response)) return;
    const reply = replyTo(message, cache.measure(message), fault);
    remember({
      requestId,
      model: message.model,
      stream: isStream,
      status: 200,
      stopReason: reply.stopReason,
    });
    if (isStream) sendStream(response, reply, fault?.kind === "midStreamError", requestId);
    else response.json(messageBody(reply));
  }

  const post = (
    path: string,
    work: (message: MessageRequest, response: Response, requestId: string) => void,
  ) =>
    router.post(
      path,
      json,
      answering(apiKey, (request, response, id) => work(parseMessageRequest(request.body), response, id)),
    );
  post("/v1/messages", serve);
  router.post(
    "/v1/messages/count_tokens",
    json,
    answering(apiKey, (request, response) => {
      const message = parseMessageRequest({ max_tokens: 1, ...request.body });
      response.json({ input_tokens: inputTokens(message) });
    }),
  );
  const model = answering(apiKey, (request, response) =>
    response.json(modelInfo(String(request.params["model"]))),
  );
  // Another service on the same origin may know the other names.
  router.get("/v1/models/:model", (request, response, next) =>
    request.params.model.startsWith("claude-") ? model(request, response) : next(),
  );
  router.use("/v1/messages", badJson);
  controlRoutes(router, served);
  return router;
}

/** @throws AnalystError 404 */
function modelInfo(id: string) {
  if (!isKnownModel(id)) throw new AnalystError(404, `model: ${id}`);
  return {
    id,
    type: "model",
    display_name: id,
    created_at: "2026-01-01T00:00:00Z",
    capabilities: null,
    deprecated_at: null,
    lifecycle: "active",
    line: null,
    max_input_tokens: null,
    max_tokens: null,
    retires_at: null,
  };
}
