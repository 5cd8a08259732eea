import { createStore, type Readable, type Store } from "#client/ui/store.ts";

export type PlayState = { ms: number; isPlaying: boolean; rate: number };

/** What sounds while the playhead moves. It is told every change, and says where it is. */
export type Sound = {
  /** `jumped`: not there by playing on. */
  follow(state: PlayState, jumped: boolean): void;
  /** Null: nothing sounds here, the clock goes on alone. `waits`: it will, in a moment. */
  heardAt(): number | "waits" | null;
  stop(): void;
};

export type PlayheadParts = {
  endMs: number;
  startMs?: number;
  /** Runs the task with the next picture; the answer calls it off. */
  nextFrame(task: () => void): () => void;
  /** Monotonic. */
  nowMs(): number;
};

export const RATES = [1, 1.5, 2] as const;

/** The one position of a replay [UI65]: sound leads where there is sound, the clock where there is none; everything else follows. */
export class Playhead implements Readable<PlayState> {
  readonly #parts: PlayheadParts;
  readonly #state: Store<PlayState>;
  #sound: Sound | null = null;
  #callOff: () => void = () => undefined;
  #tickedAtMs = 0;

  constructor(parts: PlayheadParts) {
    this.#parts = parts;
    this.#state = createStore<PlayState>({ ms: this.#inside(parts.startMs ?? 0), isPlaying: false, rate: 1 });
  }

  get = (): PlayState => this.#state.get();
  subscribe = (listener: () => void): (() => void) => this.#state.subscribe(listener);

  soundFrom(sound: Sound | null) {
    this.#sound?.stop();
    this.#sound = sound;
    sound?.follow(this.get(), true);
  }

  toggle() {
    if (this.get().isPlaying) return this.pause();
    // At the end Play begins anew.
    if (this.get().ms >= this.#parts.endMs) this.#set({ ms: 0 }, true);
    this.#set({ isPlaying: true }, false);
    this.#tickedAtMs = this.#parts.nowMs();
    this.#schedule();
  }

  pause() {
    this.#callOff();
    this.#set({ isPlaying: false }, false);
  }

  seek(ms: number) {
    this.#set({ ms: this.#inside(ms) }, true);
  }

  setRate(rate: number) {
    this.#set({ rate }, false);
  }

  /** The page is left. */
  stop() {
    this.#callOff();
    this.#sound?.stop();
  }

  #schedule() {
    this.#callOff = this.#parts.nextFrame(() => this.#tick());
  }

  #tick() {
    const nowMs = this.#parts.nowMs();
    const passedMs = nowMs - this.#tickedAtMs;
    this.#tickedAtMs = nowMs;
    const { ms, rate } = this.get();
    const heard = this.#sound?.heardAt() ?? null;
    if (heard !== "waits") this.#set({ ms: this.#inside(heard ?? ms + passedMs * rate) }, false);
    if (this.get().ms >= this.#parts.endMs) return this.pause();
    this.#schedule();
  }

  #set(change: Partial<PlayState>, jumped: boolean) {
    this.#state.set({ ...this.get(), ...change });
    this.#sound?.follow(this.get(), jumped);
  }

  #inside(ms: number) {
    return Math.min(Math.max(0, ms), this.#parts.endMs);
  }
}
