import { actorBench, agentSays, consumerSays, kinds, sound } from "#server/calls/testing/actor-bench.ts";
import { scriptedDesk } from "#server/calls/testing/scripted-recordings.ts";
import type { Permission } from "#server/calls/recording/recordings.ts";
import { WAV_HEADER_BYTES } from "#server/calls/recording/wav.ts";
import { expect, test } from "vitest";

type Bench = ReturnType<typeof actorBench>;

/** A call that is picked up; consent is known at once, as a near database answers it. */
async function pickedUp(permission: Permission, ...words: string[]) {
  const scripted = scriptedDesk(permission);
  const turns = words.map((text, turn) => ({ speaker: turn === 0 ? "agent" : "consumer", text }) as const);
  const bench = actorBench(turns, {}, { recordings: scripted.desk });
  bench.join();
  await settled();
  return { ...bench, ...scripted, bench };
}

/** The desk answers at once, but through promises. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

async function talking(permission: Permission) {
  const call = await pickedUp(permission);
  call.bench.voiceSays().ready();
  call.clock.advance(1000);
  agentSays(call.bench, "opening", "Hello, this is Sam.", 300);
  call.phone.hearAll();
  await settled();
  return call;
}

/** The consumer speaks for so many frames while time passes. */
function frames({ phone, clock }: Bench, count: number, byte: number) {
  for (let frame = 0; frame < count; frame++) {
    phone.says().audio(Buffer.alloc(160, byte).toString("base64"), clock.monotonicMs());
    clock.advance(20);
  }
}

const opening = ({ asked }: Bench) => asked.find((one) => one.startsWith("say "));
const NOTICE = "This call is recorded.";

test("[CL121] with consent the opening says so, and from its proven end both sides are written", async () => {
  const { bench, disk, log } = await talking("fresh");
  expect(opening(bench)).toContain(NOTICE);
  expect(kinds(bench)).toEqual(["transcript.segment", "opening.heard", "recording.started"]);
  frames(bench, 50, 0x11);
  agentSays(bench, "a", "Hi.", 300);
  bench.clock.advance(300);
  bench.phone.hearAll();
  frames(bench, 50, 0x11);
  await bench.actor.release("call over");
  const audio = disk.files.get("part-1")?.subarray(WAV_HEADER_BYTES) ?? Buffer.alloc(0);
  expect(log).toEqual(["begin", `done ${audio.length / 16}`]);
  const left = audio.filter((_, index) => index % 2 === 0);
  const right = audio.filter((_, index) => index % 2 === 1);
  expect(left.filter((byte) => byte === 0x11)).toHaveLength(100 * 160);
  expect(right.filter((byte) => byte === 0x55)).toHaveLength(300 * 8);
  expect(right.indexOf(0x55)).toBe(50 * 160);
});

test.each([["no" as const], ["fresh" as const]])(
  "[CL121] before the notice was heard, or without consent (%s), nothing is written and nothing kept",
  async (permission) => {
    const { bench, disk, log } = await pickedUp(permission);
    frames(bench, 100, 0x11);
    if (permission === "no") {
      bench.voiceSays().ready();
      bench.clock.advance(1000);
      agentSays(bench, "opening", "Hello, this is Sam.", 300);
      bench.phone.hearAll();
      frames(bench, 100, 0x11);
      expect(opening(bench)).not.toContain(NOTICE);
    }
    await bench.actor.release("call over");
    expect(log).toEqual([]);
    expect(disk.files.size).toBe(0);
  },
);

test("[CL121] consent that is not known when the opening begins is none: the opening does not wait", () => {
  const { desk, log } = scriptedDesk("fresh");
  const bench = actorBench([], {}, { recordings: desk });
  bench.join();
  bench.voiceSays().ready();
  bench.clock.advance(1000);
  expect(opening(bench)).not.toContain(NOTICE);
  agentSays(bench, "opening", "Hello, this is Sam.", 300);
  bench.phone.hearAll();
  expect(log).toEqual([]);
});

test("[CL121] a stream that goes on with a recorded call is recorded from its first frame", async () => {
  const { bench, log, disk } = await pickedUp("continued", "Hello, this is Sam.");
  expect(log).toEqual(["begin"]);
  frames(bench, 10, 0x11);
  await bench.actor.release("call over");
  expect(disk.files.get("part-1")?.length).toBe(WAV_HEADER_BYTES + 10 * 320);
  expect(kinds(bench)).not.toContain("recording.started");
});

test("[CL122] do not record me, in words: it stops, what was written is deleted, and the model is told", async () => {
  const { bench, log, disk } = await talking("fresh");
  frames(bench, 200, 0x11);
  await settled();
  expect(disk.files.size).toBe(1);
  const voice = bench.voiceSays();
  voice.speechStarted({ itemId: "c1" });
  voice.consumerWords({ itemId: "c1", text: "Please don't record me.", final: true, audioSeconds: null });
  frames(bench, 200, 0x11);
  await settled();
  await bench.actor.release("call over");
  expect(log).toEqual(["begin", "erase"]);
  expect(disk.files.size).toBe(0);
  expect(bench.recorded).toContainEqual(
    expect.objectContaining({ type: "recording.stopped", why: "spoken" }),
  );
  expect(bench.asked.filter((one) => one.startsWith("note They do not want"))).toHaveLength(1);
});

