import { afterEach, describe, expect, test } from "vitest";
import {
  RealtimeClient,
  type RealtimeTarget,
} from "#server/sandbox/voice-model/conformance/realtime-client.ts";

const HELLO = "Hello, this is the assistant of Ridge Plumbing.";
const userText = (text: string, id?: string) => ({
  type: "message",
  role: "user",
  content: [{ type: "input_text", text }],
  ...(id ? { id } : {}),
});

/**
 * What every Realtime service must do, checked through the official SDK: sessions, items, responses and refusals. Point
 * it at the sandbox or at the real service.
 */
export function protocolSuite(name: string, target: () => RealtimeTarget): void {
  describe(`${name}: protocol`, () => {
    let client: RealtimeClient;
    const open = async () => (client = await RealtimeClient.open(target()));
    afterEach(() => client.close());

    async function create(item: unknown, previous_item_id?: string) {
      client.sendRaw({
        type: "conversation.item.create",
        item,
        ...(previous_item_id ? { previous_item_id } : {}),
      });
      await client.next("conversation.item.added");
      return client.next("conversation.item.done");
    }

    test("[VM1] session.created comes first, with the defaults", async () => {
      await open();
      const [first] = client.events;
      expect(first).toMatchObject({
        type: "session.created",
        session: {
          type: "realtime",
          id: expect.stringMatching(/^sess_/),
          output_modalities: ["audio"],
          audio: {
            input: { turn_detection: { type: "server_vad", threshold: 0.5, prefix_padding_ms: 300 } },
          },
          expires_at: expect.any(Number),
        },
      });
      expect(client.socket.extensions).toBe("");
    });

    test("[VM2] session.update merges deeply and answers with the whole configuration", async () => {
      await open();
      await client.configure({ instructions: "Be brief." });
      client.sendRaw({
        type: "session.update",
        session: {
          type: "realtime",
          audio: { input: { turn_detection: { type: "server_vad", silence_duration_ms: 700 } } },
        },
      });
      const { session } = await client.next("session.updated");
      expect(session).toMatchObject({
        instructions: "Be brief.",
        audio: {
          input: {
            format: { type: "audio/pcmu" },
            transcription: { model: "gpt-transcribe" },
            turn_detection: { silence_duration_ms: 700, prefix_padding_ms: 300, create_response: true },
          },
          output: { voice: "marin" },
        },
      });
    });

    test("[VM2] one unknown field refuses the whole update and changes nothing", async () => {
      await open();
      await client.configure({ instructions: "Before." });
      const session = { type: "realtime", instructions: "After.", temperature: 0.8 };
      const error = await client.refused({ type: "session.update", event_id: "evt_x", session });
      expect(error).toMatchObject({
        code: "unknown_parameter",
        param: "session.temperature",
        event_id: "evt_x",
      });
      expect(await client.configure()).toMatchObject({ instructions: "Before." });
    });

    test("[VM2] an update without a type is refused", async () => {
      await open();
      const error = await client.refused({ type: "session.update", session: { instructions: "x" } });
      expect(error).toMatchObject({ code: "missing_required_parameter", param: "session.type" });
    });

    test("[VM3] refusals name the client's event and leave the socket open", async () => {
      await open();
      const codes = [];
      for (const event of [
        { type: "scooby.dooby.doo" },
        { type: "input_audio_buffer.commit" },
        { type: "response.cancel" },
        { type: "conversation.item.truncate", item_id: "nope", content_index: 0, audio_end_ms: 1 },
        { type: "conversation.item.delete", item_id: "nope" },
        { type: "conversation.item.retrieve", item_id: "nope" },
      ]) {
        const error = await client.refused({ ...event, event_id: `evt_${codes.length}` });
        expect(error).toMatchObject({ type: "invalid_request_error", event_id: `evt_${codes.length}` });
        codes.push(error.code);
      }
      expect(codes).toEqual([
        "invalid_value",
        "input_audio_buffer_commit_empty",
        "response_cancel_not_active",
        "item_truncate_invalid_item_id",
        "item_delete_invalid_item_id",
        "item_retrieve_invalid_item_id",
      ]);
    });

    test("[VM4] items go where the client wants them, each with its true predecessor", async () => {
      await open();
      expect(await create(userText("first", "item_a"))).toMatchObject({ previous_item_id: null });
      expect(await create(userText("last", "item_c"))).toMatchObject({ previous_item_id: "item_a" });
      expect(await create(userText("middle", "item_b"), "item_a")).toMatchObject({
        previous_item_id: "item_a",
      });
      expect(await create(userText("front", "item_0"), "root")).toMatchObject({ previous_item_id: null });
      client.sendRaw({ type: "conversation.item.delete", item_id: "item_b" });
      expect((await client.next("conversation.item.deleted")).item_id).toBe("item_b");
      client.sendRaw({ type: "conversation.item.retrieve", item_id: "item_c" });
      expect((await client.next("conversation.item.retrieved")).item).toMatchObject({
        content: [{ text: "last" }],
      });
    });

    test("[VM4] items nobody may write are refused", async () => {
      await open();
      await create(userText("once", "item_a"));
      const write = (item: unknown, rest = {}) =>
        client.refused({ type: "conversation.item.create", item, ...rest });
      await write(userText("twice", "item_a"));
      await write(userText("lost", "item_b"), { previous_item_id: "nowhere" });
      await write({ type: "function_call_output", call_id: "call_unknown", output: "{}" });
      const audio = {
        type: "message",
        role: "assistant",
        content: [{ type: "output_audio", transcript: "Hi" }],
      };
      expect(await write(audio)).toMatchObject({
        code: "missing_required_parameter",
        param: "item.content[0].text",
      });
    });

    test("[VM5] a spoken answer: exact words, exact order, usage and limits at the end", async () => {
      await open();
      await client.configure();
      const from = client.events.length;
      const instructions = `Say exactly these words and nothing else: "${HELLO}"`;
      client.send({
        type: "response.create",
        response: { instructions, metadata: { client_event_id: "evt_1" } },
      });
      const { response } = await client.next("response.done");
      await client.next("rate_limits.updated");
      expect(response).toMatchObject({
        status: "completed",
        metadata: { client_event_id: "evt_1" },
        output: [
          { type: "message", role: "assistant", content: [{ type: "output_audio", transcript: HELLO }] },
        ],
      });
      const types = client.types(from);
      expect(types.slice(0, 4)).toEqual([
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
      ]);
      expect(types).toContain("response.output_audio_transcript.delta");
      expect(types.slice(-7)).toEqual([
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "rate_limits.updated",
      ]);
      const { usage } = response;
      expect(usage?.output_token_details?.audio_tokens).toBeGreaterThan(20);
      expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0));
    });

    test("[VM6] one response at a time in the conversation, others beside it", async () => {
      await open();
      await client.configure();
      client.send({
        type: "response.create",
        response: { instructions: `Say exactly these words and nothing else: "${HELLO}"` },
      });
      const { response: first } = await client.next("response.created");
      const error = await client.refused({ type: "response.create", event_id: "evt_2" });
      expect(error.code).toBe("conversation_already_has_active_response");
      expect(error.message).toContain(first.id);
      client.send({
        type: "response.create",
        response: {
          conversation: "none",
          output_modalities: ["text"],
          metadata: { purpose: "aside" },
          instructions: "Summarise.",
        },
      });
      const aside = await client.next(
        "response.done",
        ({ response }) => response.metadata?.["purpose"] === "aside",
      );
      expect(aside.response).toMatchObject({ status: "completed", output_modalities: ["text"] });
      expect(aside.response.conversation_id ?? null).toBeNull();
      const items = client.events.filter((event) => event.type === "conversation.item.added");
      expect(items.length).toBeLessThanOrEqual(1);
    });

    test("[VM7] a cancelled response ends once, incomplete, with its usage", async () => {
      await open();
      await client.configure();
      const words =
        "One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen.";
      client.send({
        type: "response.create",
        response: { instructions: `Say exactly these words and nothing else: "${words}"` },
      });
      const { response_id } = await client.next("response.output_audio.delta");
      client.send({ type: "response.cancel", response_id });
      const { response } = await client.next("response.done");
      expect(response).toMatchObject({
        id: response_id,
        status: "cancelled",
        status_details: { type: "cancelled", reason: "client_cancelled" },
        output: [{ status: "incomplete" }],
        usage: { total_tokens: expect.any(Number) },
      });
      expect((await client.refused({ type: "response.cancel" })).code).toBe("response_cancel_not_active");
    });

    test("[VM8] the voice is fixed once the session has spoken", async () => {
      await open();
      await client.configure();
      await client.sayExactly("Hi.");
      const session = { type: "realtime", audio: { output: { voice: "cedar" } } };
      expect((await client.refused({ type: "session.update", session })).code).toBe("cannot_update_voice");
    });

    test("[VM9] max_output_tokens ends an answer incomplete", async () => {
      await open();
      await client.configure({ max_output_tokens: 30 });
      const response = await client.sayExactly(`${HELLO} ${HELLO} ${HELLO}`);
      expect(response).toMatchObject({
        status: "incomplete",
        status_details: { reason: "max_output_tokens" },
      });
      expect(response.usage?.output_tokens).toBeLessThanOrEqual(60);
    });
  });
}
