import type { MicSound } from "#server/calls/live/hold.ts";
import type { SoundDesk, SoundFeed, WantedSound } from "#server/calls/sound/sound-desk.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { newId } from "#server/lib/ids.ts";
import type { Metrics } from "#server/observability/metrics.ts";
import { callRoom } from "#server/realtime/live-feed.ts";
import { waitingPackets } from "#server/realtime/socket-guard.ts";
import type { AppSockets } from "#server/realtime/socket-server.ts";

const LISTEN = "listen:";
export const listenRoom = (callId: string) => `${LISTEN}${callId}`;
export const isListenRoom = (room: string) => room.startsWith(LISTEN);

/** Two packets for each side of a piece: a second of sound waits for a slow reader at most, what comes then is dropped. */
const MAX_WAITING_PACKETS = 20;
/** What other servers want is told this often, and forgotten when it was not told for so long. */
const TELL_MS = 2000;
const FORGET_MS = 7000;
/** A page that opens joins several rooms. */
const GATHER_MS = 50;
/** Levels for watchers on other servers are half as frequent: each is a write. */
const FAR_LEVELS_MS = 200;

type Sides = { agent: Buffer; consumer: Buffer };
/** What servers tell each other about the sound of calls. */
export type SoundNews = {
  /** Everything that is wanted at the server; what it does not name it does not want. */
  soundWanted(server: string, calls: { callId: string; wanted: WantedSound }[]): void;
  sound(callId: string, frameNumber: number, sides: Sides): void;
  levels(callId: string, agent: number, consumer: number): void;
  /** Of a microphone, for the owner of the call. */
  spoken(callId: string, sound: MicSound): void;
};

/** Where calls are live. */
type Live = { sound: SoundDesk; speak(callId: string, sound: MicSound): boolean };

type Deps = { clock: Clock; metrics: Pick<Metrics, "soundPiecesDropped"> };
type FarServer = { wants: Map<string, WantedSound>; toldAtMs: number };

/**
 * The sound of live calls on its way to browsers, on this server and others [CL350–CL353]. Who listens is known from the rooms; a call that nobody on any
 * server wants is not asked for. Readers that are slow miss pieces, which are counted, and never grow this process.
 */
