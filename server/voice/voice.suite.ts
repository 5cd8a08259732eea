import { NO_VOICE_TOTALS } from "#shared/call/cost.ts";
import {
  nextCall,
  type RecordingListener,
  recordingListener,
} from "#server/voice/testing/recording-listener.ts";
import type { VoiceModel, VoiceSession, VoiceSessionOptions } from "#server/voice/voice.ts";
import { afterEach, describe, expect, test } from "vitest";

/** A voice model behind the port: the sandbox's, or a real one. */
export type VoiceUnderTest = {
  voice(): VoiceModel;
  withKey(apiKey: string): VoiceModel;
  /** Somebody saying these words, µ-law, with enough silence to end the turn. */
  speech(words: string): Promise<Uint8Array>;
};

const FRAME_BYTES = 160;
const HELLO = "Hello, this is the assistant of Ridge Plumbing.";
const LONG =
  "We have three plans for you. The first one is our basic plan, which includes a yearly visit and all small repairs. " +
  "The second one adds a second visit in the autumn. The third one covers every part of the installation.";

const OPTIONS: VoiceSessionOptions = {
  instructions: [
    "You are the AI phone agent of a plumber. Keep every answer to one short sentence.",
    "Business: Ridge Plumbing",
    "Objective: Agree on a day for a visit to repair a sink.",
    "When the caller asks for no more calls, call mark_do_not_call at once, without saying anything first.",
  ].join("\n"),
  voice: "marin",
  language: "en",
  tools: [
    {
      name: "mark_do_not_call",
      description: "Call this when the caller says that they want no more calls.",
      parameters: {
        type: "object",
        properties: { reason: { type: "string" } },
        required: ["reason"],
      },
    },
  ],
  keywords: ["Ridge Plumbing"],
  safetyId: "suite",
  floorClosed: false,
  history: [],
};

const letters = (words: string) => words.toLowerCase().replace(/[^a-z ]/g, "");

function append(session: VoiceSession, audio: Uint8Array): void {
  for (let at = 0; at < audio.length; at += FRAME_BYTES) {
    session.appendAudio(Buffer.from(audio.subarray(at, at + FRAME_BYTES)).toString("base64"));
  }
}

/** Everything one answer said, and its sound in bytes. */
function spoken(listener: RecordingListener, answerId: string): { words: string; audioBytes: number } {
  let words = "";
  let audioBytes = 0;
  for (const [name, payload] of listener.calls.all) {
    if (name === "agentWords" && payload.answerId === answerId && payload.final) words += payload.text;
    if (name === "audio" && payload.answerId === answerId) {
      audioBytes += Buffer.from(payload.payloadBase64, "base64").length;
    }
  }
  return { words, audioBytes };
}

