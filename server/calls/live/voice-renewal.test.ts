import {
  actorBench,
  agentSays,
  consumerSays,
  hearOpening,
  openCall,
  sound,
} from "#server/calls/testing/actor-bench.ts";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof openCall>;
const MINUTE_MS = 60_000;

/** So many frames of the phone, each of its own content. */
function frames({ phone }: Bench, from: number, count: number): string[] {
  const payloads = Array.from({ length: count }, (_, index) => `frame ${from + index}`);
  for (const [index, payload] of payloads.entries()) phone.says().audio(payload, (from + index + 1) * 20);
  return payloads;
}

/** Looks for a quiet moment, and lets what was found happen. */
async function look({ clock }: Bench) {
  clock.advance(200);
  await nextTurn();
}

const talkedOfTheAge = async (bench: Bench, ageMs: number) => {
  bench.clock.advance(ageMs);
  await look(bench);
};

test("[CL107] after 25 min, while nobody speaks, another session is told everything, then takes over; no frame is lost and nobody hears it", async () => {
  const bench = openCall();
  await talkedOfTheAge(bench, 25 * MINUTE_MS - 5000);
  expect(bench.sessions).toHaveLength(1);
  await talkedOfTheAge(bench, 5000);
  expect(bench.sessions).toHaveLength(2);
  expect(bench.sessions[1]?.options).toMatchObject({
    floorClosed: false,
    history: [{ speaker: "agent", text: "Hello, this is Sam." }],
  });
  const before = frames(bench, 0, 30);
  await look(bench);
  // Not ready yet: the old one goes on.
  expect(bench.sessions[0]).toMatchObject({ frames: before, isClosed: false });
  const asked = bench.asked.length;
  bench.voiceSays().ready();
  await look(bench);
  expect(bench.sessions[0]?.isClosed).toBe(true);
  const after = frames(bench, 30, 10);
  // The last half second is heard again, in case a word had begun in it.
  expect(bench.sessions[1]?.frames).toEqual([...before.slice(-25), ...after]);
  expect(bench.asked.slice(asked).filter((line) => /^(respond|say)/.test(line))).toEqual([]);
  bench.voiceSays().speechStarted({ itemId: "u1" });
  agentSays(bench, "a9", "Go on.", 300);
  bench.phone.hearAll();
  await nextTurn();
  expect(bench.recorded.at(-1)).toMatchObject({ segmentId: "a9" });
});

test("[CL107] who speaks is not cut off: the change waits, and what was said meanwhile is told to the new session", async () => {
  const bench = openCall();
  await talkedOfTheAge(bench, 25 * MINUTE_MS);
  bench.sessions[1]?.listener.ready();
  const old = bench.sessions[0]?.listener;
  old?.speechStarted({ itemId: "u1" });
  await look(bench);
  old?.speechStopped({ itemId: "u1", isNoise: false });
  await look(bench);
  old?.consumerWords({ itemId: "u1", text: "The sink.", final: true, audioSeconds: 1 });
  await look(bench);
  expect(bench.sessions[0]?.isClosed).toBe(false);
  old?.answerStarted({ answerId: "x" });
  old?.agentWords({ answerId: "x", itemId: "a2", text: "Thank you.", final: true });
  old?.audio({ answerId: "x", itemId: "a2", payloadBase64: sound(300) });
  old?.audioDone({ answerId: "x", itemId: "a2" });
  old?.answerEnded({ answerId: "x", end: "completed", reason: null, usage: null });
  await look(bench);
  expect(bench.sessions[0]?.isClosed).toBe(false);
  bench.phone.hearAll();
  await nextTurn();
  await look(bench);
  expect(bench.sessions[0]?.isClosed).toBe(true);
  const told = [
    { speaker: "consumer", text: "The sink." },
    { speaker: "agent", text: "Thank you." },
  ];
  expect(bench.asked).toContain(`recall ${JSON.stringify(told)}`);
});

test("[CL107] a provider that ends sessions earlier is believed", async () => {
  const bench = actorBench();
  bench.limits.expiresAt = bench.clock.nowMs() + 12 * MINUTE_MS;
  hearOpening(bench);
  await talkedOfTheAge(bench, 5 * MINUTE_MS);
  expect(bench.sessions).toHaveLength(2);
});

test("[CL107] without a quiet moment until the 55th minute the session is replaced like a lost one", async () => {
  const bench = openCall();
  bench.voiceSays().speechStarted({ itemId: "endless" });
  await talkedOfTheAge(bench, 54 * MINUTE_MS);
  expect(bench.sessions).toHaveLength(1);
  bench.clock.advance(MINUTE_MS);
  await nextTurn();
  await talkedOfTheAge(bench, 200);
  expect(bench.sessions).toHaveLength(2);
  bench.voiceSays().ready();
  expect(bench.asked).toContain("respond guided");
  expect(bench.ended).toEqual([]);
});

test("[CL107] a new session that fails before it takes over costs nothing and is tried again half a minute later", async () => {
  const bench = openCall();
  await talkedOfTheAge(bench, 25 * MINUTE_MS);
  bench.sessions[1]?.listener.closed({ reason: "lost", fatal: false });
  await look(bench);
  expect(bench.sessions).toHaveLength(2);
  await talkedOfTheAge(bench, 30_000);
  expect(bench.sessions).toHaveLength(3);
  expect(bench.asked).not.toContain("respond guided");
  await bench.actor.release("test");
  expect(bench.sessions.every(({ isClosed }, index) => isClosed || index === 1)).toBe(true);
  expect(bench.clock.pending).toBe(0);
});

test("[CL107] a session that took over is renewed in its turn", async () => {
  const bench = openCall();
  for (let hours = 1; hours <= 4; hours++) {
    await talkedOfTheAge(bench, 25 * MINUTE_MS);
    expect(bench.sessions).toHaveLength(hours + 1);
    bench.voiceSays().ready();
    await look(bench);
    consumerSays(bench, `u${hours}`, "Yes.");
    agentSays(bench, `a${hours}`, "Good.", 300);
    bench.phone.hearAll();
    await nextTurn();
  }
  expect(bench.sessions.filter(({ isClosed }) => !isClosed)).toHaveLength(1);
});
