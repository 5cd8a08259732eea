import type { PeerHealth } from "#server/lib/peer-health.ts";
import { errorFields, type Logger, silentLogger } from "#server/lib/logger.ts";
import type {
  DialOutcome,
  DialRequest,
  EndOutcome,
  FetchOutcome,
  SmsOutcome,
  Telephony,
} from "#server/telephony/telephony.ts";
import { hasEnded, readCarrierCall } from "#server/telephony/twilio/carrier-status.ts";
import { dialOutcomeOf } from "#server/telephony/twilio/dial-outcome.ts";
import { createRestClient, type RestClient } from "#server/telephony/twilio/rest-client.ts";
import {
  failureSentence,
  readRestFailure,
  saysAbsent,
  saysOver,
  saysUnauthorized,
} from "#server/telephony/twilio/rest-failure.ts";
import { twimlOf } from "#server/telephony/twilio/twiml.ts";
import { retriedWebhookUrl, type TwilioAccount } from "#server/telephony/twilio/twilio-urls.ts";

export type TwilioTelephonyOptions = TwilioAccount & {
  /** null = Twilio's own hosts; otherwise requests go to `<base>/<original host><original path>`. */
  baseUrl: string | null;
  /** E.164, at least one. */
  fromNumbers: readonly string[];
  logger?: Logger;
  /** Default 9 s per request. */
  requestTimeoutMs?: number;
};

/** How many listed calls between two numbers `find` looks into, newest first. */
const FIND_LIMIT = 20;

/** The telephony port over Twilio's REST API. Which URL means what is in SPEC.md. */
export function createTwilioTelephony(options: TwilioTelephonyOptions): Telephony {
  const client = createRestClient(options);
  const logger = options.logger ?? silentLogger;
  return {
    fromNumbers: options.fromNumbers,
    dial: (request) => dial(client, options, logger, request),
    end: (carrierCallId) => end(client, carrierCallId),
    instruct: (carrierCallId, attemptId, instruction) =>
      update(client, carrierCallId, { twiml: twimlOf(options, attemptId, instruction) }),
    fetch: (carrierCallId) => fetchCall(client, carrierCallId),
    find: (search) => find(client, search),
    sendSms: (message) => sendSms(client, options.fromNumbers, message),
    check: () => check(client),
  };
}

async function dial(
  client: RestClient,
  { publicUrl }: TwilioAccount,
  logger: Logger,
  request: DialRequest,
): Promise<DialOutcome> {
  const { attemptId } = request;
  try {
    const call = await client.calls.create({
      to: request.to,
      from: request.from,
      url: retriedWebhookUrl(publicUrl, "voice", attemptId),
      method: "POST",
      statusCallback: retriedWebhookUrl(publicUrl, "status", attemptId),
      statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
      statusCallbackMethod: "POST",
      machineDetection: request.awaitGreetingEnd ? "DetectMessageEnd" : "Enable",
      asyncAmd: "true",
      asyncAmdStatusCallback: retriedWebhookUrl(publicUrl, "amd", attemptId),
      asyncAmdStatusCallbackMethod: "POST",
      timeout: request.ringTimeoutSeconds,
      timeLimit: request.timeLimitSeconds,
    });
    const { carrierCallId, status } = readCarrierCall(call);
    return { kind: "placed", carrierCallId, status };
  } catch (error) {
    const outcome = dialOutcomeOf(error);
    logger.warn({ attemptId, outcome: outcome.kind, ...errorFields(error) }, "a dial request failed");
    return outcome;
  }
}

/**
 * `canceled` first: it stops a ringing phone and leaves a talking one alone. Only when Twilio's own reply says that they talk, `completed`.
 * A 21220 on the first request does not say whether the call ended or was just picked up, so it gets the second request too.
 */
async function end(client: RestClient, carrierCallId: string): Promise<EndOutcome> {
  const cancelled = await update(client, carrierCallId, { status: "canceled" });
  if (cancelled.kind === "accepted") {
    if (cancelled.status === "in_progress") return update(client, carrierCallId, { status: "completed" });
    return hasEnded(cancelled.status) && cancelled.status !== "cancelled" ? { kind: "over" } : cancelled;
  }
  return cancelled.kind === "over" ? update(client, carrierCallId, { status: "completed" }) : cancelled;
}

