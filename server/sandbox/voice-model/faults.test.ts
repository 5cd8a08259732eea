import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { callerSays, RealtimeClient } from "#server/sandbox/voice-model/conformance/realtime-client.ts";
import { PatientClock } from "#server/sandbox/voice-model/testing/patient-clock.ts";
import { startTestServer } from "#server/sandbox/voice-model/testing/test-server.ts";

const clock = new PatientClock();
let server: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => {
  server = await startTestServer(clock);
});
afterAll(() => server.stop());
afterEach(() => fetch(`${server.origin}/sandbox/faults`, { method: "DELETE" }));

const refusal = z.object({ error: z.object({ code: z.string(), type: z.string() }) });

type Attempt = { query?: string; headers?: Record<string, string>; protocols?: string[] };

/** A bare upgrade: `opened` with its socket, or the HTTP answer. */
async function upgrade({ query = "model=gpt-realtime-2.1", headers, protocols }: Attempt = {}) {
  const url = `${server.target.baseURL.replace("http:", "ws:")}/realtime?${query}`;
  const auth = { Authorization: `Bearer ${server.target.apiKey}` };
  const socket = new WebSocket(url, protocols ?? [], { headers: headers ?? auth });
  return new Promise<{ status: number; code: string; socket: WebSocket; retryAfter: string | undefined }>(
    (resolve, reject) => {
      socket.on("error", reject);
      socket.on("open", () => resolve({ status: 101, code: "", socket, retryAfter: undefined }));
      socket.on("unexpected-response", (_request, response) => {
        let body = "";
        response.on("data", (chunk) => (body += String(chunk)));
        response.on("end", () => {
          const { code } = refusal.parse(JSON.parse(body)).error;
          resolve({
            status: response.statusCode ?? 0,
            code,
            socket,
            retryAfter: response.headers["retry-after"],
          });
        });
      });
    },
  );
}

async function open(): Promise<{ client: RealtimeClient; id: string }> {
  const client = await RealtimeClient.open(server.target);
  return { client, id: client.sessionId };
}

test.each([
  ["no key", { headers: {} }, 401, "missing_api_key"],
  ["a wrong key", { headers: { Authorization: "Bearer nope" } }, 401, "invalid_api_key"],
  ["neither model nor call", { query: "" }, 400, "invalid_request"],
  ["a model and a call", { query: "model=gpt-realtime-2.1&call_id=rtc_1" }, 400, "invalid_request"],
  ["an unknown model", { query: "model=gpt-9" }, 404, "model_not_found"],
])("[VM40] an upgrade with %s is refused", async (_name, attempt, status, code) => {
  expect(await upgrade(attempt)).toMatchObject({ status, code });
});

test("[VM40] a browser's key comes as a subprotocol, and only `realtime` is echoed", async () => {
  const { socket } = await upgrade({
    headers: {},
    protocols: ["realtime", `openai-insecure-api-key.${server.target.apiKey}`],
  });
  expect(socket.protocol).toBe("realtime");
  socket.close();
});

test("[VM40] the beta header is told why and closed with 4000", async () => {
  const headers = { Authorization: `Bearer ${server.target.apiKey}`, "OpenAI-Beta": "realtime=v1" };
  const { socket } = await upgrade({ headers });
  const [code, reason] = await once(socket, "close");
  expect([code, String(reason)]).toEqual([4000, "invalid_request_error.beta_api_shape_disabled"]);
});

test("[VM41] a model can be looked up with the key", async () => {
  const look = (model: string, key: string) =>
    fetch(`${server.target.baseURL}/models/${model}`, { headers: { authorization: `Bearer ${key}` } });
  const known = await look("gpt-realtime-2.1", server.target.apiKey);
  expect(await known.json()).toMatchObject({ id: "gpt-realtime-2.1", object: "model" });
  expect((await look("gpt-realtime-2.1", "nope")).status).toBe(401);
  expect((await look("gpt-4", server.target.apiKey)).status).toBe(404);
});

test.each([
  [401, "invalid_api_key"],
  [429, "rate_limit_exceeded"],
  [503, "server_overloaded"],
])("[VM42] scripted: the next upgrade is refused with %i", async (status, code) => {
  await server.fault({ kind: "refuseUpgrade", status });
  const refused = await upgrade();
  expect(refused).toMatchObject({ status, code });
  expect(refused.retryAfter).toBe(status === 401 ? undefined : "1");
  const { socket, status: next } = await upgrade();
  expect(next).toBe(101);
  socket.close();
});