/** What every voice model must do, whoever speaks behind the port. */
export function voiceSuite(name: string, { voice, withKey, speech }: VoiceUnderTest): void {
  const sessions: VoiceSession[] = [];
  afterEach(() => {
    for (const session of sessions.splice(0)) session.close();
  });

  function open(options: Partial<VoiceSessionOptions> = {}) {
    const listener = recordingListener();
    const session = voice().open({ ...OPTIONS, ...options }, listener);
    sessions.push(session);
    return { session, listener };
  }

  async function finalWords(listener: RecordingListener) {
    for (;;) {
      const words = await nextCall(listener, "consumerWords");
      if (words.final) return words;
    }
  }

  describe(`the voice port: ${name}`, () => {
    test("exact words asked for before the session is ready are spoken, with sound and a price", async () => {
      const { session, listener } = open();
      session.say(HELLO);
      const ended = await nextCall(listener, "answerEnded");
      expect(ended).toMatchObject({ end: "completed", reason: null });
      const { words, audioBytes } = spoken(listener, ended.answerId);
      expect(letters(words)).toBe(letters(HELLO));
      expect(audioBytes).toBeGreaterThan(8000);
      if (!ended.usage) throw new Error("An answer that completed has a usage.");
      expect(voice().price({ ...NO_VOICE_TOTALS, ...ended.usage }).audioOut).toBeGreaterThan(0);
    });

    test("two requests at once: both are spoken, one after the other", async () => {
      const { session, listener } = open();
      session.say(HELLO);
      session.say("How are you today?");
      const first = await nextCall(listener, "answerEnded");
      const second = await nextCall(listener, "answerEnded");
      expect(letters(spoken(listener, first.answerId).words)).toBe(letters(HELLO));
      expect(letters(spoken(listener, second.answerId).words)).toBe("how are you today");
      const order = listener.calls.all.flatMap((call) =>
        call[0] === "answerStarted" || call[0] === "answerEnded" ? [`${call[0]} ${call[1].answerId}`] : [],
      );
      expect(order).toEqual([
        `answerStarted ${first.answerId}`,
        `answerEnded ${first.answerId}`,
        `answerStarted ${second.answerId}`,
        `answerEnded ${second.answerId}`,
      ]);
    });

    test("a turn of the consumer is heard, understood and answered", async () => {
      const { session, listener } = open();
      append(session, await speech("Yes, I need someone to fix my sink."));
      const { itemId } = await nextCall(listener, "speechStarted");
      expect(await nextCall(listener, "speechStopped")).toEqual({ itemId, isNoise: false });
      expect(await nextCall(listener, "turnCommitted")).toMatchObject({ itemId });
      const ended = await nextCall(listener, "answerEnded");
      expect(spoken(listener, ended.answerId).audioBytes).toBeGreaterThan(0);
      const words = await finalWords(listener);
      expect(words).toMatchObject({ itemId, audioSeconds: expect.any(Number) });
      expect(letters(words.text)).toContain("fix my sink");
      const transcriptionSeconds = words.audioSeconds ?? 0;
      expect(voice().price({ ...NO_VOICE_TOTALS, transcriptionSeconds }).transcription).toBeGreaterThan(0);
    });

    test("while the floor is closed a turn is heard but not answered; then it is answered when asked", async () => {
      const { session, listener } = open({ floorClosed: true });
      append(session, await speech("Who is calling please?"));
      expect(letters((await finalWords(listener)).text)).toContain("calling");
      session.say(HELLO);
      await nextCall(listener, "answerEnded");
      session.openFloor();
      session.respond();
      const answer = await nextCall(listener, "answerEnded");
      expect(answer.end).toBe("completed");
      const started = listener.calls.all.filter(([called]) => called === "answerStarted");
      expect(started.length).toBe(2);
    });

    test("an interruption: the answer ends, no discarded sound follows, and the talk goes on", async () => {
      const { session, listener } = open();
      const interruption = await speech("Wait, stop there please.");
      session.say(LONG);
      const { answerId, itemId } = await nextCall(listener, "audio");
      append(session, interruption);
      await nextCall(listener, "speechStarted");
      session.discard(answerId);
      session.truncate(itemId, 40);
      const soundBefore = spoken(listener, answerId).audioBytes;
      const ended = await nextCall(listener, "answerEnded");
      expect(["interrupted", "completed"]).toContain(ended.end);
      const next = await nextCall(listener, "answerEnded");
      expect(next).toMatchObject({ end: "completed" });
      expect(spoken(listener, answerId).audioBytes).toBe(soundBefore);
    });

    test("a cancelled answer ends and makes room for the next", async () => {
      const { session, listener } = open();
      session.say(LONG);
      const { answerId } = await nextCall(listener, "audio");
      session.cancelAnswer();
      session.say(HELLO);
      const soundBefore = spoken(listener, answerId).audioBytes;
      const first = await nextCall(listener, "answerEnded");
      expect(first.answerId).toBe(answerId);
      expect(["cancelled", "completed"]).toContain(first.end);
      const second = await nextCall(listener, "answerEnded");
      expect(letters(spoken(listener, second.answerId).words)).toBe(letters(HELLO));
      expect(spoken(listener, answerId).audioBytes).toBe(soundBefore);
    });

    test("a tool call is answered with its result", async () => {
      const { session, listener } = open();
      append(session, await speech("Stop calling me. Take me off your list."));
      const call = await nextCall(listener, "toolCalled");
      expect(call.name).toBe("mark_do_not_call");
      expect(JSON.parse(call.argumentsJson)).toMatchObject({ reason: expect.any(String) });
      await nextCall(listener, "answerEnded");
      session.returnTool({ toolCallId: call.toolCallId, output: '{"ok":true}', answer: true });
      const ended = await nextCall(listener, "answerEnded");
      expect(spoken(listener, ended.answerId).audioBytes).toBeGreaterThan(0);
    });

    test("a session takes up a conversation and answers aloud", async () => {
      const { session, listener } = open({
        history: [
          { speaker: "agent", text: HELLO },
          { speaker: "consumer", text: "Yes, I need someone to fix my sink." },
          { speaker: "agent", text: "Which day would suit" },
        ],
      });
      session.respond("The line was interrupted for a moment. Apologise briefly and go on.");
      const ended = await nextCall(listener, "answerEnded");
      expect(ended.end).toBe("completed");
      expect(spoken(listener, ended.answerId).audioBytes).toBeGreaterThan(0);
    });

    test("health: the key is accepted; a wrong one ends a session for good", async () => {
      expect(await voice().check()).toMatchObject({ ok: true });
      const wrong = withKey("sk-wrong");
      expect(await wrong.check()).toEqual({
        ok: false,
        reason: "OpenAI refused the API key. Check OPENAI_API_KEY.",
        why: "refused",
      });
      const listener = recordingListener();
      sessions.push(wrong.open(OPTIONS, listener));
      expect(await nextCall(listener, "closed")).toEqual({
        reason: "OpenAI refused the API key. Check OPENAI_API_KEY.",
        fatal: true,
      });
    });
  });
}
