import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { callerSays, RealtimeClient } from "#server/sandbox/voice-model/conformance/realtime-client.ts";
import { PatientClock } from "#server/sandbox/voice-model/testing/patient-clock.ts";
import { startTestServer } from "#server/sandbox/voice-model/testing/test-server.ts";

const LONG =
  "We have three plans for you. The first one includes a yearly visit. The second one adds one more visit in the autumn.";
const saying = (text: string) => ({ instructions: `Say exactly these words and nothing else: "${text}"` });

let server: Awaited<ReturnType<typeof startTestServer>>;
let client: RealtimeClient;
beforeAll(async () => {
  server = await startTestServer(new PatientClock());
});
afterAll(() => server.stop());
beforeEach(async () => {
  client = await RealtimeClient.open(server.target);
  await client.configure();
});
afterEach(() => client.close());

const strike = (fault: Record<string, unknown>) => server.fault(fault, { sessionId: client.sessionId });

test("[VM51] a stuck answer is created and never heard, until it is cancelled", async () => {
  await strike({ kind: "stuckResponse" });
  client.send({ type: "response.create", response: saying("Hello.") });
  await client.next("response.created");
  // The whole of another answer fits beside it; the stuck one has said nothing by then.
  const aside = { conversation: "none" as const, output_modalities: ["text" as const] };
  client.send({ type: "response.create", response: aside });
  await client.next("response.done", ({ response }) => (response.conversation_id ?? null) === null);
  expect(client.types()).not.toContain("response.output_audio.delta");
  client.send({ type: "response.cancel" });
  await client.next("response.done", ({ response }) => response.status === "cancelled");
  expect(await client.sayExactly("Hello.")).toMatchObject({ status: "completed" });
});

test("[VM51] an answer stuck in the middle of its sound; neither cancel nor barge-in ends the worst kind", async () => {
  await strike({ kind: "stuckResponse", at: "audio", canBeCancelled: false });
  client.send({ type: "response.create", response: saying(LONG) });
  await client.next("response.output_audio.delta");
  client.send({ type: "response.cancel" });
  client.write(await callerSays("Hello?"));
  await client.next("input_audio_buffer.committed");
  const { error } = await client.next("error");
  expect(error.code).toBe("conversation_already_has_active_response");
  expect(client.types()).not.toContain("response.done");
  const deltas = client.events.filter(({ type }) => type === "response.output_audio.delta");
  expect(deltas.length).toBe(1);
});

test("[VM52] a filtered answer ends incomplete in the middle of its sound", async () => {
  await strike({ kind: "filterResponse" });
  expect(await client.sayExactly(LONG)).toMatchObject({
    status: "incomplete",
    status_details: { type: "incomplete", reason: "content_filter" },
    output: [{ status: "incomplete" }],
  });
});

test("[VM53] closing events can be held back until the answer's end; none is lost", async () => {
  await strike({ kind: "holdDones" });
  await client.sayExactly("Hello.");
  const types = client.types();
  expect(types.slice(types.lastIndexOf("response.output_audio.delta") + 1)).toEqual([
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
    ...(types.at(-1) === "rate_limits.updated" ? ["rate_limits.updated"] : []),
  ]);
});

test("[VM44] a fault may strike the next so many answers", async () => {
  await strike({ kind: "failResponse", code: "rate_limit_exceeded", responses: 2 });
  expect((await client.sayExactly("One.")).status).toBe("failed");
  expect((await client.sayExactly("Two.")).status).toBe("failed");
  expect((await client.sayExactly("Three.")).status).toBe("completed");
});

test("[VM16] a tool call that is cancelled closes incomplete, its arguments cut", async () => {
  const reason = "x".repeat(40);
  await client.configure({
    tools: [{ type: "function", name: "mark_do_not_call", parameters: {} }],
    instructions: `When the caller says stop calling me, call mark_do_not_call. ${reason}`,
  });
  client.write(await callerSays("Stop calling me."));
  const { response_id } = await client.next("response.function_call_arguments.delta");
  client.send({ type: "response.cancel", response_id });
  const { item } = await client.next(
    "response.output_item.done",
    ({ item: done }) => done.type === "function_call",
  );
  expect(item).toMatchObject({ status: "incomplete" });
  const { arguments: cut } = await client.next("response.function_call_arguments.done");
  expect(() => JSON.parse(cut)).toThrow();
  expect((await client.next("response.done")).response.status).toBe("cancelled");
});

test("[VM8] reasoning needs a model of the second generation", async () => {
  const older = await RealtimeClient.open({ ...server.target, model: "gpt-realtime-1.5" });
  const reasoning = { type: "session.update", session: { type: "realtime", reasoning: { effort: "low" } } };
  expect(await older.refused(reasoning)).toMatchObject({
    code: "invalid_value",
    param: "session.reasoning",
  });
  older.close();
  expect(await client.configure({ reasoning: { effort: "low" } })).toMatchObject({
    reasoning: { effort: "low" },
  });
});

test("[VM11] the older recognition models are paid by the token", async () => {
  await client.configure({}, { transcription: { model: "gpt-4o-transcribe" } });
  client.write(await callerSays("Hello there."));
  const { usage } = await client.next("conversation.item.input_audio_transcription.completed");
  expect(usage).toMatchObject({ type: "tokens", input_token_details: { audio_tokens: expect.any(Number) } });
});

test("[VM12] a turn can be read back with its audio", async () => {
  client.write(await callerSays("Hello there."));
  const { item_id } = await client.next("input_audio_buffer.committed");
  client.sendRaw({ type: "conversation.item.retrieve", item_id });
  const { item } = await client.next("conversation.item.retrieved");
  const [part] = "content" in item && Array.isArray(item.content) ? item.content : [];
  const audio = part && "audio" in part ? String(part.audio) : "";
  expect(Buffer.from(audio, "base64").length).toBeGreaterThan(1000);
});

test.each([
  ["the instructions", { type: "session.update", session: { type: "realtime", instructions: "New." } }],
  [
    "the tools",
    {
      type: "session.update",
      session: { type: "realtime", tools: [{ type: "function", name: "new_tool", parameters: {} }] },
    },
  ],
  ["the first item", { type: "conversation.item.delete", item_id: "item_first" }],
])("[VM17] after a change of %s nothing that follows is cached", async (name, change) => {
  await client.configure({
    instructions: "You are a phone agent. ".repeat(name === "the first item" ? 1 : 80),
  });
  const text = "The caller's sink is leaking since yesterday. ".repeat(40);
  const item = { id: "item_first", type: "message", role: "user", content: [{ type: "input_text", text }] };
  client.sendRaw({ type: "conversation.item.create", item });
  async function cached() {
    client.send({ type: "response.create" });
    return (await client.next("response.done")).response.usage?.input_token_details?.cached_tokens ?? 0;
  }
  await cached();
  expect(await cached()).toBeGreaterThan(0);
  client.sendRaw(change);
  expect(await cached()).toBe(0);
});
