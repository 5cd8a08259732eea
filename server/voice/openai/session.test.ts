import {
  readySession,
  readUpToHere,
  SESSION,
  startSession,
} from "#server/voice/openai/testing/open-session.ts";
import { nextCall } from "#server/voice/testing/recording-listener.ts";
import { ScriptedService } from "#server/voice/openai/testing/scripted-service.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let service: ScriptedService;
const closers: (() => void)[] = [];

beforeEach(async () => {
  service = await ScriptedService.start();
});
afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await service.close();
});

async function ready(options: Parameters<typeof readySession>[1] = {}) {
  const open = await readySession(service, options);
  closers.push(() => open.session.close());
  return open;
}

function frame(text: string): string {
  return Buffer.from(text.padEnd(160, ".")).toString("base64");
}

/** The service makes an answer: one item with 100 ms of sound. */
function speak(answerId: string, itemId: string, metadata: Record<string, string> | null = null): void {
  const ids = { response_id: answerId, item_id: itemId, output_index: 0, content_index: 0 };
  service.send({ type: "response.created", response: { id: answerId, status: "in_progress", metadata } });
  service.send({ type: "response.output_audio.delta", ...ids, delta: Buffer.alloc(800).toString("base64") });
}

function finish(answerId: string, metadata: Record<string, string> | null = null): void {
  service.send({ type: "response.done", response: { id: answerId, status: "completed", metadata } });
}

describe("[VO1] the handshake", () => {
  test("asks for the model with the key and the person's hash, and configures the session once", async () => {
    const { listener, session } = startSession(service, {
      tools: [{ name: "end_call", description: "Hang up.", parameters: { type: "object" } }],
    });
    closers.push(() => session.close());
    const update = await service.greet();
    await nextCall(listener, "ready");
    const request = service.handshakes[0];
    expect(request?.url).toBe("/v1/realtime?model=gpt-realtime-2.1");
    expect(request?.headers).toMatchObject({
      authorization: "Bearer sk-test",
      "openai-safety-identifier": "hash-of-a-person",
    });
    expect(update).toEqual({
      type: "session.update",
      event_id: "session_config",
      session: {
        type: "realtime",
        output_modalities: ["audio"],
        instructions: SESSION.instructions,
        reasoning: { effort: "low" },
        parallel_tool_calls: false,
        max_output_tokens: 1024,
        tools: [
          {
            type: "function",
            name: "end_call",
            description: "Hang up.",
            parameters: { type: "object" },
          },
        ],
        tool_choice: "auto",
        tracing: null,
        truncation: {
          type: "retention_ratio",
          retention_ratio: 0.8,
          token_limits: { post_instructions: 8000 },
        },
        audio: {
          input: {
            format: { type: "audio/pcmu" },
            noise_reduction: { type: "near_field" },
            transcription: {
              model: "gpt-transcribe",
              languages: ["en"],
              keywords: ["Ridge Plumbing"],
            },
            turn_detection: {
              type: "server_vad",
              threshold: 0.5,
              prefix_padding_ms: 300,
              silence_duration_ms: 500,
              create_response: true,
              interrupt_response: true,
              idle_timeout_ms: null,
            },
          },
          output: { format: { type: "audio/pcmu" }, voice: "marin", speed: 1 },
        },
      },
    });
  });

  test("[VO3] sound, notes, history and words given before the session is ready go out after its configuration, in order", async () => {
    const open = startSession(service, {
      history: [
        { speaker: "agent", text: "Hi, this is the assistant." },
        { speaker: "consumer", text: "Yes?" },
      ],
    });
    closers.push(() => open.session.close());
    open.session.appendAudio(frame("one"));
    open.session.note("The line dropped.");
    open.session.say("Sorry, the line dropped.");
    open.session.appendAudio(frame("two"));
    await service.greet();
    await service.next("response.create");
    expect(service.received.all.slice(1)).toEqual([
      {
        type: "conversation.item.create",
        item: {
          id: "history_1",
          type: "message",
          role: "assistant",
          content: [{ type: "output_text", text: "Hi, this is the assistant." }],
        },
      },
      {
        type: "conversation.item.create",
        item: {
          id: "history_2",
          type: "message",
          role: "user",
          content: [{ type: "input_text", text: "Yes?" }],
        },
      },
      {
        type: "conversation.item.create",
        item: {
          type: "message",
          role: "system",
          content: [{ type: "input_text", text: "The line dropped." }],
        },
      },
      { type: "input_audio_buffer.append", audio: frame("one") },
      { type: "input_audio_buffer.append", audio: frame("two") },
      {
        type: "response.create",
        event_id: "answer_1",
        response: {
          output_modalities: ["audio"],
          metadata: { client_event_id: "answer_1", purpose: "say" },
          instructions: `${SESSION.instructions}\n\nSay exactly these words and nothing else: "Sorry, the line dropped."`,
          tool_choice: "none",
        },
      },
    ]);
  });

  test("[VO3] of more than 5 s of early sound the oldest is dropped", async () => {
    const open = startSession(service);
    closers.push(() => open.session.close());
    for (let count = 0; count < 252; count += 1) open.session.appendAudio(frame(`frame ${count}`));
    await service.greet();
    await nextCall(open.listener, "ready");
    open.session.appendAudio(frame("live"));
    await service.received.next((event) => event["audio"] === frame("live"));
    const audio = service.received.all.filter(({ type }) => type === "input_audio_buffer.append");
    expect(audio.length).toBe(251);
    expect(audio[0]?.["audio"]).toBe(frame("frame 2"));
  });

  test("a session that never becomes ready ends after 10 s", async () => {
    const open = startSession(service);
    await service.connected();
    open.clock.advance(10_000);
    expect(open.listener.calls.all).toEqual([
      ["closed", { reason: "OpenAI did not set up the voice session in time.", fatal: false }],
    ]);
    expect(open.clock.pending).toBeLessThanOrEqual(1);
  });
});

