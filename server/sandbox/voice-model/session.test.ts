import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { mulawMs, MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";
import { hideWords, WordListener } from "#server/sandbox/speech/hidden-words.ts";
import { speak } from "#server/sandbox/speech/voices.ts";
import {
  callerSays,
  RealtimeClient,
  silence,
} from "#server/sandbox/voice-model/conformance/realtime-client.ts";
import { PatientClock } from "#server/sandbox/voice-model/testing/patient-clock.ts";
import { startTestServer } from "#server/sandbox/voice-model/testing/test-server.ts";

const TOOLS = ["record_answer", "mark_do_not_call", "end_call"].map((name) => ({
  type: "function",
  name,
  parameters: {},
}));
const INSTRUCTIONS = "Business: Ridge Plumbing\nObjective: Agree a visit\nConsumer need: My sink is leaking.";
const QUESTION = "Could you tell me what happened?";

const clock = new PatientClock();
let server: Awaited<ReturnType<typeof startTestServer>>;
let client: RealtimeClient;
let sessionId = "";

beforeAll(async () => {
  server = await startTestServer(clock);
});
afterAll(() => server.stop());

beforeEach(async () => {
  client = await RealtimeClient.open(server.target);
  sessionId = client.sessionId;
});
afterEach(() => client.close());

const heardTexts = async () => (await server.session(sessionId)).heard.map(({ text }) => text);

test("[VM31] the audio sent is the words said: whole, in uneven pieces, the transcript ahead", async () => {
  await client.configure();
  const words = "Hello, this is the assistant of Ridge Plumbing. I am calling about your kitchen sink.";
  const { output } = await client.sayExactly(words);
  const audio = client.audioOf(output?.[0]?.id ?? "");
  const listener = new WordListener();
  expect(
    listener
      .push(audio)
      .map(({ text }) => text)
      .join(""),
  ).toBe(words);
  expect(listener.check()).toMatchObject({
    frames: audio.length / MULAW_FRAME_BYTES,
    lost: 0,
    repeated: 0,
    reordered: 0,
  });
  const lengths: number[] = [];
  let saidCharacters = 0;
  for (const event of client.events) {
    if (event.type === "response.output_audio_transcript.delta") saidCharacters += event.delta.length;
    if (event.type !== "response.output_audio.delta") continue;
    lengths.push(mulawMs(Buffer.from(event.delta, "base64").length));
    const playedShare = lengths.reduce((sum, ms) => sum + ms, 0) / mulawMs(audio.length);
    expect(saidCharacters / words.length).toBeGreaterThanOrEqual(playedShare - 0.1);
  }
  expect(new Set(lengths).size).toBeGreaterThan(3);
  expect(lengths.slice(0, -1).every((ms) => ms >= 50 && ms <= 400)).toBe(true);
});

test("[VM31] a session left at its defaults gets 24 kHz PCM of the same length", async () => {
  const { output } = await client.sayExactly("Hello.");
  const pcm = client.audioOf(output?.[0]?.id ?? "");
  const mulaw = await speak("Hello.", "slt", 1);
  expect(pcm.length).toBe(mulaw.length * 6);
});

test("[VM32] what was cut off was never said: the question comes again", async () => {
  await client.configure({ instructions: INSTRUCTIONS });
  const { output } = await client.sayExactly(`Thank you very much for that. ${QUESTION}`);
  const item_id = output?.[0]?.id ?? "";
  client.send({ type: "conversation.item.truncate", item_id, content_index: 0, audio_end_ms: 500 });
  await client.next("conversation.item.truncated");
  client.write(await callerSays("The pipe is broken."));
  const { response } = await client.next("response.done");
  expect(response.output?.[0]).toMatchObject({
    content: [{ transcript: expect.stringMatching(/what happened\?$/) }],
  });
  expect((await server.session(sessionId)).spoken[0]).toMatchObject({ itemId: item_id, heardMs: 500 });
});

test("[VM33] deltas under way still come after speech_started, none after response.done", async () => {
  await client.configure();
  const interruption = await callerSays("Wait.", 0);
  const words =
    "One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, fifteen.";
  client.send({
    type: "response.create",
    response: { instructions: `Say exactly these words and nothing else: "${words}"` },
  });
  await client.next("response.output_audio.delta");
  client.write(interruption);
  await client.next("response.done");
  await client.next("rate_limits.updated");
  const types = client.types();
  const after = types.slice(types.indexOf("input_audio_buffer.speech_started"));
  expect(after).toContain("response.output_audio.delta");
  expect(after.slice(after.indexOf("response.output_audio.done"))).toEqual([
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
    "rate_limits.updated",
  ]);
});

test("[VM34] the goodbye and the hang-up are two items of one response", async () => {
  await client.configure({ instructions: INSTRUCTIONS, tools: TOOLS });
  await client.sayExactly("Hello. Is now a good time to talk?");
  client.write(await callerSays("I'm not interested."));
  const { response } = await client.next("response.done");
  expect(response.output).toMatchObject([
    { type: "message", phase: "final_answer", status: "completed" },
    { type: "function_call", name: "end_call", status: "completed", arguments: '{"reason":"declined"}' },
  ]);
  const indexes = client.events.flatMap((event) =>
    event.type === "response.output_item.added" ? [event.output_index] : [],
  );
  expect(indexes.slice(-2)).toEqual([0, 1]);
});

test("[VM35] audio before the first session.updated is noise, and counted", async () => {
  client.write(await speak("Hello there.", "rms", 7));
  await client.next("input_audio_buffer.speech_started");
  await client.configure();
  const { appendsBeforeReady, heard } = await server.session(sessionId);
  expect(appendsBeforeReady).toBeGreaterThan(20);
  expect(heard).toEqual([]);
});

test("[VM36] heard words are complete only when no frame is missing; sound without words stays unknown", async () => {
  await client.configure();
  client.write(await callerSays("Everything arrived."));
  await client.next("response.done");
  const damaged = await speak("Something is missing in here.", "rms", 900);
  client.write(Buffer.concat([damaged.subarray(0, 4800), damaged.subarray(4800 + 320), silence(700)]));
  await client.next("response.done");
  const plain = (await speak("Nobody can know this.", "rms", 901)).map((byte) => byte & 0xfe);
  client.write(Buffer.concat([plain, silence(700)]));
  await client.next("response.done");
  await client.next(
    "conversation.item.input_audio_transcription.completed",
    ({ transcript }) => transcript === "[unintelligible]",
  );
  const { heard, audioIn } = await server.session(sessionId);
  expect(heard.map(({ complete }) => complete)).toEqual([true, false, false]);
  expect(heard.map(({ text }) => text)).toEqual([
    "Everything arrived.",
    expect.any(String),
    "[unintelligible]",
  ]);
  expect(audioIn).toMatchObject({ lost: 2, repeated: 0, reordered: 0, changed: 0 });
});

test("[VM36] words in quiet frames after the turn's end still belong to the turn", async () => {
  await client.configure();
  const loud = (await speak("Yes.", "rms", 1)).slice(0, 8000);
  client.write(
    hideWords(Buffer.concat([loud, silence(1500)]), "Yes, I would like that very much indeed.", 902),
  );
  await client.next("conversation.item.input_audio_transcription.completed");
  expect(await heardTexts()).toEqual(["Yes, I would like that very much indeed."]);
});

test("[VM37] without interruption a turn into a running answer is refused an answer, not lost", async () => {
  const turn_detection = {
    type: "server_vad",
    silence_duration_ms: 500,
    interrupt_response: false,
    create_response: true,
  };
  await client.configure({}, { turn_detection });
  const words =
    "One, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, fifteen.";
  const speech = await callerSays("Hello?");
  client.send({
    type: "response.create",
    response: { instructions: `Say exactly these words and nothing else: "${words}"` },
  });
  await client.next("response.output_audio.delta");
  client.write(speech);
  await client.next("input_audio_buffer.committed");
  expect((await client.next("error")).error).toMatchObject({
    code: "conversation_already_has_active_response",
    event_id: null,
  });
  expect((await client.next("response.done")).response.status).toBe("completed");
  expect(await heardTexts()).toEqual(["Hello?"]);
});

test("[VM38] the idle timeout asks into the silence, after the playback", async () => {
  const turn_detection = { type: "server_vad", silence_duration_ms: 500, idle_timeout_ms: 6000 };
  await client.configure({ instructions: INSTRUCTIONS }, { turn_detection });
  await client.sayExactly(QUESTION);
  await client.next("rate_limits.updated");
  clock.skip(6000);
  await client.refused({ type: "response.cancel" });
  expect(client.types()).not.toContain("input_audio_buffer.timeout_triggered");
  clock.skip(4000);
  const { item_id } = await client.next("input_audio_buffer.timeout_triggered");
  expect((await client.next("input_audio_buffer.committed")).item_id).toBe(item_id);
  expect((await client.next("response.done")).response.output?.[0]).toMatchObject({
    content: [{ transcript: `Are you still there? ${QUESTION}` }],
  });
});

test("[VM39] after 60 minutes the session expires with its own error and close 1001", async () => {
  const closed = new Promise<[number, string]>((resolve) => {
    client.socket.once("close", (code, reason) => resolve([code, reason.toString()]));
  });
  clock.skip(60 * 60_000);
  expect((await client.next("error")).error.code).toBe("session_expired");
  expect(await closed).toEqual([1001, "Your session hit the maximum duration of 60 minutes."]);
  expect(await server.session(sessionId)).toMatchObject({ state: "closed", closeCode: 1001 });
});

test("[VM18] broken frames are refused and the session goes on", async () => {
  expect((await client.refused("{")).code).toBe("invalid_json");
  expect((await client.refused({ no: "type" })).code).toBe("missing_required_parameter");
  expect((await client.refused({ type: "input_audio_buffer.append", audio: 5 })).code).toBe("invalid_type");
  expect(await client.configure()).toMatchObject({ type: "realtime" });
});

test.each([
  [
    "an idle timeout too short",
    { audio: { input: { turn_detection: { type: "server_vad", idle_timeout_ms: 10 } } } },
    "invalid_value",
  ],
  [
    "semantic detection with a threshold",
    { audio: { input: { turn_detection: { type: "semantic_vad", threshold: 0.5 } } } },
    "unknown_parameter",
  ],
  ["a speed out of range", { audio: { output: { speed: 3 } } }, "invalid_value"],
  ["a format nobody knows", { audio: { input: { format: { type: "audio/opus" } } } }, "invalid_value"],
  ["another model", { model: "gpt-realtime-1.5" }, "invalid_value"],
  ["strict tools", { tools: [{ type: "function", name: "a", strict: true }] }, "unknown_parameter"],
  ["both modalities", { output_modalities: ["audio", "text"] }, "invalid_value"],
  ["instructions that are no text", { instructions: 5 }, "invalid_type"],
])("[VM2] %s is refused", async (_name, session, code) => {
  expect(
    await client.refused({ type: "session.update", session: { type: "realtime", ...session } }),
  ).toMatchObject({ code });
});

test("[VM19] the record shows what went through the socket", async () => {
  await client.configure();
  await client.sayExactly("Hello.");
  const { events, spoken, errors } = await server.session(sessionId);
  expect(events.received).toEqual({ "session.update": 1, "response.create": 1 });
  expect(events.sent).toMatchObject({ "session.created": 1, "session.updated": 1, "response.done": 1 });
  expect(spoken.map(({ text }) => text)).toEqual(["Hello."]);
  expect(errors).toEqual([]);
});
