import { readUpToHere, startSession } from "#server/voice/openai/testing/open-session.ts";
import { useScriptedService } from "#server/voice/openai/testing/use-service.ts";
import { nextCall, recordingListener } from "#server/voice/testing/recording-listener.ts";
import { describe, expect, test } from "vitest";

const { service, started, ready } = useScriptedService();

const KEY = "OpenAI refused the API key. Check OPENAI_API_KEY.";
const QUOTA = "The OpenAI account has no quota left. Check its billing.";
const body = (code: string | null) => JSON.stringify({ error: { message: "words", code } });

describe("[VO11] how a session ends", () => {
  test.each([
    [401, body("invalid_api_key"), { reason: KEY, fatal: true }],
    [401, "<html>", { reason: KEY, fatal: true }],
    [429, body("insufficient_quota"), { reason: QUOTA, fatal: true }],
    [429, body("rate_limit_exceeded"), { reason: "OpenAI is limiting our requests.", fatal: false }],
    [
      403,
      body(null),
      {
        reason: "OpenAI does not offer this model to the API key. Check OPENAI_REALTIME_MODEL.",
        fatal: true,
      },
    ],
    [503, "", { reason: "OpenAI is not available right now.", fatal: false }],
  ])("the handshake is refused with %i %s", async (status, text, end) => {
    service().handshake = { kind: "refuse", status, body: text };
    const { listener } = startSession(service());
    expect(await nextCall(listener, "closed")).toEqual(end);
  });

  test("nobody listens at the address", async () => {
    const { listener } = startSession({ baseUrl: "http://127.0.0.1:1/v1" });
    expect(await nextCall(listener, "closed")).toEqual({
      reason: "OpenAI could not be reached.",
      fatal: false,
    });
  });

  test("the configuration is refused", async () => {
    const { listener } = startSession(service());
    await service().connected();
    service().send({ type: "session.created" });
    await service().next("session.update");
    service().send({
      type: "error",
      error: { code: "unknown_parameter", param: "session.x", event_id: "session_config" },
    });
    expect(await nextCall(listener, "closed")).toEqual({
      reason: "OpenAI refused the configuration of the voice session.",
      fatal: true,
    });
  });

  test("no quota, said inside a failed answer", async () => {
    const { listener } = await ready();
    service().send({
      type: "response.done",
      response: { id: "resp_1", status: "failed", status_details: { error: { code: "insufficient_quota" } } },
    });
    expect(await nextCall(listener, "answerEnded")).toMatchObject({
      end: "failed",
      reason: "insufficient_quota",
    });
    expect(await nextCall(listener, "closed")).toEqual({ reason: QUOTA, fatal: true });
  });

  test("the socket drops", async () => {
    const { listener } = await ready();
    service().socket.terminate();
    expect(await nextCall(listener, "closed")).toEqual({
      reason: "The connection to OpenAI was lost.",
      fatal: false,
    });
  });

  test("the service no longer answers pings", async () => {
    const { listener, clock } = await ready();
    service().socket.pause();
    clock.advance(30_000);
    expect(await nextCall(listener, "closed")).toEqual({
      reason: "OpenAI stopped answering.",
      fatal: false,
    });
  });

  test("the socket takes no more sound for 5 s", async () => {
    const { session, listener } = await ready();
    service().socket.pause();
    const second = Buffer.alloc(8000).toString("base64");
    const isOpen = () => listener.calls.all.length === 1;
    for (let count = 0; count < 10_000 && isOpen(); count += 1) session.appendAudio(second);
    expect(await nextCall(listener, "closed")).toEqual({
      reason: "The connection to OpenAI cannot keep up with the call.",
      fatal: false,
    });
  });

  test("the protocol version is no longer served", async () => {
    const { listener } = await ready();
    service().socket.close(4000, "invalid_request_error.beta_api_shape_disabled");
    expect(await nextCall(listener, "closed")).toMatchObject({ fatal: true });
  });

  test("after close nothing is told any more and no timer is left", async () => {
    const { session, listener, clock } = await ready();
    service().send({ type: "input_audio_buffer.speech_started", item_id: "item_1" });
    session.close();
    session.close();
    session.say("Hello.");
    session.appendAudio("AAAA");
    const closed = new Promise((resolve) => service().socket.once("close", resolve));
    await closed;
    clock.advance(60_000);
    expect(listener.calls.all).toEqual([["ready"]]);
    expect(clock.pending).toBe(0);
  });
});

describe("[VO12] hostile and broken input", () => {
  test("malformed and unknown events are passed over", async () => {
    const { listener } = await ready();
    for (const frame of [
      "{",
      "[]",
      '"text"',
      "{}",
      '{"type":"new.event"}',
      '{"type":"response.done"}',
      '{"type":"response.output_audio.delta","response_id":"r","item_id":"i","delta":"not base64!"}',
    ]) {
      service().send(frame);
    }
    await readUpToHere(service(), listener);
    expect(listener.calls.all.map(([name]) => name)).toEqual(["ready", "speechStopped"]);
  });

  test("sound that is not base64 cannot reach the wire", async () => {
    const { session } = await ready();
    session.appendAudio('AA","type":"response.create","x":"');
    session.appendAudio("AAAA");
    expect(await service().received.next(({ type }) => type !== "session.update")).toEqual({
      type: "input_audio_buffer.append",
      audio: "AAAA",
    });
  });

  test("[VO15] what people and the service say does not reach the log", async () => {
    const lines: string[] = [];
    const write = (fields: object, message: string) => lines.push(JSON.stringify({ ...fields, message }));
    const logger = { debug: write, info: write, warn: write, error: write };
    const listener = recordingListener();
    listener.agentWords = ({ text }) => {
      throw new Error(text);
    };
    const { session, clock } = started({}, listener, logger);
    await service().greet();
    const ids = { response_id: "resp_1", item_id: "item_1" };
    service().send({ type: "response.output_audio_transcript.delta", ...ids, delta: "Secret" });
    service().send({ type: "response.done", words: "Secret" });
    service().send({ type: "error", error: { code: "Secret words", message: "Secret", event_id: null } });
    service().send({ type: "error", error: { code: "invalid_value", message: "Secret", event_id: null } });
    session.say("Secret");
    for (const _try of [1, 2]) {
      const { event_id } = await service().next("response.create");
      service().send({ type: "error", error: { code: "invalid_value", message: "Secret", event_id } });
      await readUpToHere(service(), listener);
      clock.advance(1000);
    }
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.join()).not.toContain("Secret");
  });

  test("a listener that throws ends neither the process nor the session", async () => {
    const listener = recordingListener();
    listener.answerStarted = () => {
      throw new Error("a bug of the actor");
    };
    started({}, listener);
    await service().greet();
    service().send({ type: "response.created", response: { id: "resp_1" } });
    service().send({ type: "response.done", response: { id: "resp_1", status: "completed" } });
    expect(await nextCall(listener, "answerEnded")).toMatchObject({ answerId: "resp_1", end: "completed" });
  });
});
