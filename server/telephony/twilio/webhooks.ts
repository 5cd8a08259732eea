import { type Clock, systemClock } from "#server/lib/clock.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { AnswerInstruction, TelephonyEvents } from "#server/telephony/telephony.ts";
import { isSignedWebhook } from "#server/telephony/twilio/signature.ts";
import {
  isAttemptId,
  type TwilioAccount,
  type WebhookKind,
  webhookUrl,
} from "#server/telephony/twilio/twilio-urls.ts";
import { twimlOf } from "#server/telephony/twilio/twiml.ts";
import { createFormReaders } from "#server/telephony/twilio/webhook-forms.ts";
import express, { type NextFunction, type Request, type Response, Router } from "express";

export type TwilioWebhooksOptions = TwilioAccount & {
  events: TelephonyEvents;
  logger: Logger;
  clock?: Clock;
  /** For the counter of refused requests. */
  onRejected?: (reason: "signature" | "malformed") => void;
};

/** A webhook of Twilio has some forty short fields; a larger body is nobody we know. */
const FORM_LIMITS = { extended: false, limit: "16kb", parameterLimit: 100 } as const;

/** Twilio gives up on TwiML after 15 s and tells the callee about "an application error". We hang up before. */
const ANSWER_DEADLINE_MS = 10_000;

/** Reads the form (a ZodError is the sender's fault) and returns the work to do (any error is ours). */
type Route = (attemptId: string, form: unknown) => () => Promise<AnswerInstruction | undefined>;

/** The webhook edge: six POST routes, mounted at the root. What each one does is in SPEC.md, [TW10] to [TW17]. */
export function createTwilioWebhooks(options: TwilioWebhooksOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const routes = createRoutes(options);
  for (const kind of Object.keys(routes) as WebhookKind[]) {
    router.post(
      `/twilio/${kind}/:attemptId`,
      express.urlencoded(FORM_LIMITS),
      refuseUnreadable(options),
      requireSignature(options, kind),
      answer(options, kind, routes[kind]),
    );
  }
  return router;
}

function createRoutes({ accountSid, events }: TwilioWebhooksOptions): Record<WebhookKind, Route> {
  const forms = createFormReaders(accountSid);
  return {
    voice: (attemptId, form) => {
      const { carrierCallId } = forms.call(form);
      return () => events.answered(attemptId, carrierCallId);
    },
    "stream-ended": (attemptId, form) => {
      const { carrierCallId } = forms.call(form);
      return () => events.streamEnded(attemptId, carrierCallId);
    },
    "dial-ended": (attemptId, form) => {
      const { carrierCallId, how } = forms.transfer(form);
      return () => events.transferEnded(attemptId, carrierCallId, how);
    },
    status: (attemptId, form) => {
      const report = forms.status(form);
      return noted(() => events.statusChanged(attemptId, report));
    },
    amd: (attemptId, form) => {
      const report = forms.machine(form);
      return noted(() => events.machineDetected(attemptId, report));
    },
    "stream-status": (attemptId, form) => {
      const report = forms.stream(form);
      return noted(async () => events.streamReported(attemptId, report));
    },
  };
}

/** A report: Twilio expects no document. */
function noted(work: () => Promise<void>): () => Promise<undefined> {
  return async () => {
    await work();
    return undefined;
  };
}

/** A body that the parser gave up on cannot be checked, so it counts as unsigned. */
function refuseUnreadable({ onRejected }: TwilioWebhooksOptions) {
  return (_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    onRejected?.("signature");
    response.sendStatus(403);
  };
}

function requireSignature(options: TwilioWebhooksOptions, kind: WebhookKind) {
  return (request: Request, response: Response, next: NextFunction) => {
    const attemptId = String(request.params["attemptId"]);
    const url = webhookUrl(options.publicUrl, kind, attemptId);
    const isOurs =
      isAttemptId(attemptId) &&
      request.originalUrl === new URL(url).pathname &&
      isSignedWebhook(options.authToken, request.get("x-twilio-signature"), url, formOf(request));
    if (isOurs) return next();
    options.onRejected?.("signature");
    response.sendStatus(403);
  };
}

function formOf(request: Request): Record<string, unknown> {
  const body: unknown = request.body;
  return typeof body === "object" && body !== null ? { ...body } : {};
}

function answer(options: TwilioWebhooksOptions, kind: WebhookKind, route: Route) {
  return async (request: Request, response: Response) => {
    const attemptId = String(request.params["attemptId"]);
    let work: ReturnType<Route>;
    try {
      work = route(attemptId, formOf(request));
    } catch {
      options.onRejected?.("malformed");
      response.sendStatus(400);
      return;
    }
    try {
      const instruction = await inTime(options, work());
      if (instruction === undefined) response.sendStatus(204);
      else sendTwiml(options, response, attemptId, instruction);
    } catch (error) {
      options.logger.error(
        { attemptId, kind, ...errorFields(error) },
        "a Twilio webhook could not be handled",
      );
      failSoftly(options, response, kind, attemptId);
    }
  };
}

/** With a person on the line we hang up politely; a report gets 500, and Twilio sends it again (see the URL's retry policy). */
function failSoftly(
  options: TwilioWebhooksOptions,
  response: Response,
  kind: WebhookKind,
  attemptId: string,
): void {
  const hasPersonOnTheLine = kind === "voice" || kind === "stream-ended" || kind === "dial-ended";
  if (hasPersonOnTheLine) sendTwiml(options, response, attemptId, { kind: "hangUp" });
  else response.sendStatus(500);
}

function sendTwiml(
  options: TwilioWebhooksOptions,
  response: Response,
  attemptId: string,
  instruction: AnswerInstruction,
): void {
  response.type("text/xml").send(twimlOf(options, attemptId, instruction));
}

/** Rejects after the deadline; the work itself goes on and its late result is dropped. */
function inTime<T>({ clock = systemClock }: TwilioWebhooksOptions, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ANSWER_DEADLINE_MS, () => reject(new Error("No answer in time.")));
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}
