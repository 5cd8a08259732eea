import { Holding, type HoldingParts } from "#client/calls/audio/holding.ts";
import { decodeMulaw } from "#shared/mulaw.ts";
import { expect, test } from "vitest";

/** A page whose microphone and server the test holds. */
function page({
  microphone = "open" as "open" | "refused" | "missing",
  refusal = null as string | null,
} = {}) {
  const did: string[] = [];
  const sent: Uint8Array[] = [];
  let sound: (samples: Int16Array) => void = () => undefined;
  const maybe = async (what: string) => {
    did.push(what);
    if (refusal !== null) throw new Error(refusal);
  };
  const parts: HoldingParts = {
    openMicrophone: async (onSound) => {
      did.push("microphone");
      sound = onSound;
      return microphone === "open" ? { close: () => did.push("close") } : microphone;
    },
    takeOver: (callId) => maybe(`take ${callId}`),
    giveBack: (callId, instruction) => maybe(`give ${callId} ${instruction}`),
    send: (_callId, mulaw) => sent.push(mulaw),
    sentenceOf: (error) => (error instanceof Error ? error.message : ""),
  };
  return {
    holding: new Holding("call_1", parts),
    did,
    sent,
    hear: (level: number, frames: number) => {
      for (let frame = 0; frame < frames; frame++) sound(new Int16Array(160).fill(level));
    },
  };
}

test("[UI60] the microphone is there before the call is taken; its sound goes out in whole frames, in order", async () => {
  const { holding, did, sent, hear } = page();
  const taking = holding.take();
  hear(1000, 4);
  await taking;
  expect(did).toEqual(["microphone", "take call_1"]);
  expect(sent).toEqual([]);
  hear(8000, 5);
  expect(sent.map(({ length }) => length)).toEqual([320, 320]);
  expect(decodeMulaw(sent[0] ?? new Uint8Array())[0]).toBeGreaterThan(7000);
});

test("[UI60] without a microphone nothing is taken; who is refused by the server has no open microphone", async () => {
  const refused = page({ microphone: "refused" });
  await refused.holding.take();
  expect(refused.holding.get()).toMatchObject({
    is: "failed",
    message: expect.stringContaining("microphone"),
  });
  expect(refused.did).toEqual(["microphone"]);
  const held = page({ refusal: "Somebody else is on the call." });
  await held.holding.take();
  expect(held.holding.get()).toEqual({ is: "failed", message: "Somebody else is on the call." });
  expect(held.did.at(-1)).toBe("close");
  await held.holding.take();
  expect(held.did.filter((one) => one === "take call_1")).toHaveLength(2);
});

test("[UI61] who is muted sends silence and keeps the call", async () => {
  const { holding, sent, hear } = page();
  await holding.take();
  holding.toggleMute();
  expect(holding.get()).toEqual({ is: "on", isMuted: true });
  hear(8000, 4);
  expect(sent).toHaveLength(2);
  expect(sent.every((piece) => piece.every((byte) => byte === 0xff))).toBe(true);
});

test("[UI62] giving back sends the instruction and closes the microphone; a page that goes does so, too", async () => {
  const { holding, did, sent, hear } = page();
  await holding.take();
  await holding.giveBack("Offer Wednesday.");
  expect(did.slice(-2)).toEqual(["give call_1 Offer Wednesday.", "close"]);
  expect(holding.get()).toEqual({ is: "off" });
  hear(8000, 4);
  expect(sent).toEqual([]);
  const lost = page();
  await lost.holding.take();
  lost.holding.journalSays(true);
  lost.holding.journalSays(false);
  expect(lost.holding.get()).toEqual({ is: "off" });
  expect(lost.did.at(-1)).toBe("close");
  const leaving = page();
  const taking = leaving.holding.take();
  leaving.holding.stop();
  await taking;
  expect(leaving.did).toEqual(["microphone", "close"]);
});
