import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { callerSays, RealtimeClient } from "#server/sandbox/voice-model/conformance/realtime-client.ts";
import { PatientClock } from "#server/sandbox/voice-model/testing/patient-clock.ts";
import { startTestServer } from "#server/sandbox/voice-model/testing/test-server.ts";

type TestServer = Awaited<ReturnType<typeof startTestServer>>;
/** A sandbox whose long waits a script can skip. */
type Stage = { readonly server: TestServer; readonly clock: PatientClock };

/**
 * The recorded sequences of the real service (runs of equal deltas and their audio shortened) against what the sandbox sends: same fields, same
 * kinds of value.
 */
const FOLDER = new URL("../fixtures/", import.meta.url);
const line = z.object({ dir: z.enum(["server", "client"]), event: z.looseObject({ type: z.string() }) });
type GoldenEvent = z.infer<typeof line>["event"];

export function golden(side: "server" | "client"): { file: string; event: GoldenEvent }[] {
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

const SAY = (text: string) => ({ instructions: `Say exactly these words and nothing else: "${text}"` });
const NUMBERS =
  "One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen.";

/** The configuration that the recorded client sent. */
export const firstUpdate = () => golden("client").find(({ event }) => event.type === "session.update")?.event;

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

async function mistakes(client: RealtimeClient, { server, clock }: Stage): Promise<void> {
  const id = client.sessionId;
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

async function idle(client: RealtimeClient, { clock }: Stage): Promise<void> {
  await client.configure({}, { turn_detection: { type: "server_vad", idle_timeout_ms: 5000 } });
  await client.sayExactly("Are you there?");
  await client.next("rate_limits.updated");
  clock.skip(20_000);
  await client.next("input_audio_buffer.timeout_triggered");
  await client.next("response.created");
}

/** Plays everything that the recordings show in sessions of its own sandbox; every event that it sent. */
export async function playRecorded(): Promise<unknown[]> {
  const clock = new PatientClock();
  const server = await startTestServer(clock);
  const sent: unknown[] = [];
  for (const script of [talk, mistakes, reseed, idle]) {
    const client = await RealtimeClient.open(server.target);
    client.sendRaw(firstUpdate());
    await client.next("session.updated");
    await script(client, { server, clock });
    sent.push(...client.events);
    client.close();
  }
  server.stop();
  return sent;
}
