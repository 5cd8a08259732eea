import { apiWith, callEnds, journalOf, PASSWORD, type SignedIn, signIn, signUp } from "#e2e/support/api.ts";
import { killOwner } from "#e2e/support/owner-death.ts";
import { TestMicrophone } from "#e2e/support/microphone.ts";
import { BRIEF, LISTENER } from "#e2e/support/scripts.ts";
import { liveCallsAt, type ServerPair, startServerPair } from "#e2e/support/server-pair.ts";
import { SoundEar } from "#e2e/support/sound-ear.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase, newBusiness, newConsumer } from "#e2e/support/world.ts";
import type { CallEvent } from "#shared/call/events.ts";
import type { Board } from "#shared/call/summary.ts";
import type { ClientToServer, ServerToClient, WatchReply } from "#shared/contract/sockets.ts";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Few, since other tests share the machine; `e2e/kill-owner.ts` does it with 20 and more. */
const CALLS = 6;
const BOSS = "sam@e2e.test";

let pair: ServerPair;
let boss: SignedIn;

beforeAll(async () => {
  pair = await startServerPair({ SUPERVISOR_EMAILS: BOSS });
  boss = await signUp(pair.world.baseUrl, "consumer", "Sam Boss", BOSS);
});
afterAll(() => pair?.stop());

type AppSocket = Socket<ServerToClient, ClientToServer>;

async function connected(baseUrl: string, token: string): Promise<AppSocket> {
  const socket: AppSocket = io(baseUrl, { transports: ["websocket"], forceNew: true, auth: { token } });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return socket;
}

/** Watches a call; what is pushed is kept by kind. */
async function watched(baseUrl: string, token: string, callId: string) {
  const socket = await connected(baseUrl, token);
  const pushed = { seqs: new Set<number>(), drafts: 0 };
  socket.on("call:event", ({ seq }) => pushed.seqs.add(seq));
  socket.on("call:draft", () => (pushed.drafts += 1));
  const start = await new Promise<WatchReply>((resolve) => socket.emit("call:watch", { callId }, resolve));
  if (!start.ok) throw new Error(start.message);
  return { socket, pushed, seq: start.seq };
}

/** Listens to a call from now on. */
async function listening(socket: AppSocket, callId: string): Promise<SoundEar> {
  const ear = new SoundEar();
  socket.on("call:audio", (_callId, lane, frameNumber, bytes) => ear.hear(lane, frameNumber, bytes));
  expect(await socket.emitWithAck("call:listen", { callId })).toEqual({ ok: true });
  return ear;
}

async function watchedBoard(baseUrl: string) {
  const socket = await connected(baseUrl, boss.token);
  const boards: Board[] = [];
  socket.on("board:update", (board) => boards.push(board));
  const reply = await new Promise<{ ok: boolean }>((resolve) => socket.emit("board:watch", resolve));
  expect(reply.ok).toBe(true);
  return { socket, boards };
}

const mentions = (board: Board, callId: string) => JSON.stringify(board).includes(callId);