test("[CL122] key 8 does the same, once, and is confirmed; into the opening it keeps the recording from beginning", async () => {
  const { bench, log } = await talking("fresh");
  bench.phone.says().keyPressed("8");
  bench.phone.says().keyPressed("8");
  await settled();
  expect(bench.asked).toContain("say The recording was stopped and deleted.");
  expect(kinds(bench).filter((kind) => kind === "recording.stopped")).toHaveLength(1);
  expect(log).toEqual(["begin", "erase"]);

  const early = await pickedUp("fresh");
  early.bench.phone.says().keyPressed("8");
  early.bench.voiceSays().ready();
  early.bench.clock.advance(1000);
  expect(opening(early.bench)).not.toContain(NOTICE);
  agentSays(early.bench, "opening", "Hello, this is Sam.", 300);
  early.bench.phone.hearAll();
  await settled();
  expect(early.log).toEqual(["erase"]);
});

test("[CL122] key 8 after an opt-out did nothing, and before one was confirmed into its goodbye", async () => {
  const { bench, log } = await talking("fresh");
  bench.phone.says().keyPressed("8");
  bench.phone.says().keyPressed("9");
  await settled();
  expect(bench.asked).not.toContain("say The recording was stopped and deleted.");
  expect(log).toEqual(["begin", "erase"]);

  const late = await talking("fresh");
  late.bench.phone.says().keyPressed("9");
  late.bench.phone.says().keyPressed("8");
  await settled();
  expect(late.log).toEqual(["begin", "erase"]);
});

test("[CL122] words for both in one sentence stop the recording and the calls", async () => {
  const { bench, log } = await talking("fresh");
  consumerSays(bench, "u1", "Do not record me and stop calling me.");
  await settled();
  expect(log).toEqual(["begin", "erase"]);
  expect(bench.optOuts).toEqual(["spoken"]);
});

test("[CL122] a refusal that was lost with its server was recorded on by the next one", async () => {
  const { bench, log, disk } = await pickedUp("continued", "Hello, this is Sam.", "Do not record this.");
  bench.voiceSays().ready();
  await settled();
  expect(log).toContain("erase");
  expect(disk.files.size).toBe(0);
  expect(kinds(bench)).toContain("recording.stopped");
});

test("[CL122] the agent's tool does the same, and says what is true where nothing is recorded", async () => {
  const call = await talking("fresh");
  const wish = { toolCallId: "t1", itemId: "i1", name: "stop_recording", argumentsJson: "{}" };
  call.bench.voiceSays().toolCalled(wish);
  await settled();
  expect(call.log).toEqual(["begin", "erase"]);
  const none = await talking("no");
  none.bench.voiceSays().toolCalled(wish);
  await settled();
  expect(none.bench.recorded).toContainEqual(
    expect.objectContaining({ result: "This call is not recorded." }),
  );
  expect(none.log).toEqual([]);
});

test("[CL124] a full disk fails the recording; the call goes on and the person is still heard", async () => {
  const { bench, disk, log } = await talking("fresh");
  disk.full = true;
  frames(bench, 150, 0x11);
  await settled();
  expect(bench.recorded.at(-1)).toMatchObject({ type: "recording.stopped", why: "failed" });
  expect(log).toEqual(["begin", "failed", "done 0"]);
  const before = bench.asked.filter((one) => one.startsWith("append")).length;
  frames(bench, 10, 0x11);
  expect(bench.asked.filter((one) => one.startsWith("append")).length).toBe(before + 10);
  expect(bench.ended).toEqual([]);
  await bench.actor.release("call over");
  expect(log).toHaveLength(3);
});

test("[CL124] a disk that stalls is given up after 30 s of audio, and lets the call end in time", async () => {
  const { desk, log } = scriptedDesk("fresh");
  const never = new Promise<void>(() => undefined);
  const stalled = {
    ...desk,
    begin: async () => ({ name: "part-1", file: { append: () => never, close: () => never } }),
  };
  const bench = actorBench([], {}, { recordings: stalled });
  bench.join();
  await settled();
  bench.voiceSays().ready();
  bench.clock.advance(1000);
  agentSays(bench, "opening", "Hello, this is Sam.", 300);
  bench.phone.hearAll();
  frames(bench, 150, 0x11);
  await settled();
  frames(bench, 1600, 0x11);
  await settled();
  expect(bench.recorded.at(-1)).toMatchObject({ type: "recording.stopped", why: "failed" });
  expect(log).toEqual(["failed"]);
  await bench.actor.release("call over");
});

test("[CL120] what was said is recorded as heard: cut off where the marks prove it", async () => {
  const { bench, disk } = await talking("fresh");
  frames(bench, 5, 0x11);
  bench.voiceSays().audio({ answerId: "a", itemId: "a", payloadBase64: sound(600) });
  bench.clock.advance(75);
  bench.phone.hearOne();
  bench.clock.advance(30);
  bench.voiceSays().speechStarted({ itemId: "c1" });
  bench.voiceSays().consumerWords({ itemId: "c1", text: "Wait.", final: true, audioSeconds: null });
  frames(bench, 20, 0x11);
  await bench.actor.release("call over");
  const audio = disk.files.get("part-1")?.subarray(WAV_HEADER_BYTES) ?? Buffer.alloc(0);
  expect(audio.filter((byte) => byte === 0x55)).toHaveLength(100 * 8);
});
