import { readServerEvent } from "#server/voice/openai/server-events.ts";
import { fixture } from "#server/voice/openai/testing/fixtures.ts";
import { readySession, readUpToHere, startSession } from "#server/voice/openai/testing/open-session.ts";
import { type ListenerCall, nextCall } from "#server/voice/testing/recording-listener.ts";
import { ScriptedService } from "#server/voice/openai/testing/scripted-service.ts";
import type { VoiceSession } from "#server/voice/voice.ts";
import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let service: ScriptedService;
let session: VoiceSession | null = null;

beforeEach(async () => {
  service = await ScriptedService.start();
});
afterEach(async () => {
  session?.close();
  await service.close();
});

/** Feeds the server's side of a recording to a ready session; sound is shortened to its length in the result. */
async function replay(name: string): Promise<unknown[]> {
  const open = await readySession(service);
  session = open.session;
  for (const { from, event } of fixture(name)) if (from === "server") service.send(event);
  await readUpToHere(service, open.listener);
  return open.listener.calls.all.slice(1, -1).map(withoutSound);
}

function withoutSound(call: ListenerCall): unknown {
  if (call[0] !== "audio") return call;
  const { answerId, itemId, payloadBase64 } = call[1];
  return ["audio", answerId, itemId, Buffer.from(payloadBase64, "base64").length];
}

const isWords = (call: unknown) => Array.isArray(call) && (call[0] === "audio" || call[0] === "agentWords");

