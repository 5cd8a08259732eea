import { Listening, type ListeningParts } from "#client/calls/audio/listening.ts";
import { SoundHistory } from "#client/calls/audio/sound-history.ts";
import { expect, test, vi } from "vitest";

type Piece = Parameters<Parameters<ListeningParts["onSound"]>[0]>[0];

/** A page whose socket and loudspeaker the test holds. */
function page({
  reply = { ok: true as const } as Awaited<ReturnType<ListeningParts["listen"]>>,
  isAudible = true,
} = {}) {
  const did: string[] = [];
  const now = { isAudible, isUp: true };
  const sound = new Set<(piece: Piece) => void>();
  const link = new Set<(isUp: boolean) => void>();
  let report: Parameters<ListeningParts["openPlayer"]>[0] = () => undefined;
  const parts: ListeningParts = {
    listen: async (callId) => {
      did.push(`listen ${callId}`);
      return reply;
    },
    unlisten: (callId) => did.push(`unlisten ${callId}`),
    onSound: (listener) => {
      sound.add(listener);
      return () => sound.delete(listener);
    },
    onLink: (listener) => {
      link.add(listener);
      listener(now.isUp);
      return () => link.delete(listener);
    },
    openPlayer: async (changed) => {
      report = changed;
      return {
        isAudible: () => now.isAudible,
        resume: () => {
          now.isAudible = true;
          changed(null);
        },
        play: (lane, frameNumber) => did.push(`play ${lane} ${frameNumber}`),
        mute: (lanes) => did.push(`mute ${lanes.join("+")}`),
        close: () => did.push("close"),
      };
    },
  };
  const listening = new Listening("call_1", parts);
  const piece = (callId: string, frameNumber: number) => {
    for (const hear of sound) hear({ callId, lane: "agent", frameNumber, bytes: new Uint8Array(1) });
  };
  return {
    listening,
    did,
    piece,
    report: (one: { bufferedMs: number; underruns: number } | null) => report(one),
    link: (isUp: boolean) => link.forEach((listener) => listener(isUp)),
  };
}

const on = (listening: Listening) => vi.waitFor(() => expect(listening.get().is).toBe("on"));

test("[UI57] who presses Listen joins, hears this call and no other, and lets go of everything", async () => {
  const { listening, did, piece } = page();
  void listening.start();
  expect(listening.get().is).toBe("joining");
  await on(listening);
  piece("call_1", 10);
  piece("call_2", 10);
  listening.stop();
  piece("call_1", 20);
  expect(did).toEqual(["mute ", "listen call_1", "play agent 10", "close", "unlisten call_1"]);
  expect(listening.get()).toEqual({ is: "off" });
});

test("[UI57] a refusal is told in the server's words, and can be tried again", async () => {
  const { listening, did } = page({
    reply: { ok: false, code: "NOT_FOUND", message: "There is no such call." },
  });
  await listening.start();
  await vi.waitFor(() =>
    expect(listening.get()).toEqual({ is: "failed", message: "There is no such call." }),
  );
  expect(did.at(-1)).toBe("close");
  await listening.start();
  expect(did.filter((one) => one === "listen call_1")).toHaveLength(2);
});

test("[UI57] a lost connection is joined again by itself, with one player", async () => {
  const { listening, did, link } = page();
  await listening.start();
  await on(listening);
  link(false);
  link(true);
  await vi.waitFor(() => expect(did.filter((one) => one === "listen call_1")).toHaveLength(2));
  expect(listening.get().is).toBe("on");
  expect(did).not.toContain("close");
});

test("[UI57] a browser that blocks sound is told so until somebody turns it on", async () => {
  const { listening, report } = page({ isAudible: false });
  await listening.start();
  await on(listening);
  expect(listening.get()).toMatchObject({ isBlocked: true });
  report({ bufferedMs: 600, underruns: 3 });
  expect(listening.get()).toMatchObject({ isBlocked: true, bufferedMs: 600, underruns: 3 });
  listening.resume();
  expect(listening.get()).toMatchObject({ isBlocked: false });
});

test("[UI57] lanes are muted one by one or both at once, and stay so", async () => {
  const { listening, did } = page();
  listening.toggleMute(["agent"]);
  await listening.start();
  await on(listening);
  listening.toggleMute(["agent", "consumer"]);
  listening.toggleMute(["agent", "consumer"]);
  listening.toggleMute(["consumer"]);
  expect(did.filter((one) => one.startsWith("mute"))).toEqual([
    "mute agent",
    "mute agent+consumer",
    "mute ",
    "mute consumer",
  ]);
});

test("[UI57] who leaves the page while it still joins hears nothing later", async () => {
  const { listening, did, piece } = page();
  const starting = listening.start();
  listening.stop();
  await starting;
  piece("call_1", 0);
  expect(listening.get()).toEqual({ is: "off" });
  expect(did.toSorted()).toEqual(["close", "unlisten call_1"]);
});

test("[UI59] the last 30 seconds are kept, each column shows its loudest moment, and silence is told after a while", () => {
  const history = new SoundHistory();
  expect(history.isQuiet(0)).toBe(false);
  for (let atMs = 0; atMs < 60_000; atMs += 100)
    history.add({ agent: atMs === 45_000 ? 200 : 10, consumer: 0 }, atMs);
  expect(history.points.length).toBeLessThanOrEqual(320);
  const columns = history.columns(60, 60_000);
  expect(columns).toHaveLength(60);
  expect(columns.filter((column) => column?.agent === 200)).toHaveLength(1);
  expect(columns.findIndex((column) => column?.agent === 200)).toBe(30);
  expect(history.isQuiet(46_000)).toBe(false);
  expect(history.isQuiet(49_000)).toBe(true);
  expect(history.columns(10, 200_000).every((column) => column === null)).toBe(true);
});