describe("[VO4] the floor", () => {
  test("a closed floor: turns are neither answered nor may they interrupt, and no turn counts as unanswered", async () => {
    const open = startSession(service, { floorClosed: true });
    closers.push(() => open.session.close());
    const update = await service.greet();
    await nextCall(open.listener, "ready");
    expect(update).toMatchObject({
      session: {
        audio: { input: { turn_detection: { create_response: false, interrupt_response: false } } },
      },
    });
    service.send({ type: "input_audio_buffer.committed", item_id: "item_U1", previous_item_id: null });
    await nextCall(open.listener, "turnCommitted");
    open.clock.advance(5000);
    open.session.openFloor();
    open.session.openFloor();
    open.session.respond();
    await service.next("response.create");
    expect(service.received.all.slice(1).map(({ type }) => type)).toEqual([
      "session.update",
      "response.create",
    ]);
    expect(service.received.all[1]).toMatchObject({
      session: {
        type: "realtime",
        audio: { input: { turn_detection: { create_response: true, interrupt_response: true } } },
      },
    });
  });

  test("closed again, it does neither any more", async () => {
    const { session } = await ready();
    session.closeFloor();
    session.closeFloor();
    expect(await service.next("session.update")).toMatchObject({
      session: {
        audio: { input: { turn_detection: { create_response: false, interrupt_response: false } } },
      },
    });
    session.respond();
    await service.next("response.create");
    expect(service.received.all.filter(({ type }) => type === "session.update")).toHaveLength(2);
  });

  test("opened before the session is ready, it opens right after", async () => {
    const open = startSession(service, { floorClosed: true });
    closers.push(() => open.session.close());
    open.session.openFloor();
    await service.greet();
    expect(await service.next("session.update")).toMatchObject({ event_id: "floor" });
  });
});

describe("[VO8] what the agent says", () => {
  test("an answer in exact words is told apart from one that the service gives by itself", async () => {
    const { session, listener } = await ready();
    session.say("Goodbye.");
    const create = await service.next("response.create");
    const response = create["response"] as { metadata: Record<string, string> };
    const own = { object: "realtime.response", status: "in_progress", output: [], conversation_id: "conv_1" };
    service.send({ type: "response.created", response: { ...own, id: "resp_own", metadata: null } });
    expect(await nextCall(listener, "answerStarted")).toEqual({ answerId: "resp_own" });
    service.send({
      type: "response.created",
      response: { ...own, id: "resp_said", metadata: response.metadata },
    });
    expect(await nextCall(listener, "answerStarted")).toEqual({ answerId: "resp_said", exactWords: true });
  });

  test("[VO8] exact words come back with their reference, and a note with one is told when it is there", async () => {
    const { session, listener } = await ready();
    session.note("Whisper", "steer_1");
    const added = { type: "conversation.item.added", previous_item_id: null };
    const item = (await service.next("conversation.item.create"))["item"] as { id: string };
    expect(item.id.length).toBeLessThanOrEqual(32);
    service.send({ ...added, item: { id: "item_of_the_service", type: "message" } });
    service.send({ ...added, item });
    expect(await nextCall(listener, "noted")).toEqual({ ref: "steer_1" });
    session.say("One moment.", "steer_2");
    const response = (await service.next("response.create"))["response"] as { metadata: object };
    const own = { id: "resp_1", status: "in_progress", conversation_id: "conv_1" };
    service.send({ type: "response.created", response: { ...own, metadata: response.metadata } });
    const started = { answerId: "resp_1", exactWords: true, ref: "steer_2" };
    expect(await nextCall(listener, "answerStarted")).toEqual(started);
  });

  test("guidance for one answer comes after the session's instructions", async () => {
    const { session } = await ready();
    session.respond("Offer Tuesday.");
    expect(await service.next("response.create")).toEqual({
      type: "response.create",
      event_id: "answer_1",
      response: {
        output_modalities: ["audio"],
        metadata: { client_event_id: "answer_1", purpose: "respond" },
        instructions: `${SESSION.instructions}\n\nOffer Tuesday.`,
      },
    });
  });

  test("no sound of a discarded, cancelled or ended answer is passed on", async () => {
    const { session, listener } = await ready();
    const late = (answerId: string) =>
      service.send({
        type: "response.output_audio.delta",
        response_id: answerId,
        item_id: `item_${answerId}`,
        delta: "AAAA",
      });
    speak("resp_1", "item_resp_1");
    await nextCall(listener, "audio");
    session.discard("resp_1");
    late("resp_1");
    finish("resp_1");
    await nextCall(listener, "answerEnded");
    late("resp_1");
    speak("resp_2", "item_resp_2");
    await nextCall(listener, "audio");
    session.cancelAnswer();
    expect(await service.next("response.cancel")).toMatchObject({ response_id: "resp_2" });
    late("resp_2");
    await readUpToHere(service, listener);
    expect(listener.calls.all.filter(([name]) => name === "audio").length).toBe(2);
  });
});
