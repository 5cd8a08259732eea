import { openCall, segments, sound } from "#server/calls/testing/actor-bench.ts";
import fc from "fast-check";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

const TEXT = "Thank you. When may somebody come by?";
const PIECE_MS = 200;
const PIECES = 10;

/**
 * An answer of ten pieces that the consumer cuts into: before `speaksAt` pieces were made, with `played` of them heard by then and `late` more on their
 * way. The adapter's promise is kept: nothing of a discarded answer is delivered.
 */
async function cutInto({ speaksAt, late, heardMs }: { speaksAt: number; late: number; heardMs: number }) {
  const bench = openCall();
  const voice = bench.voiceSays();
  const answer = { answerId: "a", itemId: "i" };
  let delivered = 0;
  const deliver = () => {
    if (bench.asked.includes("discard a")) return;
    delivered += 1;
    voice.audio({ ...answer, payloadBase64: sound(PIECE_MS) });
  };
  voice.answerStarted({ answerId: "a" });
  for (let piece = 0; piece < speaksAt; piece++) deliver();
  // The words are ahead of the sound.
  voice.agentWords({ ...answer, text: "Thank you. When", final: false });
  // Marks come back for 60 ms of sound each.
  for (let ms = 60; ms <= Math.min(heardMs, delivered * PIECE_MS); ms += 60) bench.phone.hearOne();
  voice.speechStarted({ itemId: "u" });
  for (let piece = 0; piece < late; piece++) deliver();
  if (!bench.asked.includes("discard a")) voice.audioDone(answer);
  voice.agentWords({ ...answer, text: TEXT, final: true });
  voice.answerEnded({ answerId: "a", end: "cancelled", reason: null, usage: null });
  bench.phone.hearAll();
  await nextTurn();
  return { said: segments(bench).filter(({ segmentId }) => segmentId === "i"), delivered };
}

test("[CL321] an answer that was cut into before its first sound: what was on its way was played, and stood in the journal as said whole", async () => {
  expect(await cutInto({ speaksAt: 0, late: 3, heardMs: 0 })).toEqual({ said: [], delivered: 0 });
});

test("[CL321] whenever somebody cuts in and however much is on its way, an answer that was not made to its end is never said whole", async () => {
  const when = fc.record({
    speaksAt: fc.nat(PIECES - 1),
    late: fc.nat(PIECES),
    heardMs: fc.nat(PIECE_MS * PIECES),
  });
  await fc.assert(
    fc.asyncProperty(when, async (one) => {
      const { said, delivered } = await cutInto(one);
      expect(delivered).toBe(one.speaksAt);
      expect(said.filter(({ interrupted }) => interrupted !== true)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
