import type { Analyst } from "#server/analyst/analyst.ts";
import { createAnthropicAnalyst } from "#server/analyst/anthropic/anthropic-analyst.ts";
import type { Config, KeyedPeer, TwilioPeer } from "#server/config.ts";
import {
  type EmbeddedDatabase,
  EmbeddedDatabaseError,
  startEmbeddedDatabase,
} from "#server/database/embedded/embedded-database.ts";
import type { Clock } from "#server/lib/clock.ts";
import { StartProblem } from "#server/lib/failure.ts";
import type { Logger } from "#server/lib/logger.ts";
import { type Sandbox, startSandbox } from "#server/sandbox/sandbox.ts";
import type { Telephony } from "#server/telephony/telephony.ts";
import { createTwilioTelephony } from "#server/telephony/twilio/twilio-telephony.ts";
import type { TwilioAccount } from "#server/telephony/twilio/twilio-urls.ts";
import { createOpenAiVoice } from "#server/voice/openai/openai-voice.ts";
import type { VoiceModel } from "#server/voice/voice.ts";
import { randomBytes } from "node:crypto";

/**
 * Everybody outside this process: the real service where its credentials are configured, otherwise the sandbox process, which speaks the same
 * protocols on loopback. Only this file knows the difference (DESIGN §2.11).
 */
export type Peers = {
  telephony: Telephony;
  twilio: TwilioAccount;
  voice: VoiceModel;
  analyst: Analyst;
  /** Null when all three are real. */
  sandbox: Sandbox | null;
  /** Which peers are real, for the banner and `/readyz`. */
  real: { telephony: boolean; voice: boolean; analyst: boolean };
};

export async function connectPeers(config: Config, clock: Clock, logger: Logger): Promise<Peers> {
  const simulated = simulatedCredentials();
  const real = {
    telephony: config.twilio !== null,
    voice: config.openAi !== null,
    analyst: config.anthropic !== null,
  };
  const sandbox = real.telephony && real.voice && real.analyst ? null : await openSandbox(config, simulated);
  const base = sandbox?.baseUrl ?? "";
  const { accountSid, authToken, baseUrl }: TwilioPeer = config.twilio ?? {
    ...simulated.twilio,
    baseUrl: base,
  };
  const openAi: KeyedPeer = config.openAi ?? { apiKey: simulated.openaiApiKey, baseUrl: `${base}/v1` };
  const anthropic: KeyedPeer = config.anthropic ?? { apiKey: simulated.anthropicApiKey, baseUrl: base };
  const twilio = { accountSid, authToken, publicUrl: config.publicUrl, nodePublicUrl: config.nodePublicUrl };
  return {
    telephony: createTwilioTelephony({ ...twilio, baseUrl, fromNumbers: config.fromNumbers, logger }),
    twilio,
    voice: createOpenAiVoice({ ...openAi, model: config.openAiModel, clock, logger }),
    analyst: createAnthropicAnalyst({ ...anthropic, model: config.anthropicModel, logger }),
    sandbox,
    real,
  };
}

function simulatedCredentials() {
  const secret = () => randomBytes(16).toString("hex");
  return {
    twilio: { accountSid: `AC${secret()}`, authToken: secret() },
    openaiApiKey: `sk-sandbox-${secret()}`,
    anthropicApiKey: `sk-sandbox-${secret()}`,
  };
}

async function openSandbox(
  config: Config,
  simulated: ReturnType<typeof simulatedCredentials>,
): Promise<Sandbox> {
  try {
    return await startSandbox({
      ...simulated.twilio,
      openaiApiKey: simulated.openaiApiKey,
      anthropicApiKey: simulated.anthropicApiKey,
      fromNumbers: config.fromNumbers,
      callsPerSecond: config.callsPerSecond,
    });
  } catch {
    throw new StartProblem("The sandbox process could not be started; the lines above say why.");
  }
}

/** The database of this installation: MONGODB_URI, or the embedded one in the data folder. @throws StartProblem */
export async function openDatabase(
  config: Config,
): Promise<{ uri: string; embedded: EmbeddedDatabase | null }> {
  if (config.mongodbUri !== null) return { uri: config.mongodbUri, embedded: null };
  try {
    const embedded = await startEmbeddedDatabase({ dataDir: config.dataDir });
    return { uri: embedded.uri, embedded };
  } catch (error) {
    if (error instanceof EmbeddedDatabaseError) throw new StartProblem(error.message);
    throw error;
  }
}
