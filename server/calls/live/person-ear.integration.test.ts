import { PersonEar } from "#server/calls/live/person-ear.ts";
import { systemClock } from "#server/lib/clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { speak } from "#server/sandbox/speech/voices.ts";
import { attachVoiceModel } from "#server/sandbox/voice-model/voice-model.ts";
import { createOpenAiVoice } from "#server/voice/openai/openai-voice.ts";
import { relayedListener } from "#server/voice/relayed-listener.ts";
import type { NewCallEvent } from "#shared/call/events.ts";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";

test("[CL357] over the real protocol: what a person says is written down word for word, and the session never answers", async () => {
  const httpServer = createServer();
  const sandbox = attachVoiceModel({ httpServer, apiKey: "sk-ear", clock: systemClock });
  await new Promise<void>((resolve) => httpServer.listen(0, "127.0.0.1", resolve));
  const { port } = httpServer.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const link = { apiKey: "sk-ear", baseUrl, clock: systemClock, logger: silentLogger };
  const voice = createOpenAiVoice({ ...link, model: "gpt-realtime-2.1" });
  const recorded: NewCallEvent[] = [];
  const answers: string[] = [];
  const said: string[] = [];
  const ear = new PersonEar({
    callId: "call_1",
    clock: systemClock,
    callMs: () => 1000,
    record: (event) => recorded.push(event),
    draft: () => undefined,
    said: (text) => said.push(text),
    transcribed: () => undefined,
    allSaid: () => undefined,
    open(listener) {
      const options = {
        instructions: "Only listen.",
        voice: "marin",
        language: "en",
        tools: [],
        keywords: ["Acme"],
      };
      const session = { ...options, safetyId: "person", floorClosed: true, history: [] };
      const relayed = relayedListener(listener, (call) => call());
      return voice.open(session, {
        ...relayed,
        answerStarted: ({ answerId }) => void answers.push(answerId),
      });
    },
  });
  onTestFinished(async () => {
    ear.close();
    sandbox.close();
    httpServer.closeAllConnections();
    await new Promise((resolve) => httpServer.close(resolve));
  });
  const words = "Hello, this is Dana, a colleague of Sam.";
  const silence = Buffer.alloc(MULAW_FRAME_BYTES * 40, MULAW_SILENCE);
  const sound = Buffer.concat([silence, await speak(words, "kal", 7), silence]);
  for (let from = 0; from < sound.length; from += 2 * MULAW_FRAME_BYTES)
    ear.hear(sound.subarray(from, from + 2 * MULAW_FRAME_BYTES).toString("base64"));
  await vi.waitFor(() => expect(said).toEqual([words]), { timeout: 20_000 });
  expect(recorded).toMatchObject([{ type: "transcript.segment", speaker: "person", text: words }]);
  expect(answers).toEqual([]);
});
