import { SOUND } from "#client/calls/audio/copy.ts";
import { createStore, type Readable, type Store } from "#client/ui/store.ts";
import type { NoMicrophone, OpenMicrophone } from "#client/ui/microphone.ts";
import { encodeMulaw } from "#shared/mulaw.ts";

/** What speaking in the agent's place needs of the page. */
export type HoldingParts = {
  /** 20 ms at a time, 16-bit samples at 8 kHz. */
  openMicrophone(onSound: (samples: Int16Array) => void): Promise<OpenMicrophone | NoMicrophone>;
  takeOver(callId: string): Promise<unknown>;
  giveBack(callId: string, instruction: string): Promise<unknown>;
  send(callId: string, mulaw: Uint8Array): void;
  /** A refusal as a sentence. */
  sentenceOf(error: unknown): string;
};

export type HoldingState =
  | { is: "off" }
  /** Asking for the microphone, then for the call. */
  | { is: "taking" }
  | { is: "on"; isMuted: boolean }
  | { is: "givingBack" }
  | { is: "failed"; message: string };

/** Two frames at once: 40 ms of delay less than they would save in messages. */
const PIECE_FRAMES = 2;
const FRAME_SAMPLES = 160;
const NO_SOUND = new Int16Array(FRAME_SAMPLES);

/** One person's voice in one call: the microphone first, then the call, and back [UI60–UI62]. */
export class Holding implements Readable<HoldingState> {
  readonly #callId: string;
  readonly #parts: HoldingParts;
  readonly #state: Store<HoldingState> = createStore<HoldingState>({ is: "off" });
  #microphone: OpenMicrophone | null = null;
  #waiting: Uint8Array[] = [];
  /** The journal said that the call is ours. */
  #isConfirmed = false;

  constructor(callId: string, parts: HoldingParts) {
    this.#callId = callId;
    this.#parts = parts;
  }

  readonly get = () => this.#state.get();
  readonly subscribe = (listener: () => void) => this.#state.subscribe(listener);

  /** Also by who holds the call already, on a page that was loaded anew. */
  async take(): Promise<void> {
    const { is } = this.get();
    if (is !== "off" && is !== "failed") return;
    this.#state.set({ is: "taking" });
    try {
      const opened = await this.#parts.openMicrophone((samples) => this.#hear(samples));
      if (typeof opened === "string")
        return this.#fail(opened === "refused" ? SOUND.micRefused : SOUND.micMissing);
      this.#microphone = opened;
      if (this.get().is !== "taking") return this.#close();
      await this.#parts.takeOver(this.#callId);
      if (this.get().is === "taking") this.#state.set({ is: "on", isMuted: false });
    } catch (error) {
      this.#fail(this.#parts.sentenceOf(error));
    }
  }

  async giveBack(instruction: string): Promise<void> {
    this.#state.set({ is: "givingBack" });
    try {
      await this.#parts.giveBack(this.#callId, instruction);
      this.stop();
    } catch (error) {
      this.#fail(this.#parts.sentenceOf(error));
    }
  }

  /** The microphone stays open and sends silence: the call knows that its holder is there. */
  toggleMute() {
    const state = this.get();
    if (state.is === "on") this.#state.set({ is: "on", isMuted: !state.isMuted });
  }

  /** Whether the call is ours. When it was and is not, nobody hears this microphone any more. */
  journalSays(isOurs: boolean) {
    if (this.#isConfirmed && !isOurs && this.get().is === "on") this.stop();
    this.#isConfirmed = isOurs;
  }

  /** The page goes, or the call is not ours. */
  stop() {
    this.#close();
    this.#state.set({ is: "off" });
  }

  #hear(samples: Int16Array) {
    const state = this.get();
    if (state.is !== "on" && state.is !== "givingBack") return;
    this.#waiting.push(encodeMulaw(state.is === "on" && !state.isMuted ? samples : NO_SOUND));
    if (this.#waiting.length < PIECE_FRAMES) return;
    const piece = new Uint8Array(PIECE_FRAMES * FRAME_SAMPLES);
    for (const [index, frame] of this.#waiting.entries()) piece.set(frame, index * FRAME_SAMPLES);
    this.#waiting = [];
    this.#parts.send(this.#callId, piece);
  }

  #fail(message: string) {
    this.#close();
    this.#state.set({ is: "failed", message });
  }

  #close() {
    this.#microphone?.close();
    this.#microphone = null;
    this.#waiting = [];
  }
}
