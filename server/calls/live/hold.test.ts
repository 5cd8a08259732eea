import {
  actorBench,
  agentSays,
  consumerSays,
  hearOpening,
  openCall,
  segments,
} from "#server/calls/testing/actor-bench.ts";
import type { MicSound } from "#server/calls/live/hold.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof actorBench>;
const DANA = { accountId: "acc_dana", name: "Dana", role: "supervisor" } as const;
const FRAME = Buffer.alloc(160, 0x33);
const PAYLOAD = FRAME.toString("base64");
const mic = (source = "page1", accountId: string = DANA.accountId): MicSound => ({
  accountId,
  source,
  bytes: FRAME,
});

/** The journal says so, and the owner reads it. */
async function change(bench: Bench, holder: "agent" | "person", instruction?: string) {
  const by = { kind: "person" as const, ...DANA };
  bench.recorded.push({
    type: "holder.changed",
    holder,
    by,
    ...(instruction !== undefined && { instruction }),
  });
  bench.actor.steered();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
const take = (bench: Bench) => change(bench, "person");
const give = (bench: Bench, instruction?: string) => change(bench, "agent", instruction);

/** The same call, spoken for by the agent's session and not by the one that listens to the person. */
function agentsOf(bench: Bench): Bench {
  const first = bench.sessions[0]?.listener;
  if (first === undefined) throw new Error("No voice session was opened.");
  return { ...bench, voiceSays: () => first };
}

/** What was sent to the phone. */
function sentTo(bench: Bench): string[] {
  const sent: string[] = [];
  bench.phone.stream.sendAudio = (payload) => void sent.push(payload);
  return sent;
}

/** The person speaks for so many frames, and the phone plays it. */
function speak(bench: Bench, frames: number, from = mic()) {
  for (let frame = 0; frame < frames; frame++) {
    bench.clock.advance(20);
    bench.actor.speak(from);
    bench.phone.hearAll();
  }
}

/** The second session of the call, which writes down what the person says. */
function personSays(bench: Bench, itemId: string, text: string) {
  const ear = bench.sessions.at(-1)?.listener;
  ear?.speechStarted({ itemId });
  bench.clock.advance(500);
  ear?.speechStopped({ itemId, isNoise: false });
  ear?.consumerWords({ itemId, text, final: true, audioSeconds: 1 });
}

test("[CL355] who takes the call cuts the agent at once: what was heard of it is exact, and it says nothing by itself any more", async () => {
  const bench = openCall();
  const voice = bench.voiceSays();
  voice.answerStarted({ answerId: "a" });
  voice.agentWords({ answerId: "a", itemId: "i", text: "One two three four.", final: true });
  voice.audio({ answerId: "a", itemId: "i", payloadBase64: Buffer.alloc(8000, 0x55).toString("base64") });
  for (let piece = 0; piece < 10; piece++) {
    bench.clock.advance(60);
    bench.phone.hearOne();
  }
  const sent = sentTo(bench);
  await take(bench);
  expect(bench.asked.filter((one) => one.startsWith("truncate i"))).toHaveLength(1);
  expect(bench.asked).toContain("closeFloor");
  expect(segments(bench).at(-1)).toMatchObject({ speaker: "agent", interrupted: true });
  // An answer that was under way, or that the model gives by itself all the same.
  voice.audio({ answerId: "a", itemId: "i", payloadBase64: "AAAA" });
  consumerSays(agentsOf(bench), "u", "Are you still there?");
  voice.answerStarted({ answerId: "b" });
  voice.audio({ answerId: "b", itemId: "j", payloadBase64: "AAAA" });
  voice.toolCalled({ toolCallId: "t", itemId: "k", name: "end_call", argumentsJson: "{}" });
  expect(sent).toEqual([]);
  expect(bench.asked).toContain("cancelAnswer b");
  expect(bench.asked).toContain("tool t false");
  bench.clock.advance(60_000);
  expect(bench.ended).toEqual([]);
});

test("[CL356] the holder's sound goes to the phone as it came; nobody else's does, and of two pages of theirs only one", async () => {
  const bench = openCall();
  const sent = sentTo(bench);
  bench.actor.speak(mic());
  await take(bench);
  speak(bench, 50);
  expect(sent).toEqual(Array.from({ length: 50 }, () => PAYLOAD));
  bench.actor.speak(mic("page2"));
  bench.actor.speak(mic("page1", "acc_eve"));
  expect(sent).toHaveLength(50);
  bench.clock.advance(2500);
  bench.actor.speak(mic("page2"));
  expect(sent).toHaveLength(51);
});

test("[CL356] sound that a phone does not play is dropped, not queued", async () => {
  const bench = openCall();
  const sent = sentTo(bench);
  await take(bench);
  for (let frame = 0; frame < 200; frame++) bench.actor.speak(mic());
  expect(sent.length).toBeLessThanOrEqual(42);
});

test("[CL357] what the person says is a line of its own, and the agent is told of it in its place", async () => {
  const bench = openCall();
  await take(bench);
  expect(bench.sessions).toHaveLength(2);
  expect(bench.sessions[1]?.options).toMatchObject({ floorClosed: true, tools: [], history: [] });
  speak(bench, 10);
  expect(bench.sessions[1]?.frames).toHaveLength(10);
  personSays(bench, "p1", "This is Dana, a colleague.");
  await Promise.resolve();
  expect(segments(bench).at(-1)).toMatchObject({ speaker: "person", text: "This is Dana, a colleague." });
  expect(bench.asked).toContain("note A colleague of yours said to the caller: “This is Dana, a colleague.”");
  expect(bench.sessions[0]?.isClosed).toBe(false);
});

test("[CL358] on giving back the agent waits for the last words, then goes on with the instruction in mind", async () => {
  const bench = openCall();
  await take(bench);
  speak(bench, 10);
  bench.sessions.at(-1)?.listener.speechStarted({ itemId: "p1" });
  await give(bench, "Offer Wednesday.");
  expect(bench.asked).not.toContain("respond guided");
  const ear = bench.sessions.at(-1)?.listener;
  ear?.speechStopped({ itemId: "p1", isNoise: false });
  ear?.consumerWords({ itemId: "p1", text: "I hand you back.", final: true, audioSeconds: 1 });
  const note = bench.asked.findIndex((one) => one.includes("I hand you back."));
  expect(bench.asked.indexOf("openFloor", note)).toBeGreaterThan(note);
  expect(bench.asked.at(-1)).toBe("respond guided");
  expect(bench.sessions[1]?.isClosed).toBe(true);
  const sent = sentTo(bench);
  bench.actor.speak(mic());
  expect(sent).toEqual([]);
});

test("[CL358] a person whose words never come keeps nobody waiting for more than two seconds", async () => {
  const bench = openCall();
  await take(bench);
  bench.sessions.at(-1)?.listener.speechStarted({ itemId: "p1" });
  await give(bench);
  bench.clock.advance(1999);
  expect(bench.asked).not.toContain("respond guided");
  bench.clock.advance(1);
  expect(bench.asked).toContain("respond guided");
});

test("[CL358] ten seconds without sound from the holder's browser: the agent is asked back, and not before", async () => {
  const bench = openCall();
  await take(bench);
  speak(bench, 500);
  expect(bench.gone).toEqual([]);
  bench.clock.advance(9000);
  expect(bench.gone).toEqual([]);
  bench.clock.advance(2000);
  expect(bench.gone[0]).toBe(DANA.accountId);
});

test("[CL359] an opt-out goes before a person who holds the call: their sound is off, and the agent confirms it", async () => {
  const bench = openCall();
  await take(bench);
  consumerSays(agentsOf(bench), "u", "Stop calling me.");
  await Promise.resolve();
  await Promise.resolve();
  expect(bench.gone).toEqual([DANA.accountId]);
  expect(bench.optOuts).toEqual(["spoken"]);
  expect(bench.asked).toContain("say You will not be called again. Goodbye.");
  const sent = sentTo(bench);
  bench.actor.speak(mic());
  expect(sent).toEqual([]);
  agentSays(agentsOf(bench), "bye", "You will not be called again. Goodbye.", 200);
  expect(sent.length).toBeGreaterThan(0);
});

test("[CL359] the next owner of a held call says nothing by itself; the holder goes on speaking there", async () => {
  const bench = actorBench([{ speaker: "agent", text: "Hello." }], { holder: DANA });
  bench.join();
  bench.recorded.push({ type: "holder.changed", holder: "person", by: { kind: "person", ...DANA } });
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  bench.sessions[0]?.listener.ready();
  bench.clock.advance(3000);
  expect(bench.asked.filter((one) => one.startsWith("respond") || one.startsWith("say"))).toEqual([]);
  const sent = sentTo(bench);
  speak(bench, 5);
  expect(sent).toHaveLength(5);
});

test("[CL359] without a voice model a held call goes on; the agent that is given it back says sorry and ends it", async () => {
  const bench = openCall();
  await take(bench);
  bench.sessions[0]?.listener.closed({ reason: "no_quota", fatal: true });
  bench.clock.advance(10_000);
  expect(bench.ended).toEqual([]);
  bench.recorded.push({ type: "holder.changed", holder: "agent", by: { kind: "system" } });
  bench.actor.steered();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  bench.clock.advance(2000);
  expect(bench.ended.map(({ status }) => status)).toEqual(["failed"]);
});

test("[CL354] whatever happens in any order: the phone never hears two sources, and never anybody but the holder or the agent", async () => {
  const acts = fc.array(fc.constantFrom("take", "give", "dana", "eve", "agent", "consumer", "time"), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(acts, async (given) => {
      const bench = hearOpening(actorBench());
      const sent = sentTo(bench);
      let holder: "agent" | "person" = "agent";
      for (const [index, act] of given.entries()) {
        sent.length = 0;
        if (act === "take" || act === "give") {
          const next = act === "take" ? "person" : "agent";
          if (next !== holder) await change(bench, next);
          holder = next;
          bench.clock.advance(2000);
        }
        if (act === "dana") bench.actor.speak(mic());
        if (act === "eve") bench.actor.speak(mic("page3", "acc_eve"));
        if (act === "consumer") consumerSays(agentsOf(bench), `u${index}`, "Yes.");
        if (act === "time") bench.clock.advance(100);
        if (act === "agent") {
          const voice = bench.sessions[0]?.listener;
          voice?.answerStarted({ answerId: `a${index}` });
          voice?.audio({ answerId: `a${index}`, itemId: `i${index}`, payloadBase64: "AAAA" });
          voice?.audioDone({ answerId: `a${index}`, itemId: `i${index}` });
          voice?.answerEnded({ answerId: `a${index}`, end: "completed", reason: null, usage: null });
        }
        bench.phone.hearAll();
        const allowed =
          act === "dana" && holder === "person"
            ? [PAYLOAD]
            : act === "agent" && holder === "agent"
              ? ["AAAA"]
              : [];
        expect(sent).toEqual(allowed);
      }
    }),
    { numRuns: 60 },
  );
});
