import { randomBytes, timingSafeEqual } from "node:crypto";
import express, { type Request, type Response, type Router } from "express";
import type { Clock } from "#server/lib/clock.ts";
import { Refusal } from "#server/sandbox/phone/call-params.ts";
import type { FaultPanel, RestFault, RestTarget } from "#server/sandbox/phone/faults.ts";
import type { SettingsBook } from "#server/sandbox/phone/settings.ts";

export type RestRequest = {
  /** Form fields, repeated ones kept. */
  readonly fields: URLSearchParams;
  readonly query: URLSearchParams;
  /** `:sid` in the path (a call, a message), empty where there is none. */
  readonly sid: string;
  /** `:id` in the path: what belongs to a call. */
  readonly id: string;
};

/** `body` is JSON; null for no body; a Buffer for a WAV file. */
export type RestReply = { readonly status: number; readonly body: unknown };
export type RestHandler = (request: RestRequest) => RestReply;

export type RestOptions = {
  readonly clock: Clock;
  readonly accountSid: string;
  readonly authToken: string;
  readonly apiKeys: Readonly<Record<string, string>>;
  readonly faults: FaultPanel;
  readonly settings: SettingsBook;
  /** The number of the call with this sid; null when there is none. */
  readonly numberOfCall: (sid: string) => string | null;
};

const MAX_BODY = "256kb";
const UNAVAILABLE = errorReply(new Refusal(20_503, "Service unavailable", 503));

function errorReply({ code, message, status }: Refusal): RestReply {
  return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function read(request: Request): RestRequest {
  const { sid, id } = request.params;
  return {
    fields: new URLSearchParams(typeof request.body === "string" ? request.body : ""),
    query: new URL(request.originalUrl, "http://localhost").searchParams,
    sid: typeof sid === "string" ? sid : "",
    id: typeof id === "string" ? id : "",
  };
}

/** The frame of the REST interface: authentication, bounds, error bodies, and what goes wrong on purpose. */
export class RestServer {
  readonly router: Router = express.Router();
  readonly #options: RestOptions;
  #underWay = 0;

  constructor(options: RestOptions) {
    this.#options = options;
    this.router.use(express.text({ type: "application/x-www-form-urlencoded", limit: MAX_BODY }));
    this.router.use((request, response, next) => {
      if (this.#isKnown(request)) return next();
      this.#write(response, errorReply(new Refusal(20_003, "Authenticate", 401)));
    });
  }

  /** Serves `path` below the account, such as `/Calls/:sid.json`. */
  route(method: "get" | "post" | "delete", path: string, target: RestTarget, handler: RestHandler): void {
    this.router[method](`/Accounts/${this.#options.accountSid}${path}`, (request, response) =>
      this.#serve(request, response, target, handler),
    );
  }

  /** Call after the last route: everything else does not exist. */
  finish(): void {
    this.router.use((request, response) => this.#write(response, this.#notFound(request)));
  }

  #isKnown(request: Request): boolean {
    const { accountSid, authToken, apiKeys } = this.#options;
    const [scheme, encoded = ""] = (request.headers.authorization ?? "").split(" ");
    const [user = "", ...rest] = Buffer.from(encoded, "base64").toString().split(":");
    const secret = user === accountSid ? authToken : apiKeys[user];
    return scheme?.toLowerCase() === "basic" && secret !== undefined && sameText(secret, rest.join(":"));
  }

  #notFound(request: Request): RestReply {
    const path = request.originalUrl.split("?")[0]?.replace(/^\/api\.twilio\.com/, "");
    return errorReply(new Refusal(20_404, `The requested resource ${path} was not found`, 404));
  }

  async #serve(
    request: Request,
    response: Response,
    target: RestTarget,
    handler: RestHandler,
  ): Promise<void> {
    if (this.#underWay >= this.#options.settings.current.restConcurrency) return this.#tooMany(response);
    this.#underWay++;
    try {
      const asked = read(request);
      const { fields, query, sid } = asked;
      const to = fields.get("To") ?? query.get("To") ?? this.#options.numberOfCall(sid);
      const fault = this.#options.faults.takeRest(target, to);
      if (fault && (await this.#failBefore(fault, response))) return;
      const reply = this.#run(request, asked, handler);
      if (fault && (await this.#failAfter(fault, response, reply))) return;
      this.#write(response, reply);
    } finally {
      this.#underWay--;
    }
  }

  #run(request: Request, asked: RestRequest, handler: RestHandler): RestReply {
    try {
      return handler(asked);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return error.code === 20_404 ? this.#notFound(request) : errorReply(error);
    }
  }

  /** True when the request is answered, or torn, without being processed. */
  async #failBefore(fault: RestFault, response: Response): Promise<boolean> {
    switch (fault.fault) {
      case "drop-before":
        response.destroy();
        return true;
      case "error-before":
        this.#write(response, UNAVAILABLE);
        return true;
      case "too-many":
        this.#tooMany(response);
        return true;
      case "delay-before":
        await this.#options.clock.sleep(fault.delayMs);
        return false;
      default:
        return false;
    }
  }

  /** True when the processed request is answered in a wrong way, or not at all. */
  async #failAfter(fault: RestFault, response: Response, reply: RestReply): Promise<boolean> {
    const whole = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(JSON.stringify(reply.body ?? ""));
    switch (fault.fault) {
      case "drop-reply":
        response.destroy();
        return true;
      case "cut-reply":
        response.writeHead(reply.status, {
          "Content-Type": "application/json",
          "Content-Length": String(whole.length),
        });
        response.write(whole.subarray(0, whole.length >> 1), () => response.destroy());
        return true;
      case "bad-json":
        response.status(reply.status).type("application/json").send(whole.subarray(1).toString());
        return true;
      case "error-after":
        this.#write(response, UNAVAILABLE);
        return true;
      case "delay-reply":
        await this.#options.clock.sleep(fault.delayMs);
        return false;
      default:
        return false;
    }
  }

  #tooMany(response: Response): void {
    response.setHeader("Retry-After", "1");
    this.#write(response, errorReply(new Refusal(20_429, "Too Many Requests", 429)));
  }

  #write(response: Response, reply: RestReply): void {
    response.setHeader("Twilio-Request-Id", `RQ${randomBytes(16).toString("hex")}`);
    if (Buffer.isBuffer(reply.body)) response.status(reply.status).type("audio/x-wav").send(reply.body);
    else if (reply.body === null) response.status(reply.status).end();
    else response.status(reply.status).json(reply.body);
  }
}
