import { systemClock } from "#server/lib/clock.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { MULAW_BYTES_PER_MS, MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { speak } from "#server/sandbox/speech/voices.ts";
import { playRecorded } from "#server/sandbox/voice-model/testing/golden-scripts.ts";
import { startTestServer } from "#server/sandbox/voice-model/testing/test-server.ts";
import { createOpenAiVoice } from "#server/voice/openai/openai-voice.ts";
import { readServerEvent } from "#server/voice/openai/server-events.ts";
import { SESSION } from "#server/voice/openai/testing/open-session.ts";
import {
  nextCall,
  type RecordingListener,
  recordingListener,
} from "#server/voice/testing/recording-listener.ts";
import type { VoiceSession } from "#server/voice/voice.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** The adapter, over the SDK and a socket, against everything that the simulated service can do wrong. */
let server: Awaited<ReturnType<typeof startTestServer>>;
const sessions: VoiceSession[] = [];
beforeAll(async () => {
  server = await startTestServer(systemClock);
});
afterAll(() => {
  for (const session of sessions) session.close();
  server.stop();
});

type Fault = Record<string, unknown> & { kind: string };

/** A session of a person of its own, struck by these faults from its first moment; its requests are made at once. */
async function struck(name: string, faults: Fault[], use: (session: VoiceSession) => void) {
  for (const fault of faults) expect(await server.fault(fault, { person: name })).toBe(200);
  const listener = recordingListener();
  const voice = createOpenAiVoice({
    apiKey: server.target.apiKey,
    baseUrl: server.target.baseURL,
    model: server.target.model,
    clock: systemClock,
    logger: silentLogger,
  });
  const session = voice.open({ ...SESSION, safetyId: name }, listener);
  sessions.push(session);
  use(session);
  return listener;
}

const count = (listener: RecordingListener, wanted: string) =>
  listener.calls.all.filter(([name]) => name === wanted).length;

const HELLO = "Hello, this is the assistant.";
const LOST = "The connection to OpenAI was lost.";
const ENDINGS: [string, Fault, { reason: string; fatal: boolean }][] = [
  ["torn", { kind: "drop", afterMs: 200 }, { reason: LOST, fatal: false }],
  ["closed with 1000", { kind: "close", afterMs: 200, code: 1000 }, { reason: LOST, fatal: false }],
  ["closed with 1001", { kind: "close", afterMs: 200, code: 1001 }, { reason: LOST, fatal: false }],
  ["closed with 1011", { kind: "close", afterMs: 200, code: 1011 }, { reason: LOST, fatal: false }],
  ["closed with 4000", { kind: "close", afterMs: 200, code: 4000 }, { reason: LOST, fatal: false }],
  [
    "expired",
    { kind: "expire", afterMs: 200 },
    { reason: "The voice session reached OpenAI's time limit.", fatal: false },
  ],
  [
    "at a limit of its own",
    { kind: "limit", limitMs: 1000 },
    { reason: "The voice session reached OpenAI's time limit.", fatal: false },
  ],
  ["never let in", { kind: "hangUpgrade" }, { reason: "OpenAI could not be reached.", fatal: false }],
  [
    "refused with 401",
    { kind: "refuseUpgrade", status: 401 },
    { reason: "OpenAI refused the API key. Check OPENAI_API_KEY.", fatal: true },
  ],
  [
    "refused with 429",
    { kind: "refuseUpgrade", status: 429 },
    { reason: "OpenAI is limiting our requests.", fatal: false },
  ],
  [
    "refused with 503",
    { kind: "refuseUpgrade", status: 503 },
    { reason: "OpenAI is not available right now.", fatal: false },
  ],
  [
    "out of quota",
    { kind: "failResponse", code: "insufficient_quota" },
    { reason: "The OpenAI account has no quota left. Check its billing.", fatal: true },
  ],
  [
    "stuck, whatever is asked of it",
    { kind: "stuckResponse", canBeCancelled: false },
    { reason: "OpenAI no longer answers aloud.", fatal: false },
  ],
  [
    "silent twice",
    { kind: "stuckResponse", responses: 2 },
    { reason: "OpenAI no longer answers aloud.", fatal: false },
  ],
  [
    "writing instead of speaking",
    { kind: "textOnly", responses: 2 },
    { reason: "OpenAI no longer answers aloud.", fatal: false },
  ],
];

