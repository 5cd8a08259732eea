import { loudness, MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import type { Person, SaidLine } from "#server/sandbox/phone/callee.ts";
import { Ear } from "#server/sandbox/phone/ear.ts";
import type { FrameClock } from "#server/sandbox/phone/frame-clock.ts";

/** Whatever is connected to the person's phone: a media stream, an announcement, another phone. */
export type FarEnd = {
  /** Up to 160 bytes for the ear; less when there is nothing (more) to play. */
  nextFrame(): Uint8Array;
  /** 160 bytes from the mouth. */
  take(frame: Uint8Array): void;
  /** A key was pressed. */
  key?(digit: string): void;
};

/** 20 ms of a call, 160 bytes each: what was played to the person, and what they said meanwhile. */
export type Beat = { readonly played: Uint8Array; readonly spoken: Uint8Array };

export type LineEvents = {
  personHungUp(): void;
  /** The simulated person failed; their call cannot go on. */
  fault(error: unknown): void;
};

const NOTHING = new Uint8Array(0);

/** An answered phone: carries 20 ms frames between one person and the far end of the moment. */
export class Line {
  readonly ear = new Ear();
  readonly #person: Person;
  readonly #stopBeat: () => void;
  readonly #events: LineEvents;
  readonly #taps = new Set<(beat: Beat) => void>();
  readonly #keyListeners = new Set<(digit: string) => void>();
  #farEnd: FarEnd | null = null;

  constructor(frames: FrameClock, person: Person, events: LineEvents) {
    this.#person = person;
    this.#events = events;
    this.#stopBeat = frames.onBeat(() => {
      try {
        this.#beat();
      } catch (error) {
        this.#events.fault(error);
      }
    });
  }

  /** Connects another far end; the one before is no longer heard. */
  connect(farEnd: FarEnd): void {
    this.#farEnd = farEnd;
  }

  /** Disconnects this far end, if it is still the connected one. */
  disconnect(farEnd: FarEnd): void {
    if (this.#farEnd === farEnd) this.#farEnd = null;
  }

  said(): readonly SaidLine[] {
    return this.#person.said();
  }

  say(text: string): void {
    this.#person.say(text);
  }

  /** The person presses a key: whoever listens for keys and whatever is connected gets it. */
  press(digit: string): void {
    for (const listener of this.#keyListeners) listener(digit);
    this.#farEnd?.key?.(digit);
  }

  onKey(listener: (digit: string) => void): () => void {
    this.#keyListeners.add(listener);
    return () => void this.#keyListeners.delete(listener);
  }

  /** Gets every 20 ms of the call, whatever is connected, until the returned function is called. */
  onBeat(tap: (beat: Beat) => void): () => void {
    this.#taps.add(tap);
    return () => void this.#taps.delete(tap);
  }

  get beep(): Promise<void> {
    return this.#person.beep;
  }

  /** The call is over: whatever was playing was cut by the hang-up. */
  end(): void {
    this.#stopBeat();
    this.#farEnd = null;
    this.ear.cutHere();
    this.ear.end();
    this.#person.ended?.();
  }

  #beat(): void {
    const played = this.#farEnd?.nextFrame() ?? NOTHING;
    const words = this.ear.hear(played);
    const full = new Uint8Array(MULAW_FRAME_BYTES).fill(MULAW_SILENCE);
    full.set(played);
    const spoken = this.#person.step({ words, loudness: loudness(full), audio: full });
    if (!spoken) return this.#events.personHungUp();
    this.#farEnd?.take(spoken);
    for (const tap of this.#taps) tap({ played: full, spoken });
    const key = this.#person.pressing?.() ?? null;
    if (key !== null) this.press(key);
  }
}