async function update(
  client: RestClient,
  carrierCallId: string,
  change: { status: "canceled" | "completed" } | { twiml: string },
): Promise<EndOutcome> {
  try {
    const call = await client.calls(carrierCallId).update(change);
    return { kind: "accepted", status: readCarrierCall(call).status };
  } catch (error) {
    const failure = readRestFailure(error);
    return saysOver(failure) ? { kind: "over" } : { kind: "unreachable", reason: failureSentence(failure) };
  }
}

async function fetchCall(client: RestClient, carrierCallId: string): Promise<FetchOutcome> {
  try {
    return { kind: "found", call: readCarrierCall(await client.calls(carrierCallId).fetch()) };
  } catch (error) {
    return notFetched(error);
  }
}

function notFetched(error: unknown): FetchOutcome {
  const failure = readRestFailure(error);
  return saysAbsent(failure) ? { kind: "absent" } : { kind: "unreachable", reason: failureSentence(failure) };
}

/**
 * The listing gives candidates (no StartTime filter: a queued call has none); the attempt id in the recorded parameters of the create
 * request says which one is ours. A candidate that vanished meanwhile is skipped.
 */
async function find(
  client: RestClient,
  search: { attemptId: string; to: string; from: string },
): Promise<FetchOutcome> {
  try {
    const candidates = await client.calls.list({ to: search.to, from: search.from, limit: FIND_LIMIT });
    for (const candidate of candidates) {
      if (await wasCreatedFor(client, candidate.sid, search.attemptId)) {
        return { kind: "found", call: readCarrierCall(candidate) };
      }
    }
    return { kind: "absent" };
  } catch (error) {
    return { kind: "unreachable", reason: failureSentence(readRestFailure(error)) };
  }
}

async function wasCreatedFor(client: RestClient, carrierCallId: string, attemptId: string): Promise<boolean> {
  try {
    const events = await client.calls(carrierCallId).events.list({ limit: FIND_LIMIT });
    return events.some((event) => mentionsAttempt(event.request, attemptId));
  } catch (error) {
    if (saysAbsent(readRestFailure(error))) return false;
    throw error;
  }
}

/** The id as a whole path part of any recorded webhook URL. */
function mentionsAttempt(recordedRequest: unknown, attemptId: string): boolean {
  const paths = JSON.stringify(recordedRequest)?.match(/\/twilio\/[a-z-]+\/[A-Za-z0-9_-]+/g) ?? [];
  return paths.some((path) => path.endsWith(`/${attemptId}`));
}

async function sendSms(
  client: RestClient,
  [from]: readonly string[],
  message: { to: string; body: string },
): Promise<SmsOutcome> {
  if (from === undefined) return { kind: "refused", reason: "No number of ours can send text messages." };
  try {
    await client.messages.create({ to: message.to, from, body: message.body });
    return { kind: "sent" };
  } catch (error) {
    const failure = readRestFailure(error);
    const reason = failureSentence(failure);
    const mayHelp = failure.kind !== "answered" || failure.status === 429 || failure.status >= 500;
    return mayHelp ? { kind: "unreachable", reason } : { kind: "refused", reason };
  }
}

/** Lists one call: cheap, served by every stand-in of Twilio, and refused for a suspended account as well as for wrong credentials. */
async function check(client: RestClient): Promise<PeerHealth> {
  try {
    await client.calls.list({ limit: 1 });
    return { ok: true, reason: "Twilio accepts the credentials." };
  } catch (error) {
    const failure = readRestFailure(error);
    if (failure.kind !== "answered")
      return { ok: false, reason: failureSentence(failure), why: "unreachable" };
    if (!saysUnauthorized(failure)) return { ok: false, reason: failureSentence(failure) };
    const reason = "Twilio refused the credentials; check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.";
    return { ok: false, reason, why: "refused" };
  }
}
