import type { Clock } from "#server/lib/clock.ts";
import type { Logger } from "#server/lib/logger.ts";
import type { PeerHealth } from "#server/lib/peer-health.ts";
import { endForCode, endForHttp } from "#server/voice/openai/faults.ts";
import { PRICE_TABLE_VERSION, voicePrice } from "#server/voice/openai/prices.ts";
import { OpenAiVoiceSession } from "#server/voice/openai/session.ts";
import type { VoiceModel } from "#server/voice/voice.ts";
import OpenAI, { APIError } from "openai";

type OpenAiVoiceOptions = {
  apiKey: string;
  /** null: the service itself. Ends with the version, e.g. `http://127.0.0.1:4010/v1`; `http:` means plain sockets. */
  baseUrl: string | null;
  model: string;
  clock: Clock;
  logger: Logger;
};

const CHECK_TIMEOUT_MS = 5000;

/** A gateway may know the sockets and not the list of models: a bare 404 refuses nothing. */
const isRefusal = (status: number, code: string | null | undefined) =>
  [401, 402, 403].includes(status) || endForCode(code)?.fatal === true;

async function check(client: OpenAI, model: string): Promise<PeerHealth> {
  try {
    await client.models.retrieve(model, { timeout: CHECK_TIMEOUT_MS, maxRetries: 0 });
    return { ok: true, reason: "OpenAI accepts the API key and knows the model." };
  } catch (error) {
    if (!(error instanceof APIError) || typeof error.status !== "number") {
      return { ok: false, reason: "OpenAI could not be reached.", why: "unreachable" };
    }
    const { status, code } = error;
    const { reason } = endForHttp(status, code ?? null);
    return isRefusal(status, code) ? { ok: false, reason, why: "refused" } : { ok: false, reason };
  }
}

/** The voice port over OpenAI's Realtime protocol. */
export function createOpenAiVoice(options: OpenAiVoiceOptions): VoiceModel {
  const { apiKey, baseUrl, model, clock, logger } = options;
  // Organization and project of the environment would silently change who pays.
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    organization: null,
    project: null,
    logLevel: "off",
  });
  return {
    model,
    open(session, listener) {
      const link = { client, model, safetyId: session.safetyId, clock, logger };
      return new OpenAiVoiceSession(session, link, listener);
    },
    check: () => check(client, model),
    priceTable: PRICE_TABLE_VERSION,
    price: (usage) => voicePrice(model, usage),
  };
}