test("two servers on one embedded database: one sign-in, one queue, one board, and calls are watched live on either; [CL351] on either each word of both sides is heard", async () => {
  const { places, world } = pair;
  const { business, request } = await callCase(world, BRIEF);
  const elsewhere = apiWith(places[1], business.token);
  expect((await elsewhere.business.profile()).businessId).toBe(
    (await business.api.business.profile()).businessId,
  );
  const boards = await Promise.all(places.map(watchedBoard));
  const callId = await request();
  const watchers = await Promise.all(places.map((place) => watched(place, business.token, callId)));
  const ears = await Promise.all(watchers.map(({ socket }) => listening(socket, callId)));
  const view = await callEnds(elsewhere, callId);
  expect(view.status).toBe("completed");
  // The last instants may be cut off with the phone: the first half of the talk is surely heard.
  const lines = view.transcript
    .slice(0, Math.ceil(view.transcript.length / 2))
    .filter(({ interrupted }) => interrupted !== true);
  for (const ear of ears) {
    for (const { speaker, text } of lines)
      expect(ear.words(speaker === "consumer" ? "consumer" : "agent")).toContain(text);
    expect(ear.holes).toEqual([]);
  }
  for (const { pushed, seq } of watchers) {
    const due = Array.from({ length: view.seq - seq }, (_, index) => seq + 1 + index);
    // Everything after the start comes by itself, and words while they are spoken.
    await until("every event was pushed", () => due.every((one) => pushed.seqs.has(one)));
    expect(pushed.drafts).toBeGreaterThan(0);
  }
  for (const { boards: seen } of boards)
    await until("the board showed the call", () => seen.some((board) => mentions(board, callId)));
  expect((await business.api.call.get({ callId })).seq).toBe(view.seq);
  for (const { socket } of [...watchers, ...boards]) socket.disconnect();
});

test("[CL354][CL356][CL357][CL358] a person takes a call over from a server that does not have it: the phone hears them and no agent, a second one is refused, and the agent goes on with it", async () => {
  const { places, world } = pair;
  const { business, consumer, request } = await callCase(world, LISTENER);
  const callId = await request();
  const dana = apiWith(places[0], boss.token);
  const events = () => journalOf(business.api, callId);
  await until("the opening was heard", async () =>
    (await events()).some(({ type }) => type === "opening.heard"),
  );
  expect(await dana.call.takeOver({ callId })).toEqual({ callId, holder: "person" });
  await expect(apiWith(places[1], business.token).call.takeOver({ callId })).rejects.toMatchObject({
    code: "HELD",
    status: 409,
    data: { holderName: "Sam Boss" },
  });
  const socket = await connected(places[0], boss.token);
  const microphone = new TestMicrophone(socket, callId);
  const words = "Hello, this is Dana, a colleague of Sam.";
  let looks = 0;
  await until("the phone heard every word of theirs", async () => {
    // A machine that is held up loses sound, as a bad line does; then it is said again.
    if (looks++ % 150 === 0) await microphone.say(words);
    const { heard } = await world.sandbox.onlyCall(consumer.number);
    return heard.some(({ text, complete }) => complete && text === words);
  });
  const isSaid = (event: CallEvent) =>
    event.type === "transcript.segment" && event.speaker === "person" && event.text === words;
  await until("it is in the transcript", async () => (await events()).some(isSaid));
  expect(
    await dana.call.giveBack({ callId, instruction: "Ask whether Wednesday suits them." }),
  ).toMatchObject({
    holder: "agent",
  });
  microphone.close();
  const holds = (await events()).filter(({ type }) => type === "holder.changed");
  expect(holds).toMatchObject([
    { holder: "person", by: { name: "Sam Boss" } },
    { holder: "agent", instruction: "Ask whether Wednesday suits them." },
  ]);
  const { transcript } = await until("the agent speaks again", async () => {
    const view = await business.api.call.get({ callId });
    return view.transcript.at(-1)?.speaker === "agent" && view;
  });
  // As long as somebody held the call the agent was silent.
  const first = transcript.findIndex(({ speaker }) => speaker === "person");
  const speakers = transcript.slice(first).map(({ speaker }) => speaker);
  expect(speakers.indexOf("agent")).toBe(speakers.length - 1);
  const session = await world.sandbox.voiceSessionOf(transcript.at(-1)?.segmentId ?? "");
  expect(await world.sandbox.toldNotes(session.id)).toContainEqual(expect.stringContaining(words));
  await business.api.call.hangUp({ callId });
  socket.disconnect();
});