test("[VM42] scripted: drop and close end the session their way", async () => {
  const { client: dropped, id } = await open();
  const gone = once(dropped.socket, "close");
  await server.fault({ kind: "drop", afterMs: 5000 }, { sessionId: id });
  clock.skip(5000);
  expect((await gone)[0]).toBe(1006);
  await server.fault({ kind: "close", code: 1011, reason: "internal", afterMs: 2000 });
  const { client: closed } = await open();
  const ended = once(closed.socket, "close");
  clock.skip(2000);
  expect((await ended)[0]).toBe(1011);
});

test("[VM42] scripted: a stall holds everything back, then sends it in order", async () => {
  const { client, id } = await open();
  await server.fault({ kind: "stall", afterMs: 1000, forMs: 30_000 }, { sessionId: id });
  clock.skip(1000);
  client.sendRaw({ type: "session.update", session: { type: "realtime", instructions: "Held." } });
  await expect
    .poll(async () => (await server.session(id)).events.sent["session.updated"], { timeout: 20_000 })
    .toBe(1);
  expect(client.types()).toEqual(["session.created"]);
  clock.skip(30_000);
  expect((await client.next("session.updated")).session).toMatchObject({ instructions: "Held." });
  client.close();
});

test("[VM42] scripted: the session's hour is over early", async () => {
  await server.fault({ kind: "expire", afterMs: 1000 });
  const { client } = await open();
  const ended = once(client.socket, "close");
  clock.skip(1000);
  expect((await client.next("error")).error.code).toBe("session_expired");
  expect((await ended)[0]).toBe(1001);
});

test("[VM43] scripted: transcripts late, failed, lost or of words nobody said", async () => {
  const speech = await callerSays("Hello there.");
  const { client, id } = await open();
  await client.configure({}, { turn_detection: null });
  async function turn(fault: Record<string, unknown>) {
    await server.fault(fault, { sessionId: id });
    client.write(speech);
    client.sendRaw({ type: "input_audio_buffer.commit" });
    return (await client.next("input_audio_buffer.committed")).item_id;
  }
  const late = await turn({ kind: "delayTranscripts", delayMs: 9000 });
  await turn({ kind: "loseTranscripts" });
  const failed = await turn({ kind: "failTranscripts" });
  expect(await client.next("conversation.item.input_audio_transcription.failed")).toMatchObject({
    item_id: failed,
    error: { code: null },
  });
  const ghost = await turn({ kind: "ghostTranscripts", text: "Thanks for watching!" });
  expect(await client.next("conversation.item.input_audio_transcription.completed")).toMatchObject({
    item_id: ghost,
    transcript: "Thanks for watching!",
  });
  clock.skip(9000);
  expect(await client.next("conversation.item.input_audio_transcription.completed")).toMatchObject({
    item_id: late,
  });
  client.close();
});

test("[VM44] scripted: a failed answer, an answer in writing, a delta after the end, a frame of nonsense", async () => {
  const { client, id } = await open();
  await client.configure();
  await server.fault({ kind: "failResponse", code: "rate_limit_exceeded" }, { sessionId: id });
  expect(await client.sayExactly("Hello.")).toMatchObject({
    status: "failed",
    status_details: { type: "failed", error: { code: "rate_limit_exceeded" } },
    usage: { total_tokens: 0 },
    output: [],
  });
  await server.fault({ kind: "textOnly" }, { sessionId: id });
  expect(await client.sayExactly("Hello.")).toMatchObject({
    output: [{ content: [{ type: "output_text", text: "Hello." }] }],
  });
  await server.fault({ kind: "lateDelta" }, { sessionId: id });
  const { id: responseId } = await client.sayExactly("Hello.");
  const from = client.types().lastIndexOf("response.done");
  await client.next("response.output_audio.delta", ({ response_id }) => response_id === responseId);
  await expect
    .poll(() => client.types().slice(from), { timeout: 20_000 })
    .toContain("response.output_audio.delta");
  await server.fault(
    { kind: "rawFrame", text: '{"type":"sandbox.unheard_of","event_id":"event_1"}', afterMs: 0 },
    { sessionId: id },
  );
  await expect.poll(() => client.types(), { timeout: 20_000 }).toContain("sandbox.unheard_of");
  client.close();
});

test("[VM42] what is no fault, or for no open session, is refused", async () => {
  expect(await server.fault({ kind: "earthquake" })).toBe(400);
  expect(await server.fault({ kind: "lateDelta" }, { sessionId: "sess_nope" })).toBe(400);
  expect((await fetch(`${server.origin}/sandbox/voice-sessions/sess_nope`)).status).toBe(404);
  expect((await fetch(`${server.origin}/sandbox/voice-sessions`)).status).toBe(200);
});
