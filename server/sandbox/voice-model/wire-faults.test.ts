import { once } from "node:events";
import net from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { RealtimeClient, silence } from "#server/sandbox/voice-model/conformance/realtime-client.ts";
import { PatientClock } from "#server/sandbox/voice-model/testing/patient-clock.ts";
import { startTestServer } from "#server/sandbox/voice-model/testing/test-server.ts";

const clock = new PatientClock();
let server: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => {
  server = await startTestServer(clock);
});
afterAll(() => server.stop());
const clients: RealtimeClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await fetch(`${server.origin}/sandbox/faults`, { method: "DELETE" });
});

async function open(): Promise<RealtimeClient> {
  const client = await RealtimeClient.open(server.target);
  clients.push(client);
  return client;
}

const idOf = (event: object) => ("event_id" in event ? event.event_id : undefined);

/** Opens a socket for this person; the session's id is in its first event. */
function socketOf(person: string): WebSocket {
  const url = `${server.target.baseURL.replace("http:", "ws:")}/realtime?model=gpt-realtime-2.1`;
  const auth = { Authorization: `Bearer ${server.target.apiKey}` };
  return new WebSocket(url, { headers: { ...auth, "OpenAI-Safety-Identifier": person } });
}

test("[VM45] delay and jitter: every frame comes late, in its order", async () => {
  const client = await open();
  await server.fault({ kind: "delay", delayMs: 5000, jitterMs: 300 }, { sessionId: client.sessionId });
  const config = { type: "session.update", session: { type: "realtime" } };
  for (let count = 0; count < 20; count++) client.sendRaw({ ...config, event_id: `evt_${count}` });
  await expect
    .poll(async () => (await server.session(client.sessionId)).events.sent["session.updated"], {
      timeout: 20_000,
    })
    .toBe(20);
  expect(client.types()).toEqual(["session.created"]);
  clock.skip(5000 + 20 * 300);
  await expect.poll(() => client.events.length, { timeout: 20_000 }).toBe(21);
  const { frames } = await server.frames(client.sessionId);
  const sent = frames.filter(({ by }) => by === "server").map(({ event }) => event?.["event_id"]);
  expect(client.events.map(idOf)).toEqual(sent);
});

test("[VM46] repeated events come twice in a row with one id", async () => {
  const client = await open();
  await server.fault({ kind: "repeatEvents", events: 1 }, { sessionId: client.sessionId });
  await client.configure();
  await client.refused({ type: "response.cancel" });
  const [first, again, next] = client.events.slice(1).map(idOf);
  expect([again, next === first]).toEqual([first, false]);
  expect(client.events.length).toBe(4);
});

test("[VM47] a server that stops reading takes nothing, then everything", async () => {
  const client = await open();
  await client.configure();
  await server.fault({ kind: "stopReading", forMs: 30_000 }, { sessionId: client.sessionId });
  const second = silence(1000);
  while (client.socket.bufferedAmount < 256 * 1024) client.write(second);
  const seen = (await server.session(client.sessionId)).events.received["input_audio_buffer.append"] ?? 0;
  clock.skip(30_000);
  await expect.poll(() => client.socket.bufferedAmount, { timeout: 20_000 }).toBe(0);
  const later = (await server.session(client.sessionId)).events.received["input_audio_buffer.append"] ?? 0;
  expect(later).toBeGreaterThan(seen);
});

test("[VM48] a session's limit can be shortened before it begins; it says so, and keeps it", async () => {
  await server.fault({ kind: "limit", limitMs: 90_000 });
  const before = Math.floor(clock.nowMs() / 1000);
  const client = await open();
  const [created] = client.events;
  const session = created?.type === "session.created" ? created.session : {};
  const expiresAt = "expires_at" in session ? Number(session.expires_at) : 0;
  expect(expiresAt - before).toBeGreaterThanOrEqual(90);
  expect(expiresAt - before).toBeLessThan(100);
  const ended = once(client.socket, "close");
  clock.skip(89_000);
  await client.configure();
  clock.skip(1000);
  expect((await client.next("error")).error.code).toBe("session_expired");
  expect((await ended)[0]).toBe(1001);
  expect(await server.fault({ kind: "limit", limitMs: 90_000 }, { sessionId: client.sessionId })).toBe(400);
});

test("[VM49] a fault for one person strikes nobody else", async () => {
  await server.fault({ kind: "refuseUpgrade", status: 503 }, { person: "one" });
  await server.fault({ kind: "close", code: 1011 }, { person: "two" });
  const other = socketOf("three");
  expect(String((await once(other, "message"))[0])).toContain("session.created");
  other.close();
  const refused = socketOf("one");
  const [, response] = await once(refused, "unexpected-response");
  expect(response.statusCode).toBe(503);
  expect((await once(socketOf("two"), "close"))[0]).toBe(1011);
});

test.each([1001, 1006, 1011, 4000])("[VM42] scripted: the session closes with %i", async (code) => {
  await server.fault({ kind: "close", code });
  const client = await open();
  expect((await once(client.socket, "close"))[0]).toBe(code);
});

test("[VM42] scripted: an upgrade that is never answered", async () => {
  await server.fault({ kind: "hangUpgrade" });
  const url = new URL(server.origin);
  const socket = net.connect({ host: url.hostname, port: Number(url.port) });
  const handshake = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
  const request = `GET /v1/realtime?model=gpt-realtime-2.1 HTTP/1.1\r\nHost: sandbox\r\n${handshake.join("\r\n")}\r\n`;
  socket.write(`${request}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
  await expect
    .poll(async () => (await fetch(`${server.origin}/sandbox/faults`)).json(), { timeout: 20_000 })
    .toEqual({ faults: [] });
  expect(socket.bytesRead).toBe(0);
  socket.destroy();
});

test("[VM56] pings are answered, and events before any session.update are taken", async () => {
  const client = await open();
  client.socket.ping();
  await once(client.socket, "pong");
  expect(await client.sayExactly("Hello.")).toMatchObject({ status: "completed" });
});

test("[VM54] the frames of a session can be read back, audio as counts; nothing improper was done", async () => {
  const client = await open();
  await client.configure();
  client.write(silence(200));
  await client.sayExactly("Hello.");
  const { frames, dropped, violations } = await server.frames(client.sessionId);
  expect([dropped, violations]).toEqual([0, []]);
  const steps = frames.map(({ by, type }) => `${by} ${type}`);
  expect(steps.slice(0, 6)).toEqual([
    "server session.created",
    "client session.update",
    "server session.updated",
    "client input_audio_buffer.append",
    "client response.create",
    "server response.created",
  ]);
  const heard = frames.find(({ type }) => type === "input_audio_buffer.append");
  expect(heard).toMatchObject({ frames: 10, bytes: 1600 });
  expect(heard).not.toHaveProperty("event");
  const atMs = frames.map((frame) => frame.atMs);
  expect(atMs).toEqual(atMs.toSorted((a, b) => a - b));
});

test("[VM54] early sound, a second request and a truncation beyond what was sent are noticed", async () => {
  const client = await open();
  client.write(silence(20));
  await client.configure();
  client.send({ type: "response.create" });
  const { item_id } = await client.next("response.output_audio.delta");
  await client.refused({ type: "response.create" });
  const cut = { type: "conversation.item.truncate", item_id, content_index: 0, audio_end_ms: 3_000_000 };
  await client.refused(cut);
  expect((await server.session(client.sessionId)).violations).toEqual([
    "sound before session.updated",
    "a second request while the first is under way",
    "truncation beyond what was sent",
  ]);
});