test("[MA8] a new lead and an answer reach the other side at once, whichever server it is connected to; others hear nothing", async () => {
  const { places, world } = pair;
  const [consumer, business, stranger] = await Promise.all([
    newConsumer(world),
    newBusiness(world, ["80301"]),
    newBusiness(world, ["99501"]),
  ]);
  const heard = { consumer: [] as string[], business: [] as string[], stranger: [] as string[] };
  const sockets = await Promise.all(
    Object.entries({ consumer, business, stranger }).map(async ([name, { token }], index) => {
      const socket = await connected(places[index % 2 === 0 ? 0 : 1], token);
      socket.on("market:changed", ({ leadId }) => heard[name as keyof typeof heard].push(leadId));
      expect(await socket.emitWithAck("market:watch")).toEqual({ ok: true });
      return socket;
    }),
  );
  const supervisor = await connected(places[0], boss.token);
  expect(await supervisor.emitWithAck("market:watch")).toMatchObject({ ok: false, code: "FORBIDDEN" });
  const submitting = apiWith(places[0], consumer.token);
  const { leadId } = await submitting.lead.submit({
    description: "The pipe under my kitchen sink is leaking.",
    category: "plumbing",
    postalCode: "80301",
    timeZone: "America/Denver",
  });
  await until("the business heard of the lead", () => heard.business.includes(leadId));
  heard.consumer.length = 0;
  await apiWith(places[1], business.token).business.respondToMatch({ leadId, response: "interested" });
  await until("the consumer heard of the answer", () => heard.consumer.includes(leadId));
  expect(heard.stranger).toEqual([]);
  for (const socket of [...sockets, supervisor]) socket.disconnect();
});

test("a sign-out on one server counts on the other", async () => {
  const { places, world } = pair;
  const { token } = await signIn(world.baseUrl, BOSS, PASSWORD);
  const api = apiWith(places[1], token);
  await api.supervisor.board();
  const response = await fetch(`${places[0]}/api/auth/sign-out`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, origin: world.baseUrl, "content-type": "application/json" },
    body: "{}",
  });
  expect(response.status).toBe(200);
  await until("the token opens nothing", () =>
    api.supervisor.board().then(
      () => false,
      () => true,
    ),
  );
});

test("[CL192] [CL108] SIGSTOP of the owner in the middle of a call: the other server takes it over; the owner, awake again, lets it go", async () => {
  const { places, world } = pair;
  const { consumer, business, request } = await callCase(world, "endless");
  const callId = await request();
  const here = apiWith(places[0], business.token);
  const has = async (type: string) => (await journalOf(here, callId)).some((event) => event.type === type);
  await until("the second server talks", () => has("stream.opened"));
  const { pid } = pair.second();
  process.kill(pid, "SIGSTOP");
  pair.prefer("first");
  try {
    await until("the first server talks", () => has("call.resumed"));
  } finally {
    process.kill(pid, "SIGCONT");
    pair.prefer("second");
  }
  await until("the second server has let go", async () => (await liveCallsAt(places[1])) === 0);
  const soFar = (await journalOf(here, callId)).length;
  await until("the talk goes on", async () => (await journalOf(here, callId)).length > soFar);
  await here.call.hangUp({ callId });
  const { status } = await callEnds(here, callId);
  const events = await journalOf(here, callId);
  expect(status).toBe("completed");
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ type }) => type === "call.resumed")).toHaveLength(1);
  const phone = await world.sandbox.onlyCall(consumer.number);
  expect([phone.rings, phone.streams.length]).toEqual([1, 2]);
});

test("[CL106] kill -9 of the owner in the middle of its calls: each goes on at the other server, words, tools and watchers exact", async () => {
  const { faults, recoveredMs } = await killOwner(pair, { calls: CALLS, rounds: 1, seed: 4 });
  const at = (share: number) => recoveredMs[Math.floor(share * (recoveredMs.length - 1))];
  console.log(`The agent's voice was back after ${at(0.5)} ms (half of the calls) to ${at(1)} ms.`);
  expect(faults).toEqual([]);
  expect(recoveredMs).toHaveLength(CALLS);
});
