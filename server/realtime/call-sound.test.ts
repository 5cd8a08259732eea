import { SoundDesk, type WantedSound } from "#server/calls/sound/sound-desk.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { CallSound, type SoundNews } from "#server/realtime/call-sound.ts";
import type { AppSockets } from "#server/realtime/socket-server.ts";
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";

/** A reader: what it got, and how many packets wait for it. */
type Reader = { got: unknown[][]; conn: { writeBuffer: unknown[] }; emit(...given: unknown[]): void };

/** One server's sound, with its rooms in the test's hands. */
function soundServer(clock = new ManualClock(), isOwner = true) {
  const spoken: string[] = [];
  const rooms = new Map<string, Set<string>>();
  const readers = new Map<string, Reader>();
  const levels: unknown[] = [];
  const adapter = Object.assign(new EventEmitter(), { rooms });
  const volatile = { to: () => ({ emit: (_event: string, level: unknown) => levels.push(level) }) };
  const sockets = { of: () => ({ adapter, sockets: readers }), local: { volatile } };
  let dropped = 0;
  const sound = new CallSound({
    clock,
    metrics: { soundPiecesDropped: { inc: () => (dropped += 1) } as never },
  });
  const desk = new SoundDesk();
  const wanted: WantedSound[] = [];
  desk.attach("call_1", { want: (now) => wanted.push(now) });
  const join = (id: string, room: string) => {
    const got: unknown[][] = [];
    readers.set(id, { got, conn: { writeBuffer: [] }, emit: (...given) => got.push(given) });
    const members = rooms.get(room) ?? new Set();
    rooms.set(room, members);
    // In the order of the real adapter: a new room is empty when it is told of.
    if (members.size === 0) adapter.emit("create-room", room);
    members.add(id);
    adapter.emit("join-room", room, id);
    return got;
  };
  const leave = (room: string) => {
    rooms.delete(room);
    adapter.emit("delete-room", room);
  };
  const attach = (others: SoundNews | null) =>
    sound.attach(sockets as unknown as AppSockets, others, {
      sound: desk,
      speak: (callId, sound) => isOwner && spoken.push(`${callId} ${sound.accountId}`) > 0,
    });
  return { clock, sound, spoken, wanted, join, leave, readers, levels, attach, dropped: () => dropped };
}

const sides = { agent: Buffer.alloc(1600, 1), consumer: Buffer.alloc(1600, 2) };
const NOTHING = { audio: false, levels: false };

test("[CL350] a call is asked for its sound only while somebody listens or watches", () => {
  const here = soundServer();
  here.attach(null);
  here.join("s1", "listen:call_1");
  here.join("s2", "call:call_1:staff");
  here.join("s3", "call:call_1:consumer");
  here.leave("listen:call_1");
  here.leave("call:call_1:staff");
  expect(here.wanted).toEqual([
    NOTHING,
    { audio: true, levels: false },
    { audio: true, levels: true },
    { audio: false, levels: true },
    NOTHING,
  ]);
});

test("[CL351][CL352] listeners get both lanes, watchers the levels", () => {
  const here = soundServer();
  here.attach(null);
  const got = here.join("s1", "listen:call_1");
  here.join("s2", "call:call_1:staff");
  here.sound.audio("call_1", 20, sides);
  here.sound.levels("call_1", 3, 200);
  expect(got).toEqual([
    ["call:audio", "call_1", "agent", 20, sides.agent],
    ["call:audio", "call_1", "consumer", 20, sides.consumer],
  ]);
  expect(here.levels).toEqual([{ callId: "call_1", agent: 3, consumer: 200 }]);
});

test("[CL353] a reader that is slow misses pieces, which are counted, while others hear everything", () => {
  const here = soundServer();
  here.attach(null);
  const slow = here.join("s1", "listen:call_1");
  const quick = here.join("s2", "listen:call_1");
  here.readers.get("s1")?.conn.writeBuffer.push(...Array.from({ length: 21 }));
  for (let piece = 0; piece < 100; piece++) here.sound.audio("call_1", piece * 10, sides);
  expect(slow).toEqual([]);
  expect(quick).toHaveLength(200);
  expect(here.dropped()).toBe(100);
});

/** Two servers that hear each other, through JSON-like calls. */
function twoServers() {
  const clock = new ManualClock();
  const [owner, other] = [soundServer(clock), soundServer(clock, false)];
  let isCut = false;
  const way = (to: () => SoundNews): SoundNews => ({
    soundWanted: (...given) => isCut || to().soundWanted(...given),
    sound: (...given) => isCut || to().sound(...given),
    levels: (...given) => isCut || to().levels(...given),
    spoken: (...given) => isCut || to().spoken(...given),
  });
  owner.attach(way(() => other.sound.heard));
  other.attach(way(() => owner.sound.heard));
  return { clock, owner, other, cut: () => (isCut = true) };
}

test("[CL350][CL351] somebody on another server hears the call; when they have gone its owner stops", () => {
  const { clock, owner, other } = twoServers();
  const got = other.join("s1", "listen:call_1");
  clock.advance(100);
  expect(owner.wanted.at(-1)).toEqual({ audio: true, levels: false });
  owner.sound.audio("call_1", 0, sides);
  expect(got).toHaveLength(2);
  clock.advance(60_000);
  expect(owner.wanted.at(-1)).toEqual({ audio: true, levels: false });
  other.leave("listen:call_1");
  clock.advance(100);
  expect(owner.wanted.at(-1)).toEqual(NOTHING);
});

test("[CL350] a server that is gone wants nothing any more, and levels go to another one five times a second", () => {
  const { clock, owner, other, cut } = twoServers();
  other.join("s1", "call:call_1:staff");
  clock.advance(100);
  for (let tick = 0; tick < 100; tick++) {
    owner.sound.levels("call_1", 1, 2);
    clock.advance(100);
  }
  expect(other.levels.length).toBe(50);
  cut();
  clock.advance(10_000);
  expect(owner.wanted.at(-1)).toEqual(NOTHING);
});

test("[CL356] a microphone on another server is heard by the owner of the call, once", () => {
  const { owner, other } = twoServers();
  const sound = { accountId: "acc_1", source: "s1", bytes: Buffer.alloc(160) };
  other.sound.speak("call_1", sound);
  owner.sound.speak("call_1", sound);
  expect(owner.spoken).toEqual(["call_1 acc_1", "call_1 acc_1"]);
  expect(other.spoken).toEqual([]);
});