export class CallSound implements SoundFeed {
  readonly #deps: Deps;
  readonly #server = newId("srv");
  readonly #here = new Map<string, WantedSound>();
  readonly #far = new Map<string, FarServer>();
  readonly #farLevelsAtMs = new Map<string, number>();
  #sockets: AppSockets | null = null;
  #others: SoundNews | null = null;
  #live: Live | null = null;
  #telling: Timer | null = null;
  #repeat: Timer | null = null;
  /** What other servers tell. */
  readonly heard: SoundNews = {
    soundWanted: (server, calls) => this.#wantedFar(server, calls),
    sound: (callId, frameNumber, sides) => this.#hear(callId, frameNumber, sides),
    levels: (callId, agent, consumer) => this.#showLevels(callId, agent, consumer),
    spoken: (callId, sound) => void this.#live?.speak(callId, sound),
  };

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Until the sockets are there, nobody listens. */
  attach(sockets: AppSockets, others: SoundNews | null, live: Live) {
    this.#sockets = sockets;
    this.#others = others;
    this.#live = live;
    const { adapter } = sockets.of("/");
    // A room is created before anybody is in it.
    adapter.on("join-room", (room: string) => this.#roomChanged(room));
    adapter.on("delete-room", (room: string) => this.#roomChanged(room));
    this.#repeat = this.#deps.clock.every(TELL_MS, () => this.#keepUp());
  }

  detach() {
    this.#repeat?.cancel();
    this.#telling?.cancel();
  }

  /** Sound of a microphone goes to the call, which may be live on another server. */
  speak(callId: string, sound: MicSound) {
    if (this.#live?.speak(callId, sound) !== true) this.#others?.spoken(callId, sound);
  }

  // ——— from a call that is live here ———

  audio(callId: string, frameNumber: number, sides: Sides) {
    this.#hear(callId, frameNumber, sides);
    if (this.#isWantedFar(callId, "audio")) this.#others?.sound(callId, frameNumber, sides);
  }

  levels(callId: string, agent: number, consumer: number) {
    this.#showLevels(callId, agent, consumer);
    const now = this.#deps.clock.monotonicMs();
    const last = this.#farLevelsAtMs.get(callId) ?? Number.NEGATIVE_INFINITY;
    if (now - last < FAR_LEVELS_MS || !this.#isWantedFar(callId, "levels")) return;
    this.#farLevelsAtMs.set(callId, now);
    this.#others?.levels(callId, agent, consumer);
  }

  // ——— to the browsers ———

  #hear(callId: string, frameNumber: number, { agent, consumer }: Sides) {
    const main = this.#sockets?.of("/");
    for (const id of main?.adapter.rooms.get(listenRoom(callId)) ?? []) {
      const socket = main?.sockets.get(id);
      if (socket === undefined) continue;
      if (waitingPackets(socket) > MAX_WAITING_PACKETS) {
        this.#deps.metrics.soundPiecesDropped.inc();
        continue;
      }
      socket.emit("call:audio", callId, "agent", frameNumber, agent);
      socket.emit("call:audio", callId, "consumer", frameNumber, consumer);
    }
  }

  #showLevels(callId: string, agent: number, consumer: number) {
    const room = callRoom(callId, "staff");
    if (!this.#isIn(room)) return;
    this.#sockets?.local.volatile.to(room).emit("call:levels", { callId, agent, consumer });
  }

  // ——— who wants what ———

  #roomChanged(room: string) {
    const callId = callOf(room);
    if (callId === null) return;
    const wanted = { audio: this.#isIn(listenRoom(callId)), levels: this.#isIn(callRoom(callId, "staff")) };
    const before = this.#here.get(callId);
    if (before?.audio === wanted.audio && before.levels === wanted.levels) return;
    if (wanted.audio || wanted.levels) this.#here.set(callId, wanted);
    else this.#here.delete(callId);
    this.#ask(callId);
    this.#telling ??= this.#deps.clock.after(GATHER_MS, () => this.#tell());
  }

  #isIn(room: string): boolean {
    return (this.#sockets?.of("/").adapter.rooms.get(room)?.size ?? 0) > 0;
  }

  #tell() {
    this.#telling = null;
    const calls = [...this.#here].map(([callId, wanted]) => ({ callId, wanted }));
    this.#others?.soundWanted(this.#server, calls);
  }

  #wantedFar(server: string, calls: { callId: string; wanted: WantedSound }[]) {
    const before = this.#far.get(server)?.wants.keys() ?? [];
    const wants = new Map(calls.map(({ callId, wanted }) => [callId, wanted]));
    const touched = new Set([...before, ...wants.keys()]);
    if (wants.size === 0) this.#far.delete(server);
    else this.#far.set(server, { wants, toldAtMs: this.#deps.clock.monotonicMs() });
    for (const callId of touched) this.#ask(callId);
  }

  /** A message may be lost, and a server may be gone: both are made good here. */
  #keepUp() {
    if (this.#here.size > 0) this.#tell();
    const now = this.#deps.clock.monotonicMs();
    for (const [server, { toldAtMs }] of this.#far)
      if (now - toldAtMs > FORGET_MS) this.#wantedFar(server, []);
    for (const callId of this.#farLevelsAtMs.keys())
      if (!this.#isWantedFar(callId, "levels")) this.#farLevelsAtMs.delete(callId);
  }

  #isWantedFar(callId: string, what: keyof WantedSound): boolean {
    for (const { wants } of this.#far.values()) if (wants.get(callId)?.[what] === true) return true;
    return false;
  }

  #ask(callId: string) {
    const here = this.#here.get(callId);
    this.#live?.sound.want(callId, {
      audio: here?.audio === true || this.#isWantedFar(callId, "audio"),
      levels: here?.levels === true || this.#isWantedFar(callId, "levels"),
    });
  }
}

/** The call of a room in which sound is wanted; null for other rooms. */
function callOf(room: string): string | null {
  if (isListenRoom(room)) return room.slice(LISTEN.length);
  const [kind, callId, audience] = room.split(":");
  return kind === "call" && audience === "staff" && callId !== undefined ? callId : null;
}
