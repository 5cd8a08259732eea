import { systemClock } from "#server/lib/clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { MULAW_BYTES_PER_MS, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { speak } from "#server/sandbox/speech/voices.ts";
import { attachVoiceModel } from "#server/sandbox/voice-model/voice-model.ts";
import { createOpenAiVoice } from "#server/voice/openai/openai-voice.ts";
import { voiceSuite } from "#server/voice/voice.suite.ts";
import express from "express";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

/** Set in the environment, the suite runs against the real service. */
const REAL_KEY = process.env["OPENAI_API_KEY"];
const MODEL = process.env["OPENAI_REALTIME_MODEL"] ?? "gpt-realtime-2.1";
const SANDBOX_KEY = "sk-sandbox";
const PAUSE_MS = 800;

const app = express();
const http = createServer(app);
const sandbox = attachVoiceModel({ httpServer: http, apiKey: SANDBOX_KEY, clock: systemClock });
app.use(sandbox.router);

beforeAll(() => new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  sandbox.close();
  http.closeAllConnections();
  return new Promise((resolve) => http.close(resolve));
});

function withKey(apiKey: string) {
  const { port } = http.address() as AddressInfo;
  const baseUrl = REAL_KEY ? null : `http://127.0.0.1:${port}/v1`;
  return createOpenAiVoice({ apiKey, baseUrl, model: MODEL, clock: systemClock, logger: silentLogger });
}

let utterances = 0;

voiceSuite(REAL_KEY ? "OpenAI" : "sandbox over OpenAI's protocol", {
  voice: () => withKey(REAL_KEY ?? SANDBOX_KEY),
  withKey,
  async speech(words) {
    utterances += 1;
    const pause = new Uint8Array(PAUSE_MS * MULAW_BYTES_PER_MS).fill(MULAW_SILENCE);
    return Buffer.concat([await speak(words, "rms", utterances), pause]);
  },
});

const sessionsSchema = z.object({
  sessions: z.array(
    z.object({
      appendsBeforeReady: z.number(),
      audioIn: z.object({
        lost: z.number(),
        repeated: z.number(),
        reordered: z.number(),
        changed: z.number(),
      }),
      errors: z.array(z.object({ code: z.string().nullable() })),
    }),
  ),
});

test.skipIf(REAL_KEY)(
  "[VO3] what the service saw of these sessions: no early sound, none lost, repeated or changed, no wrong event",
  async () => {
    const { port } = http.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/sandbox/voice-sessions`);
    const { sessions } = sessionsSchema.parse(await response.json());
    expect(sessions.length).toBeGreaterThan(7);
    const untouched = { lost: 0, repeated: 0, reordered: 0, changed: 0 };
    for (const session of sessions) {
      expect(session).toMatchObject({ appendsBeforeReady: 0, audioIn: untouched });
    }
    const codes = new Set(sessions.flatMap(({ errors }) => errors.map(({ code }) => code)));
    // The one race nobody can avoid: the answer ends while our cancel is under way.
    codes.delete("response_cancel_not_active");
    expect([...codes]).toEqual([]);
  },
);
