import { readUpToHere } from "#server/voice/openai/testing/open-session.ts";
import { useScriptedService } from "#server/voice/openai/testing/use-service.ts";
import { nextCall } from "#server/voice/testing/recording-listener.ts";
import type { VoiceSessionOptions } from "#server/voice/voice.ts";
import { describe, expect, test } from "vitest";

const { service, ready } = useScriptedService();

const started = (id: string) => service().send({ type: "response.created", response: { id } });
const UNRESPONSIVE = { reason: "OpenAI no longer answers aloud.", fatal: false };

describe("[VO17] an answer that stops", () => {
  test("in the middle of its sound: cancelled after 30 s; without an end 2 s later the session is given up", async () => {
    const { listener, clock } = await ready();
    started("resp_1");
    service().send({
      type: "response.output_audio.delta",
      response_id: "resp_1",
      item_id: "item_1",
      delta: "AAAA",
    });
    for (let tens = 0; tens < 3; tens++) {
      // In steps, so that the service's signs of life are seen in between.
      await readUpToHere(service(), listener);
      clock.advance(10_000);
    }
    expect(await service().next("response.cancel")).toMatchObject({ response_id: "resp_1" });
    clock.advance(2000);
    expect(await nextCall(listener, "answerEnded")).toMatchObject({ end: "failed", reason: "stuck" });
    expect(await nextCall(listener, "closed")).toEqual(UNRESPONSIVE);
    expect(clock.pending).toBe(1);
  });

  test("before its sound, and the cancel is not heard either: 4 s after it began the session is given up", async () => {
    const { listener, clock } = await ready();
    started("resp_1");
    await nextCall(listener, "answerStarted");
    clock.advance(2000);
    await service().next("response.cancel");
    clock.advance(2000);
    expect(await nextCall(listener, "closed")).toEqual(UNRESPONSIVE);
  });

  test("a cancel that is obeyed ends no session", async () => {
    const { session, listener, clock } = await ready();
    started("resp_1");
    await nextCall(listener, "answerStarted");
    session.cancelAnswer();
    await service().next("response.cancel");
    service().send({ type: "response.done", response: { id: "resp_1", status: "cancelled" } });
    await nextCall(listener, "answerEnded");
    clock.advance(20_000);
    await readUpToHere(service(), listener);
    expect(listener.calls.all.map(([name]) => name)).not.toContain("closed");
  });
});

describe("[VO18] too many requests", () => {
  const limited = (id: string) => ({
    type: "response.done",
    response: { id, status: "failed", status_details: { error: { code: "rate_limit_exceeded" } } },
  });

  test.each([
    ["soon", 0.7, 700],
    ["at once", 0, 200],
    ["later than anybody waits in silence", 45, 2000],
  ])("the limit resets %s (%f s): the second try comes after %i ms", async (_when, reset, pauseMs) => {
    const { listener, clock } = await ready();
    const limits = [{ name: "tokens", limit: 40_000, remaining: 10, reset_seconds: reset }];
    service().send({ type: "rate_limits.updated", rate_limits: limits });
    started("resp_1");
    service().send(limited("resp_1"));
    expect(await nextCall(listener, "answerEnded")).toMatchObject({ reason: "retried" });
    const asked = () => service().received.all.filter(({ type }) => type === "response.create").length;
    clock.advance(pauseMs - 1);
    expect(asked()).toBe(0);
    clock.advance(1);
    await service().next("response.create");
    expect(asked()).toBe(1);
  });
});

