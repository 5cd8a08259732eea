import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { callerSays, RealtimeClient } from "#server/sandbox/voice-model/conformance/realtime-client.ts";
import { PatientClock } from "#server/sandbox/voice-model/testing/patient-clock.ts";
import { startTestServer } from "#server/sandbox/voice-model/testing/test-server.ts";

/**
 * The recorded sequences of the real service (runs of equal deltas and their audio shortened) against what the sandbox sends: same fields, same
 * kinds of value.
 */
const FOLDER = new URL("fixtures/", import.meta.url);
const line = z.object({ dir: z.enum(["server", "client"]), event: z.looseObject({ type: z.string() }) });
type GoldenEvent = z.infer<typeof line>["event"];

function golden(side: "server" | "client"): { file: string; event: GoldenEvent }[] {
  return readdirSync(FOLDER)
    .toSorted()
    .flatMap((file) =>
      readFileSync(new URL(file, FOLDER), "utf8")
        .trim()
        .split("\n")
        .flatMap((text) => {
          const parsed = line.safeParse(JSON.parse(text));
          return parsed.success && parsed.data.dir === side ? [{ file, event: parsed.data.event }] : [];
        }),
    );
}

/** Keys and kinds, without values. Lists are the set of their entries' shapes; what people named themselves has no fixed keys. */
function shapeOf(value: unknown, key = ""): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) return [...new Set(value.map((entry) => JSON.stringify(shapeOf(entry))))].sort();
  if (typeof value !== "object") return typeof value;
  if (key === "metadata" || key === "parameters") return "object";
  const entries = Object.entries(value).map(([name, entry]) => [name, shapeOf(entry, name)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const clock = new PatientClock();
let server: Awaited<ReturnType<typeof startTestServer>>;
const sent: unknown[] = [];

const SAY = (text: string) => ({ instructions: `Say exactly these words and nothing else: "${text}"` });
const NUMBERS =
  "One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen.";
const firstUpdate = () => golden("client").find(({ event }) => event.type === "session.update")?.event;

async function session(script: (client: RealtimeClient, id: string) => Promise<void>): Promise<void> {
  const client = await RealtimeClient.open(server.target);
  client.sendRaw(firstUpdate());
  await client.next("session.updated");
  await script(client, client.sessionId);
  sent.push(...client.events);
  client.close();
}

async function talk(client: RealtimeClient): Promise<void> {
  client.send({ type: "response.create", response: { ...SAY(NUMBERS), metadata: { purpose: "greeting" } } });
  const { item_id } = await client.next("response.output_audio.delta");
  client.write(await callerSays("Wait, stop, I'm not interested."));
  client.send({ type: "conversation.item.truncate", item_id, content_index: 0, audio_end_ms: 20 });
  await client.next("conversation.item.truncated");
  await client.next("conversation.item.input_audio_transcription.completed");
  await client.next(
    "response.done",
    ({ response }) => response.output?.some(({ type }) => type === "function_call") ?? false,
  );
  const call = client.events.find((event) => event.type === "response.function_call_arguments.done");
  const call_id = call?.type === "response.function_call_arguments.done" ? call.call_id : "";
  client.send({
    type: "conversation.item.create",
    item: { type: "function_call_output", call_id, output: "{}" },
  });
  await client.next("conversation.item.done", ({ item }) => item.type === "function_call_output");
  client.send({
    type: "response.create",
    response: { ...SAY("Goodbye."), metadata: { purpose: "goodbye" } },
  });
  await client.next("response.done", ({ response }) => response.metadata?.["purpose"] === "goodbye");
  client.send({ type: "response.create" });
  await client.next("response.created");
  client.send({ type: "response.cancel" });
  await client.next("response.done", ({ response }) => response.output?.length === 0);
  const aside = {
    conversation: "none" as const,
    output_modalities: ["text" as const],
    metadata: { purpose: "aside" },
  };
  client.send({ type: "response.create", response: aside });
  await client.next("response.output_text.done");
  await client.next("rate_limits.updated");
}

async function mistakes(client: RealtimeClient, id: string): Promise<void> {
  client.send({ type: "response.create", response: SAY(NUMBERS) });
  await client.refused({ type: "response.create", event_id: "evt_1" });
  await client.next("response.done");
  const item_id = "item_A2";
  await client.refused({
    type: "conversation.item.truncate",
    event_id: "evt_5",
    item_id,
    content_index: 0,
    audio_end_ms: 12.5,
  });
  await client.refused({ type: "input_audio_buffer.commit", event_id: "evt_2" });
  await client.refused({ type: "session.update", event_id: "evt_6", session: { instructions: "x" } });
  await server.fault({ kind: "failResponse", code: "inference_rate_limit_exceeded" }, { sessionId: id });
  await client.sayExactly("Hello.");
  client.send({ type: "response.create", response: { ...SAY("Hello."), max_output_tokens: 1 } });
  await client.next("response.done", ({ response }) => response.status === "incomplete");
  await server.fault({ kind: "failTranscripts" }, { sessionId: id });
  client.write(await callerSays("Hello."));
  await client.next("conversation.item.input_audio_transcription.failed");
  await server.fault({ kind: "expire", afterMs: 1000 }, { sessionId: id });
  clock.skip(1000);
  await client.next("error", ({ error }) => error.code === "session_expired");
}

async function reseed(client: RealtimeClient): Promise<void> {
  for (const { event } of golden("client").filter(
    ({ file, event: { type } }) => file.startsWith("10") && type.endsWith("create"),
  )) {
    client.sendRaw(event);
  }
  await client.next("conversation.item.done", ({ item }) => item.id === "item_r3");
}

async function idle(client: RealtimeClient): Promise<void> {
  await client.configure({}, { turn_detection: { type: "server_vad", idle_timeout_ms: 5000 } });
  await client.sayExactly("Are you there?");
  await client.next("rate_limits.updated");
  clock.skip(20_000);
  await client.next("input_audio_buffer.timeout_triggered");
  await client.next("response.created");
}

beforeAll(async () => {
  server = await startTestServer(clock);
  for (const script of [talk, mistakes, reseed, idle]) await session(script);
});
afterAll(() => server.stop());

test("[VM50] the golden session.update gives the golden configuration", async () => {
  const client = await RealtimeClient.open(server.target);
  client.sendRaw(firstUpdate());
  const { session: mine } = await client.next("session.updated");
  client.close();
  const [theirs] = golden("server").filter(({ event }) => event.type === "session.updated");
  const own = { id: expect.any(String), expires_at: expect.any(Number) };
  expect(mine).toEqual({ ...z.object({ session: z.looseObject({}) }).parse(theirs?.event).session, ...own });
});

test("[VM50] every golden server event has a twin of the same shape", () => {
  const shapes = new Set(sent.map((event) => JSON.stringify(shapeOf(event))));
  const strangers = golden("server")
    .filter(({ event }) => !shapes.has(JSON.stringify(shapeOf(event))))
    .map(({ file, event }) => `${file}: ${event.type} ${JSON.stringify(shapeOf(event))}`);
  expect([...new Set(strangers)]).toEqual([]);
});

test("[VM50] every event has its own id", () => {
  const ids = sent.map((event) => z.object({ event_id: z.string() }).parse(event).event_id);
  expect(ids.every((id) => /^event_[A-Za-z0-9]{21}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
});
