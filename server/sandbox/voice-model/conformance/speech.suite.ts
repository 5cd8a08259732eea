import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mulawMs } from "#server/lib/mulaw.ts";
import {
  callerSays,
  RealtimeClient,
  type RealtimeTarget,
  silence,
} from "#server/sandbox/voice-model/conformance/realtime-client.ts";

const LONG =
  "We have three plans for you. The first one is our basic plan, which includes a yearly visit and all small repairs. " +
  "The second one adds a second visit in the autumn. The third one covers every part of the installation.";

const END_CALL = {
  type: "function",
  name: "mark_do_not_call",
  description: "Call this when the caller says stop calling me.",
  parameters: { type: "object", properties: { reason: { type: "string" } }, required: ["reason"] },
};

/** Turns, interruptions, truncation and tools on µ-law audio, through the official SDK. */
export function speechSuite(name: string, target: () => RealtimeTarget): void {
  describe(`${name}: speech`, () => {
    let client: RealtimeClient;
    beforeEach(async () => {
      client = await RealtimeClient.open(target());
      await client.configure({ instructions: "You are a phone agent. Keep answers very short." });
    });
    afterEach(() => client.close());

    test("[VM10] a turn: detected, committed, added, answered, in this order and with one id", async () => {
      const from = client.events.length;
      client.write(await callerSays("Yes, I need someone to fix my sink."));
      const started = await client.next("input_audio_buffer.speech_started");
      const stopped = await client.next("input_audio_buffer.speech_stopped");
      const committed = await client.next("input_audio_buffer.committed");
      const { item } = await client.next("conversation.item.done");
      await client.next("response.done");
      expect([stopped.item_id, committed.item_id, item.id]).toEqual(Array(3).fill(started.item_id));
      expect(committed.previous_item_id ?? null).toBeNull();
      expect(stopped.audio_end_ms).toBeGreaterThan(started.audio_start_ms + 500);
      const types = client.types(from).filter((type) => !type.includes("transcription"));
      expect(types.slice(0, 9)).toEqual([
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
      ]);
    });

    test("[VM11] the transcript comes on its own, with the words and what it cost", async () => {
      client.write(await callerSays("Yes, I need someone to fix my sink."));
      const { item_id } = await client.next("input_audio_buffer.committed");
      const done = await client.next("conversation.item.input_audio_transcription.completed");
      expect(done.item_id).toBe(item_id);
      expect(done.transcript.toLowerCase()).toContain("fix my sink");
      expect(done.usage).toMatchObject({ type: "duration", seconds: expect.any(Number) });
    });

    test("[VM12] without further audio a turn never ends; silence ends it", async () => {
      client.write(await callerSays("Hello there.", 0));
      await client.next("input_audio_buffer.speech_started");
      // The answer to a later event shows that the server has read everything before it.
      await client.refused({ type: "response.cancel" });
      expect(client.types()).not.toContain("input_audio_buffer.speech_stopped");
      client.write(silence(800));
      await client.next("input_audio_buffer.speech_stopped");
    });

    test("[VM12] cleared audio makes no turn, committed audio makes an item without an answer", async () => {
      await client.configure({}, { turn_detection: null });
      client.write(await callerSays("Forget this."));
      client.sendRaw({ type: "input_audio_buffer.clear" });
      await client.next("input_audio_buffer.cleared");
      client.write(await callerSays("Keep this."));
      client.sendRaw({ type: "input_audio_buffer.commit" });
      const { item_id } = await client.next("input_audio_buffer.committed");
      const { transcript } = await client.next("conversation.item.input_audio_transcription.completed");
      expect(transcript.toLowerCase()).toContain("keep this");
      client.sendRaw({ type: "conversation.item.retrieve", item_id });
      expect((await client.next("conversation.item.retrieved")).item).toMatchObject({
        role: "user",
        content: [{ type: "input_audio" }],
      });
      expect(client.types()).not.toContain("response.created");
    });

    test("[VM13] a barge-in cancels the answer under way; truncate then wipes the transcript", async () => {
      const interruption = await callerSays("Wait, stop there please.");
      client.send({
        type: "response.create",
        response: { instructions: `Say exactly these words and nothing else: "${LONG}"` },
      });
      const { item_id } = await client.next("response.output_audio.delta");
      client.write(interruption);
      await client.next("input_audio_buffer.speech_started");
      client.send({ type: "conversation.item.truncate", item_id, content_index: 0, audio_end_ms: 40 });
      const { response } = await client.next("response.done");
      expect(response).toMatchObject({
        status: "cancelled",
        status_details: { type: "cancelled", reason: "turn_detected" },
        output: [{ id: item_id, status: "incomplete" }],
      });
      expect(await client.next("conversation.item.truncated")).toMatchObject({
        item_id,
        content_index: 0,
        audio_end_ms: 40,
      });
      client.sendRaw({ type: "conversation.item.retrieve", item_id });
      const { item } = await client.next("conversation.item.retrieved");
      const [part] = "content" in item && Array.isArray(item.content) ? item.content : [];
      expect(part && "transcript" in part ? (part.transcript ?? "") : "").toBe("");
    });

    test("[VM14] a barge-in after the answer was generated only truncates", async () => {
      const { output } = await client.sayExactly("This has been said already, all of it.");
      const itemId = output?.[0]?.id ?? "";
      const from = client.events.length;
      client.write(await callerSays("Wait.", 0));
      await client.next("input_audio_buffer.speech_started");
      client.send({
        type: "conversation.item.truncate",
        item_id: itemId,
        content_index: 0,
        audio_end_ms: 500,
      });
      await client.next("conversation.item.truncated");
      expect((await client.refused({ type: "response.cancel" })).code).toBe("response_cancel_not_active");
      expect(client.types(from)).not.toContain("response.done");
    });

    test("[VM15] truncation takes whole milliseconds of what was generated, nothing else", async () => {
      const { output } = await client.sayExactly("Short.");
      const item_id = output?.[0]?.id ?? "";
      const totalMs = mulawMs(client.audioOf(item_id).length);
      const cut = (audio_end_ms: unknown) =>
        client.refused({ type: "conversation.item.truncate", item_id, content_index: 0, audio_end_ms });
      expect((await cut(12.5)).code).toBe("invalid_type");
      expect((await cut(null)).code).toBe("invalid_type");
      expect((await cut(totalMs + 60)).message).toMatch(/already shorter than/);
      client.send({ type: "conversation.item.truncate", item_id, content_index: 0, audio_end_ms: totalMs });
      await client.next("conversation.item.truncated");
    });

    test("[VM16] a tool call streams its arguments, takes its result, and waits to be asked on", async () => {
      await client.configure({
        tools: [END_CALL],
        instructions: "When the caller says stop calling me, call mark_do_not_call.",
      });
      client.write(await callerSays("Please stop calling me."));
      const done = await client.next(
        "response.done",
        ({ response }) => response.output?.some(({ type }) => type === "function_call") ?? false,
      );
      const call = done.response.output?.find((item) => item.type === "function_call");
      expect(call).toMatchObject({
        name: "mark_do_not_call",
        status: "completed",
        call_id: expect.stringMatching(/^call_/),
      });
      const streamed = client.events.flatMap((event) =>
        event.type === "response.function_call_arguments.delta" ? [event.delta] : [],
      );
      expect(streamed.join("")).toBe(call?.arguments);
      expect(JSON.parse(call?.arguments ?? "")).toHaveProperty("reason");
      const from = client.events.length;
      client.send({
        type: "conversation.item.create",
        item: { type: "function_call_output", call_id: call?.call_id ?? "", output: "{}" },
      });
      const result = await client.next(
        "conversation.item.done",
        ({ item }) => item.type === "function_call_output",
      );
      expect(result.item).toMatchObject({ call_id: call?.call_id });
      await client.refused({ type: "response.cancel" });
      expect(client.types(from)).not.toContain("response.created");
      client.send({ type: "response.create" });
      expect((await client.next("response.done")).response.output?.[0]).toMatchObject({ type: "message" });
    });

    test("[VM17] usage grows with the history, and the unchanged beginning is cached", async () => {
      await client.configure({ instructions: "You are a phone agent. ".repeat(80) });
      client.send({ type: "response.create" });
      const first = (await client.next("response.done")).response.usage;
      client.write(await callerSays("Yes, that is right."));
      const second = (await client.next("response.done")).response.usage;
      expect(second?.input_tokens).toBeGreaterThan(first?.input_tokens ?? 0);
      expect(second?.input_token_details?.audio_tokens).toBeGreaterThan(10);
      expect(second?.input_token_details?.cached_tokens).toBeGreaterThan(0);
      expect(second?.input_token_details?.cached_tokens).toBeLessThanOrEqual(second?.input_tokens ?? 0);
    });
  });
}