describe("[VO2] recorded sequences of the service", () => {
  const names = readdirSync(new URL("fixtures", import.meta.url)).map((file) => file.replace(".jsonl", ""));

  test.each(names)("%s: no event counts as malformed", (name) => {
    const events = fixture(name).filter(({ from }) => from === "server");
    const malformed = events.filter(({ event }) => readServerEvent(event).kind === "malformed");
    expect(malformed).toEqual([]);
  });

  test("the agent speaks first: words run ahead of the sound, everything arrives in order", async () => {
    const calls = await replay("02_agent_speaks_first");
    expect(calls.filter((call) => !isWords(call))).toEqual([
      ["answerStarted", { answerId: "resp_G" }],
      ["audioDone", { answerId: "resp_G", itemId: "item_A1" }],
      [
        "answerEnded",
        {
          answerId: "resp_G",
          end: "completed",
          reason: null,
          usage: {
            textIn: 812,
            textInCached: 0,
            audioIn: 0,
            audioInCached: 0,
            textOut: 24,
            audioOut: 52,
          },
        },
      ],
    ]);
    const words = calls.filter((call) => Array.isArray(call) && call[0] === "agentWords");
    expect(words.slice(0, 2)).toEqual([
      ["agentWords", { answerId: "resp_G", itemId: "item_A1", text: "Hi ", final: false }],
      ["agentWords", { answerId: "resp_G", itemId: "item_A1", text: "Hi Dana, ", final: false }],
    ]);
    expect(words.at(-1)).toEqual([
      "agentWords",
      {
        answerId: "resp_G",
        itemId: "item_A1",
        text: "Hi Dana, this is the assistant for Ridge Plumbing.",
        final: true,
      },
    ]);
    const recorded = fixture("02_agent_speaks_first").flatMap(({ event }) =>
      event.type === "response.output_audio.delta"
        ? [Buffer.from(String(event["delta"]), "base64").length]
        : [],
    );
    expect(calls.filter((call) => Array.isArray(call) && call[0] === "audio")).toEqual(
      recorded.map((bytes) => ["audio", "resp_G", "item_A1", bytes]),
    );
  });

  test("a turn whose words arrive during the answer", async () => {
    const calls = await replay("03_vad_turn_late_transcript");
    expect(calls.filter((call) => !isWords(call))).toEqual([
      ["speechStarted", { itemId: "item_U1" }],
      ["speechStopped", { itemId: "item_U1", isNoise: false }],
      ["turnCommitted", { itemId: "item_U1", previousItemId: "item_A1" }],
      ["answerStarted", { answerId: "resp_1" }],
      ...["Yes, ", "I ", "need ", "someone ", "to ", "fix ", "my ", "sink."].map((_piece, index, pieces) => [
        "consumerWords",
        {
          itemId: "item_U1",
          text: pieces.slice(0, index + 1).join(""),
          final: false,
          audioSeconds: null,
        },
      ]),
      [
        "consumerWords",
        {
          itemId: "item_U1",
          text: "Yes, I need someone to fix my sink.",
          final: true,
          audioSeconds: 2.24,
        },
      ],
      ["audioDone", { answerId: "resp_1", itemId: "item_A2" }],
      ["answerEnded", expect.objectContaining({ answerId: "resp_1", end: "completed" })],
    ]);
  });

  /** What the recorded client sent of these types, without ids of its own. */
  const clientSent = (name: string, type: string) =>
    fixture(name)
      .filter(({ from, event }) => from === "client" && event.type === type)
      .map(({ event: { event_id: _own, ...event } }) => event);

  test("the beginning: configured once, then ready", async () => {
    const open = startSession(service);
    session = open.session;
    await service.connected();
    const [created, , updated] = fixture("01_session_start");
    service.send(created?.event);
    await service.next("session.update");
    service.send(updated?.event);
    await readUpToHere(service, open.listener);
    expect(open.listener.calls.all.slice(0, -1)).toEqual([["ready"]]);
    expect(service.received.all.length).toBe(1);
  });

  test("the consumer interrupts after the answer was made: only the truncation goes out", async () => {
    const open = await readySession(service);
    session = open.session;
    const ids = { response_id: "resp_3", item_id: "item_A4" };
    const delta = Buffer.alloc(48_000, 0xff).toString("base64");
    service.send({ type: "response.created", response: { id: "resp_3" } });
    service.send({ type: "response.output_audio.delta", ...ids, delta });
    service.send({ type: "response.output_audio.done", ...ids });
    service.send({ type: "response.done", response: { id: "resp_3", status: "completed" } });
    const [started] = fixture("05_barge_in_after_response_done");
    service.send(started?.event);
    expect(await nextCall(open.listener, "speechStarted")).toEqual({ itemId: "item_U4" });
    session.truncate("item_A4", 1800);
    const { event_id: _own, ...sent } = await service.next("conversation.item.truncate");
    expect([sent]).toEqual(clientSent("05_barge_in_after_response_done", "conversation.item.truncate"));
    for (const { from, event } of fixture("05_barge_in_after_response_done").slice(1)) {
      if (from === "server") service.send(event);
    }
    await readUpToHere(service, open.listener);
    expect(open.listener.calls.all.map(([name]) => name)).not.toContain("closed");
    expect(service.received.all.map(({ type }) => type)).not.toContain("response.cancel");
  });

  test("a conversation taken up again is told as the recorded client told it", async () => {
    const recorded = clientSent("10_reconnect_reseed", "conversation.item.create");
    const history = recorded.map((event) => {
      const { role, content } = event["item"] as { role: string; content: { text: string }[] };
      const speaker = role === "assistant" ? ("agent" as const) : ("consumer" as const);
      return { speaker, text: content[0]?.text ?? "" };
    });
    const open = startSession(service, { history });
    session = open.session;
    await service.greet();
    for (const { from, event } of fixture("10_reconnect_reseed").slice(3)) {
      if (from === "server") service.send(event);
    }
    await readUpToHere(service, open.listener);
    const withoutId = (event: Record<string, unknown>) => {
      const { id: _own, ...item } = event["item"] as Record<string, unknown>;
      return { ...event, item };
    };
    const told = [];
    for (const { type } of recorded) told.push(await service.next(type));
    expect(told.map(withoutId)).toEqual(recorded.map(withoutId));
    expect(open.listener.calls.all.slice(0, -1)).toEqual([["ready"]]);
  });

  test("the consumer interrupts while the answer is being made", async () => {
    const calls = await replay("04_barge_in_during_generation");
    expect(calls.filter((call) => !isWords(call))).toEqual([
      ["answerStarted", { answerId: "resp_2" }],
      ["speechStarted", { itemId: "item_U3" }],
      ["audioDone", { answerId: "resp_2", itemId: "item_A3" }],
      [
        "answerEnded",
        {
          answerId: "resp_2",
          end: "interrupted",
          reason: "turn_detected",
          usage: {
            textIn: 860,
            textInCached: 768,
            audioIn: 140,
            audioInCached: 64,
            textOut: 18,
            audioOut: 60,
          },
        },
      ],
      ["speechStopped", { itemId: "item_U3", isNoise: false }],
      ["turnCommitted", { itemId: "item_U3", previousItemId: "item_A3" }],
    ]);
  });

  test("a preamble and a tool call in one answer", async () => {
    const calls = await replay("06_function_call_with_preamble");
    expect(calls.filter((call) => !isWords(call))).toEqual([
      ["answerStarted", { answerId: "resp_4" }],
      ["audioDone", { answerId: "resp_4", itemId: "item_A5" }],
      [
        "toolCalled",
        {
          toolCallId: "call_RSfix01",
          itemId: "item_F1",
          name: "check_slot",
          argumentsJson: '{"day":"2026-11-24","time":"15:00"}',
        },
      ],
      ["answerEnded", expect.objectContaining({ answerId: "resp_4", end: "completed" })],
      ["answerStarted", { answerId: "resp_5" }],
    ]);
  });

  test("an answer outside the conversation is nobody's business", async () => {
    expect(await replay("07_out_of_band_text")).toEqual([]);
  });

  test("the service's own idle timer commits a turn", async () => {
    expect(await replay("08_idle_timeout")).toEqual([
      ["turnCommitted", { itemId: "item_T1", previousItemId: "item_A6" }],
      ["answerStarted", { answerId: "resp_6" }],
    ]);
  });

  test("every recorded error leaves the session alive, until it expires", async () => {
    const open = await readySession(service);
    session = open.session;
    for (const { from, event } of fixture("09_errors")) if (from === "server") service.send(event);
    await open.listener.calls.next(([name]) => name === "closed");
    expect(open.listener.calls.all.slice(1)).toEqual([
      ["answerStarted", { answerId: "resp_F" }],
      ["answerEnded", expect.objectContaining({ answerId: "resp_F", end: "cancelled", reason: "retried" })],
      ["answerStarted", { answerId: "resp_I" }],
      [
        "answerEnded",
        expect.objectContaining({ answerId: "resp_I", end: "incomplete", reason: "max_output_tokens" }),
      ],
      ["consumerWords", { itemId: "item_U9", text: "", final: true, audioSeconds: null }],
      ["closed", { reason: "The voice session reached OpenAI's time limit.", fatal: false }],
    ]);
  });
});