describe("[VO19] events that come twice or late", () => {
  test("sound with the id of an earlier event is not played again", async () => {
    const { listener } = await ready();
    const ids = { response_id: "resp_1", item_id: "item_1" };
    const delta = { type: "response.output_audio.delta", ...ids, delta: "AAAA" };
    const words = { type: "response.output_audio_transcript.delta", ...ids, delta: "Hello. " };
    for (const event of [
      { ...delta, event_id: "event_1" },
      { ...delta, event_id: "event_1" },
      { ...words, event_id: "event_2" },
      { ...words, event_id: "event_2" },
      { ...delta, event_id: "event_3" },
      { type: "response.done", event_id: "event_4", response: { id: "resp_1", status: "completed" } },
      { type: "response.done", event_id: "event_5", response: { id: "resp_1", status: "completed" } },
      { ...delta, event_id: "event_6" },
    ]) {
      service().send(event);
    }
    await readUpToHere(service(), listener);
    const names = listener.calls.all.map(([name]) => name);
    expect(names.filter((name) => name === "audio").length).toBe(2);
    expect(names.filter((name) => name === "answerEnded").length).toBe(1);
    expect(listener.calls.all).toContainEqual([
      "agentWords",
      { answerId: "resp_1", itemId: "item_1", text: "Hello. ", final: true },
    ]);
  });
});

describe("[VO20] an answer in writing after a written history", () => {
  const history: VoiceSessionOptions["history"] = [
    { speaker: "agent", text: "Hi, this is the assistant." },
    { speaker: "consumer", text: "Yes?" },
  ];
  const written = (id: string) => ({
    type: "response.content_part.added",
    response_id: id,
    item_id: `item_${id}`,
    part: { type: "text" },
  });

  test("the history becomes one note before the second try; a second answer in writing changes nothing more", async () => {
    const { listener } = await ready({ history });
    started("resp_1");
    service().send(written("resp_1"));
    await service().next("response.cancel");
    service().send({ type: "response.done", response: { id: "resp_1", status: "cancelled" } });
    await service().next("response.create");
    expect(service().received.all.slice(3)).toMatchObject([
      { type: "conversation.item.delete", item_id: "history_1" },
      { type: "conversation.item.delete", item_id: "history_2" },
      {
        type: "conversation.item.create",
        item: {
          role: "system",
          content: [{ text: expect.stringMatching(/\nYou: Hi, this is the assistant\.\nCaller: Yes\?$/) }],
        },
      },
      { type: "response.cancel", response_id: "resp_1" },
      { type: "response.create" },
    ]);
    service().send({
      type: "response.created",
      response: { id: "resp_2", metadata: { client_event_id: "answer_1" } },
    });
    service().send(written("resp_2"));
    await service().next("response.cancel");
    service().send({ type: "response.done", response: { id: "resp_2", status: "cancelled" } });
    expect(await nextCall(listener, "closed")).toEqual(UNRESPONSIVE);
    expect(service().received.all.filter(({ type }) => type === "conversation.item.delete").length).toBe(2);
  });
});

describe("[VO21] words in a sound shorter than any word", () => {
  /** The service counts 300 ms before the voice and 500 ms of silence as speech. */
  async function heard(startMs: number, endMs: number) {
    const { listener } = await ready();
    const item_id = "item_U1";
    service().send({ type: "input_audio_buffer.speech_started", item_id, audio_start_ms: startMs });
    service().send({ type: "input_audio_buffer.speech_stopped", item_id, audio_end_ms: endMs });
    service().send({ type: "input_audio_buffer.committed", item_id, previous_item_id: null });
    const type = "conversation.item.input_audio_transcription.completed";
    service().send({
      type,
      item_id,
      transcript: "Thanks for watching!",
      usage: { type: "duration", seconds: 1 },
    });
    return nextCall(listener, "consumerWords");
  }

  test("were not said, and were paid for", async () => {
    expect(await heard(1000, 1990)).toEqual({ itemId: "item_U1", text: "", final: true, audioSeconds: 1 });
  });

  test.each([
    ["long enough for a word", 1000, 2000],
    ["at the very beginning, where the length is unknown", 0, 700],
  ])("%s: kept", async (_name, startMs, endMs) => {
    expect((await heard(startMs, endMs)).text).toBe("Thanks for watching!");
  });
});
