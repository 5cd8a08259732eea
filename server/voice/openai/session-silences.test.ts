import { readUpToHere } from "#server/voice/openai/testing/open-session.ts";
import { useScriptedService } from "#server/voice/openai/testing/use-service.ts";
import { nextCall } from "#server/voice/testing/recording-listener.ts";
import { describe, expect, test } from "vitest";

const { service, ready } = useScriptedService();

describe("[VO13] silences", () => {
  const committed = () =>
    service().send({ type: "input_audio_buffer.committed", item_id: "item_U1", previous_item_id: null });

  test("a turn without an answer is answered on our request after 2 s, once", async () => {
    const { listener, clock } = await ready();
    committed();
    await nextCall(listener, "turnCommitted");
    clock.advance(2000);
    const create = await service().next("response.create");
    expect(create["response"]).toMatchObject({ metadata: { purpose: "rescue" } });
  });

  test("the consumer goes on speaking, or the answer begins: nothing is asked for", async () => {
    const { listener, clock, session } = await ready();
    committed();
    service().send({ type: "input_audio_buffer.speech_started", item_id: "item_U2" });
    await nextCall(listener, "speechStarted");
    clock.advance(2000);
    committed();
    service().send({ type: "response.created", response: { id: "resp_1" } });
    await nextCall(listener, "answerStarted");
    clock.advance(1900);
    session.note("end");
    await service().next("conversation.item.create");
    expect(service().received.all.length).toBe(2);
  });

  test("exact words without sound are cancelled after 2 s and asked for once more; the second silence ends the session", async () => {
    const { session, listener, clock } = await ready();
    session.say("Hello.");
    const first = await service().next("response.create");
    service().send({
      type: "response.created",
      response: { id: "resp_1", metadata: { client_event_id: "answer_1" } },
    });
    await nextCall(listener, "answerStarted");
    clock.advance(2000);
    await service().next("response.cancel");
    service().send({ type: "response.done", response: { id: "resp_1", status: "cancelled" } });
    expect(await nextCall(listener, "answerEnded")).toMatchObject({ end: "cancelled", reason: "retried" });
    const second = await service().next("response.create");
    expect(second["response"]).toMatchObject({
      instructions: (first["response"] as { instructions: string }).instructions,
    });
    service().send({
      type: "response.created",
      response: { id: "resp_2", metadata: { client_event_id: "answer_2" } },
    });
    await nextCall(listener, "answerStarted");
    clock.advance(2000);
    await service().next("response.cancel");
    service().send({ type: "response.done", response: { id: "resp_2", status: "cancelled" } });
    expect(await nextCall(listener, "answerEnded")).toMatchObject({ end: "failed", reason: "no_audio" });
    expect(await nextCall(listener, "closed")).toEqual({
      reason: "OpenAI no longer answers aloud.",
      fatal: false,
    });
  });

  test("an actor that asks for the same words itself when told of the end does not get them twice", async () => {
    const { session, listener, clock } = await ready();
    listener.answerEnded = (answer) => {
      if (answer.reason === "retried") session.say("Hello.");
      listener.calls.push(["answerEnded", answer]);
    };
    session.say("Hello.");
    await service().next("response.create");
    const limited = { error: { code: "rate_limit_exceeded" } };
    const metadata = { client_event_id: "answer_1" };
    service().send({
      type: "response.done",
      response: { id: "resp_1", status: "failed", status_details: limited, metadata },
    });
    await nextCall(listener, "answerEnded");
    await service().next("response.create");
    service().send({
      type: "response.created",
      response: { id: "resp_2", metadata: { client_event_id: "answer_2" } },
    });
    await nextCall(listener, "answerStarted");
    clock.advance(2000);
    service().send({ type: "response.done", response: { id: "resp_2", status: "completed" } });
    await readUpToHere(service(), listener);
    session.note("end");
    await service().next("conversation.item.create");
    expect(service().received.all.filter(({ type }) => type === "response.create").length).toBe(2);
  });

  test("an answer in writing is treated as one without sound at once", async () => {
    await ready();
    service().send({ type: "response.created", response: { id: "resp_1" } });
    service().send({
      type: "response.content_part.added",
      response_id: "resp_1",
      item_id: "item_1",
      part: { type: "text" },
    });
    expect(await service().next("response.cancel")).toMatchObject({ response_id: "resp_1" });
  });

  test("too many requests: asked for once more after a second", async () => {
    const { session, listener, clock } = await ready();
    session.say("Hello.");
    await service().next("response.create");
    const limited = { error: { code: "rate_limit_exceeded" } };
    const metadata = { client_event_id: "answer_1" };
    service().send({ type: "response.created", response: { id: "resp_1", metadata } });
    service().send({
      type: "response.done",
      response: { id: "resp_1", status: "failed", status_details: limited, metadata },
    });
    expect(await nextCall(listener, "answerEnded")).toMatchObject({ end: "cancelled", reason: "retried" });
    clock.advance(1000);
    await service().next("response.create");
    service().send({
      type: "response.done",
      response: {
        id: "resp_2",
        status: "failed",
        status_details: limited,
        metadata: { client_event_id: "answer_2" },
      },
    });
    expect(await nextCall(listener, "answerEnded")).toMatchObject({
      end: "failed",
      reason: "rate_limit_exceeded",
    });
  });

  test("[VO14] a turn whose recognition never arrives is settled after 20 s", async () => {
    const { listener, clock } = await ready();
    committed();
    service().send({
      type: "conversation.item.input_audio_transcription.delta",
      item_id: "item_U1",
      delta: "Yes",
    });
    await nextCall(listener, "consumerWords");
    clock.advance(20_000);
    expect(await nextCall(listener, "consumerWords")).toEqual({
      itemId: "item_U1",
      text: "Yes",
      final: true,
      audioSeconds: null,
    });
    const again = { type: "conversation.item.input_audio_transcription.completed", item_id: "item_U1" };
    service().send({ ...again, transcript: "Yes, please." });
    await readUpToHere(service(), listener);
    expect(listener.calls.all.filter(([name]) => name === "consumerWords").length).toBe(2);
  });
});
