import { type Logger, silentLogger } from "#server/lib/logger.ts";
import { createOpenAiVoice } from "#server/voice/openai/openai-voice.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import {
  nextCall,
  type RecordingListener,
  recordingListener,
} from "#server/voice/testing/recording-listener.ts";
import type { ScriptedService } from "#server/voice/openai/testing/scripted-service.ts";
import type { VoiceSession, VoiceSessionOptions } from "#server/voice/voice.ts";

export const SESSION: VoiceSessionOptions = {
  instructions: "# Role\nYou call for Ridge Plumbing.",
  voice: "marin",
  language: "en",
  tools: [],
  keywords: ["Ridge Plumbing"],
  safetyId: "hash-of-a-person",
  floorClosed: false,
  history: [],
};

export type OpenSession = { session: VoiceSession; listener: RecordingListener; clock: ManualClock };

/** Starts a session against the scripted service; it is not greeted yet. */
export function startSession(
  { baseUrl }: Pick<ScriptedService, "baseUrl">,
  options: Partial<VoiceSessionOptions> = {},
  listener: RecordingListener = recordingListener(),
  logger: Logger = silentLogger,
): OpenSession {
  const clock = new ManualClock();
  const voice = createOpenAiVoice({
    apiKey: "sk-test",
    baseUrl,
    model: "gpt-realtime-2.1",
    clock,
    logger,
  });
  return { session: voice.open({ ...SESSION, ...options }, listener), listener, clock };
}

/** A session that is ready. */
export async function readySession(
  service: ScriptedService,
  options: Partial<VoiceSessionOptions> = {},
): Promise<OpenSession> {
  const open = startSession(service, options);
  await service.greet();
  await nextCall(open.listener, "ready");
  return open;
}

/** Waits until the session has read everything the service sent so far. */
export async function readUpToHere(service: ScriptedService, listener: RecordingListener): Promise<void> {
  service.send({ type: "input_audio_buffer.speech_stopped", audio_end_ms: 1, item_id: "sentinel" });
  await listener.calls.next(([name, payload]) => name === "speechStopped" && payload.itemId === "sentinel");
}
