import { readUpToHere } from "#server/voice/openai/testing/open-session.ts";
import { useScriptedService } from "#server/voice/openai/testing/use-service.ts";
import { nextCall } from "#server/voice/testing/recording-listener.ts";
import { describe, expect, test } from "vitest";

const { service, ready } = useScriptedService();

/** The service makes an answer: one item with 100 ms of sound. */
function speak(answerId: string, itemId: string, metadata: Record<string, string> | null = null): void {
  const ids = { response_id: answerId, item_id: itemId, output_index: 0, content_index: 0 };
  service().send({ type: "response.created", response: { id: answerId, status: "in_progress", metadata } });
  service().send({
    type: "response.output_audio.delta",
    ...ids,
    delta: Buffer.alloc(800).toString("base64"),
  });
}

function finish(answerId: string, metadata: Record<string, string> | null = null): void {
  service().send({ type: "response.done", response: { id: answerId, status: "completed", metadata } });
}

describe("[VO9] truncation", () => {
  test("whole milliseconds, never beyond what was delivered", async () => {
    const { session, listener } = await ready();
    speak("resp_1", "item_1");
    await nextCall(listener, "audio");
    session.truncate("item_1", 60.7);
    session.truncate("item_1", 5000);
    session.truncate("item_1", Number.NaN);
    session.note("end");
    await service().next("conversation.item.create");
    expect(service().received.all.slice(1, -1)).toEqual([
      { type: "conversation.item.truncate", item_id: "item_1", content_index: 0, audio_end_ms: 60 },
    ]);
  });

  test("beyond the end is the end, while more may have been made", async () => {
    const { session, listener } = await ready();
    speak("resp_1", "item_1");
    await nextCall(listener, "audio");
    session.truncate("item_1", 5000);
    expect(await service().next("conversation.item.truncate")).toMatchObject({ audio_end_ms: 100 });
  });

  test("an item nobody heard is deleted", async () => {
    const { session, listener } = await ready();
    speak("resp_1", "item_1");
    await nextCall(listener, "audio");
    session.truncate("item_1", 0.4);
    expect(await service().next("conversation.item.delete")).toEqual({
      type: "conversation.item.delete",
      item_id: "item_1",
    });
  });

  test("[VO24] an answer that was discarded before its first sound stayed in the model's memory as said", async () => {
    const { session, listener } = await ready();
    service().send({ type: "response.created", response: { id: "resp_1", status: "in_progress" } });
    await nextCall(listener, "answerStarted");
    session.discard("resp_1");
    speak("resp_1", "item_1");
    finish("resp_1");
    expect(await service().next("conversation.item.delete")).toEqual({
      type: "conversation.item.delete",
      item_id: "item_1",
    });
  });

  test("an item heard to its end keeps its transcript, an unknown item is left alone", async () => {
    const { session, listener } = await ready({ history: [{ speaker: "agent", text: "Hello." }] });
    speak("resp_1", "item_1");
    service().send({ type: "response.output_audio.done", response_id: "resp_1", item_id: "item_1" });
    await nextCall(listener, "audioDone");
    session.truncate("item_1", 100);
    session.truncate("item_of_history", 0);
    session.note("end");
    await service().received.next(({ item }) => JSON.stringify(item ?? "").includes("end"));
    expect(
      service()
        .received.all.slice(1)
        .map(({ type }) => type),
    ).toEqual(["conversation.item.create", "conversation.item.create"]);
  });
});

describe("[VO10] tools", () => {
  const called = (callId: string, status = "completed") =>
    service().send({
      type: "response.output_item.done",
      response_id: "resp_1",
      item: {
        id: `item_${callId}`,
        type: "function_call",
        status,
        name: "note_answer",
        call_id: callId,
        arguments: "{}",
      },
    });

  test("two calls of one answer get one further answer, after the answer's end and the last result", async () => {
    const { session, listener } = await ready();
    service().send({ type: "response.created", response: { id: "resp_1" } });
    called("call_1");
    called("call_2");
    await nextCall(listener, "toolCalled");
    await nextCall(listener, "toolCalled");
    session.returnTool({ toolCallId: "call_1", output: "1", answer: true });
    finish("resp_1");
    await nextCall(listener, "answerEnded");
    session.returnTool({ toolCallId: "call_2", output: "2", answer: false });
    session.returnTool({ toolCallId: "call_2", output: "again", answer: true });
    session.returnTool({ toolCallId: "call_9", output: "unknown", answer: true });
    session.note("end");
    await service().received.next(({ item }) => JSON.stringify(item ?? "").includes("end"));
    expect(service().received.all.slice(1, -1)).toEqual([
      {
        type: "conversation.item.create",
        item: { type: "function_call_output", call_id: "call_1", output: "1" },
      },
      {
        type: "conversation.item.create",
        item: { type: "function_call_output", call_id: "call_2", output: "2" },
      },
      {
        type: "response.create",
        event_id: "answer_1",
        response: {
          output_modalities: ["audio"],
          metadata: { client_event_id: "answer_1", purpose: "tool" },
        },
      },
    ]);
  });

  test("an interrupted or repeated call is not announced", async () => {
    const { listener } = await ready();
    called("call_1", "incomplete");
    called("call_2");
    called("call_2");
    await readUpToHere(service(), listener);
    expect(listener.calls.all.filter(([name]) => name === "toolCalled")).toEqual([
      [
        "toolCalled",
        { toolCallId: "call_2", itemId: "item_call_2", name: "note_answer", argumentsJson: "{}" },
      ],
    ]);
  });
});
