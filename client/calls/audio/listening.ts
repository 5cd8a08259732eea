import type { Player } from "#client/calls/audio/player.ts";
import { SOUND } from "#client/calls/audio/copy.ts";
import { createStore, type Readable, type Store } from "#client/ui/store.ts";
import type { SoundLane, SocketError } from "#shared/contract/sockets.ts";

/** What listening needs of the page. */
export type ListeningParts = {
  /** Rejects when no answer comes. */
  listen(callId: string): Promise<{ ok: true } | SocketError>;
  unlisten(callId: string): void;
  onSound(
    listener: (piece: { callId: string; lane: SoundLane; frameNumber: number; bytes: Uint8Array }) => void,
  ): () => void;
  /** Tells at once whether the link is up, then each change. */
  onLink(listener: (isUp: boolean) => void): () => void;
  openPlayer(changed: (report: { bufferedMs: number; underruns: number } | null) => void): Promise<Player>;
};

export type ListeningState =
  | { is: "off" }
  | { is: "joining" }
  /** `isBlocked`: the browser plays nothing before somebody presses something. */
  | { is: "on"; isBlocked: boolean; bufferedMs: number; underruns: number }
  | { is: "failed"; message: string };

/** One person's ear at one call: joins, plays, comes back after a lost connection, and lets go [UI57]. */
export class Listening implements Readable<ListeningState> {
  readonly #callId: string;
  readonly #parts: ListeningParts;
  readonly #state: Store<ListeningState> = createStore<ListeningState>({ is: "off" });
  readonly #muted: Store<ReadonlySet<SoundLane>> = createStore<ReadonlySet<SoundLane>>(new Set());
  #player: Player | null = null;
  #endings: (() => void)[] = [];
  /** Grows with each start and stop: what an earlier one still brings no longer counts. */
  #run = 0;

  constructor(callId: string, parts: ListeningParts) {
    this.#callId = callId;
    this.#parts = parts;
  }

  readonly get = () => this.#state.get();
  readonly subscribe = (listener: () => void) => this.#state.subscribe(listener);
  /** The lanes that are not played. */
  get muted(): Readable<ReadonlySet<SoundLane>> {
    return this.#muted;
  }

  /** From a press: the browser lets the page sound then. */
  async start(): Promise<void> {
    const { is } = this.get();
    if (is === "joining" || is === "on") return;
    this.#run += 1;
    const run = this.#run;
    this.#state.set({ is: "joining" });
    try {
      const player = await this.#parts.openPlayer((report) => this.#reported(run, report));
      if (run !== this.#run) return player.close();
      this.#player = player;
      player.mute([...this.#muted.get()]);
      const stopSound = this.#parts.onSound((piece) => {
        if (piece.callId === this.#callId) player.play(piece.lane, piece.frameNumber, piece.bytes);
      });
      const stopLink = this.#parts.onLink((isUp) => isUp && void this.#join(run));
      this.#endings = [stopSound, stopLink];
    } catch {
      // No audio device, or a browser without audio worklets.
      if (run === this.#run) this.#fail(SOUND.noPlayer);
    }
  }

  /** The browser blocked sound: for a press. */
  resume() {
    this.#player?.resume();
  }

  toggleMute(lanes: readonly SoundLane[]) {
    const muted = new Set(this.#muted.get());
    const isAllMuted = lanes.every((lane) => muted.has(lane));
    for (const lane of lanes)
      if (isAllMuted) muted.delete(lane);
      else muted.add(lane);
    this.#muted.set(muted);
    this.#player?.mute([...muted]);
  }

  stop() {
    const wasOn = this.get().is === "on" || this.get().is === "joining";
    this.#letGo();
    this.#state.set({ is: "off" });
    if (wasOn) this.#parts.unlisten(this.#callId);
  }

  async #join(run: number): Promise<void> {
    try {
      const reply = await this.#parts.listen(this.#callId);
      if (run !== this.#run) return;
      if (!reply.ok) return this.#fail(reply.message);
      const before = this.get();
      if (before.is === "on") return;
      this.#state.set({ is: "on", isBlocked: !this.#audible, bufferedMs: 0, underruns: 0 });
    } catch {
      // The link went down: it is asked again when it is up.
    }
  }

  get #audible(): boolean {
    return this.#player?.isAudible() === true;
  }

  #reported(run: number, report: { bufferedMs: number; underruns: number } | null) {
    const before = this.get();
    if (run !== this.#run || before.is !== "on") return;
    this.#state.set({ ...before, ...report, isBlocked: !this.#audible });
  }

  #fail(message: string) {
    this.#letGo();
    this.#state.set({ is: "failed", message });
  }

  #letGo() {
    this.#run += 1;
    for (const end of this.#endings) end();
    this.#endings = [];
    this.#player?.close();
    this.#player = null;
  }
}