/** Nothing of these may be heard: the words are said once, whole, and the session goes on. */
const SURVIVED: [string, Fault[]][] = [
  ["delay and jitter", [{ kind: "delay", delayMs: 150, jitterMs: 100 }]],
  ["a stall", [{ kind: "stall", afterMs: 100, forMs: 800 }]],
  ["a server that reads late", [{ kind: "stopReading", forMs: 500 }]],
  ["a frame that is no JSON", [{ kind: "rawFrame", text: "{" }]],
  ["an event nobody knows", [{ kind: "rawFrame", text: '{"type":"sandbox.unheard_of"}' }]],
  ["every event twice", [{ kind: "repeatEvents", events: 10_000 }]],
  ["sound after the answer's end", [{ kind: "lateDelta" }]],
  ["closing events held back", [{ kind: "holdDones" }]],
  ["one silent rate limit", [{ kind: "failResponse", code: "rate_limit_exceeded" }]],
  ["one answer in writing", [{ kind: "textOnly" }]],
  ["one stuck answer", [{ kind: "stuckResponse" }]],
];

describe.concurrent("[VO22] the simulated service does everything wrong", () => {
  test.each(ENDINGS)("a session %s ends once, with its reason", async (name, fault, end) => {
    const listener = await struck(name, [fault], (session) => session.say(HELLO));
    expect(await nextCall(listener, "closed")).toEqual(end);
    expect(count(listener, "closed")).toBe(1);
  });

  test.each(SURVIVED)("%s: the words are said once and whole", async (name, faults) => {
    const listener = await struck(name, faults, (session) => session.say(HELLO));
    for (;;) {
      const { answerId, end } = await nextCall(listener, "answerEnded");
      if (end !== "completed") continue;
      const pieces = listener.calls.all.flatMap(([called, payload]) => (called === "audio" ? [payload] : []));
      expect(new Set(pieces.map((piece) => piece.answerId))).toEqual(new Set([answerId]));
      const bytes = pieces.reduce((sum, piece) => sum + Buffer.from(piece.payloadBase64, "base64").length, 0);
      expect(bytes).toBe((await speak(HELLO, "slt", 1)).length);
      break;
    }
    expect(count(listener, "closed")).toBe(0);
  });

  test("an answer filtered in the middle is told as incomplete", async () => {
    const listener = await struck("filtered", [{ kind: "filterResponse" }], (session) => session.say(HELLO));
    expect(await nextCall(listener, "answerEnded")).toMatchObject({
      end: "incomplete",
      reason: "content_filter",
    });
  });

  test("rate limited twice: told as final, the session stays", async () => {
    const fault = { kind: "failResponse", code: "rate_limit_exceeded", responses: 2 };
    const listener = await struck("limited", [fault], (session) => session.say(HELLO));
    expect(await nextCall(listener, "answerEnded")).toMatchObject({ reason: "retried" });
    expect(await nextCall(listener, "answerEnded")).toMatchObject({ end: "failed" });
    expect(count(listener, "closed")).toBe(0);
  });

  test.each([
    ["that failed are told as empty", { kind: "failTranscripts" }, ""],
    ["of words nobody said are told as they came", { kind: "ghostTranscripts", text: "Thanks!" }, "Thanks!"],
  ])("transcripts %s", async (name, fault, text) => {
    const pause = new Uint8Array(800 * MULAW_BYTES_PER_MS).fill(MULAW_SILENCE);
    const speech = Buffer.concat([await speak("Hello there.", "rms", 77), pause]);
    const listener = await struck(name, [fault], (session) => {
      for (let at = 0; at < speech.length; at += MULAW_FRAME_BYTES) {
        session.appendAudio(speech.subarray(at, at + MULAW_FRAME_BYTES).toString("base64"));
      }
    });
    const final = await listener.calls.next(([called, words]) => called === "consumerWords" && words.final);
    expect(final[1]).toMatchObject({ text });
  });
});

test("[VO2] everything the simulated service sends reads as well as the recordings", async () => {
  const readings = (await playRecorded()).map((event) => ({ event, kind: readServerEvent(event).kind }));
  expect(readings.filter(({ kind }) => kind === "malformed")).toEqual([]);
  expect(readings.filter(({ kind }) => kind === "known").length).toBeGreaterThan(100);
});

test("[VO22] in none of this did the adapter do what no client should", async () => {
  const ids = await server.sessionIds();
  const views = await Promise.all(ids.map((id) => server.session(id)));
  expect(views.length).toBeGreaterThan(20);
  expect(views.flatMap(({ violations }) => violations)).toEqual([]);
});
