import type { PlayState, Sound } from "#client/calls/replay/playhead.ts";

/** The part of an audio element that is used. */
export type AudioLike = Pick<
  HTMLAudioElement,
  "src" | "currentTime" | "paused" | "seeking" | "readyState" | "playbackRate" | "ended" | "pause" | "play"
> & { addEventListener(type: "error", listener: () => void): void };

export type SoundProblem = "away" | "blocked";

type Parts = {
  audio: AudioLike;
  /** Where the recording lies on the time line. */
  startMs: number;
  durationMs: number;
  /** A fresh link to the file; one lasts ten minutes. */
  link(): Promise<string>;
  /** Null: there is sound again. */
  onProblem(problem: SoundProblem | null): void;
};

/** HTMLMediaElement.HAVE_CURRENT_DATA */
const HAVE_DATA = 2;
const MOST_FAILURES = 2;

/**
 * The recording under the playhead [UI66]. A link is asked for when somebody first plays, and anew when the player loses the file, because links end.
 * Without sound the replay goes on by the clock.
 */
export class RecordingSound implements Sound {
  readonly #parts: Parts;
  #link: "none" | "asked" | "there" | "broken" = "none";
  #wanted: PlayState | null = null;
  /** Started at its place since the playhead came into the recording or was let go. */
  #begun = false;
  /** Seconds to jump to as soon as the file is there. */
  #jumpTo: number | null = null;
  #failures = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.audio.addEventListener("error", () => this.#lost());
  }

  follow(state: PlayState, jumped: boolean) {
    const wasPlaying = this.#wanted?.isPlaying === true;
    this.#wanted = state;
    if (!state.isPlaying || !this.#covers(state.ms)) {
      this.#begun = false;
      return this.#parts.audio.pause();
    }
    if (!wasPlaying && this.#link === "broken") this.#link = "none";
    if (jumped || !this.#begun) this.#jumpTo = (state.ms - this.#parts.startMs) / 1000;
    this.#begun = true;
    this.#go(state);
  }

  heardAt(): number | "waits" | null {
    const { audio, startMs } = this.#parts;
    const isOver = audio.ended && this.#jumpTo === null;
    if (this.#wanted === null || !this.#covers(this.#wanted.ms) || this.#link === "broken" || isOver)
      return null;
    const isHere = this.#link === "there" && this.#jumpTo === null && !audio.paused && !audio.seeking;
    if (!isHere || audio.readyState < HAVE_DATA) return "waits";
    this.#failures = 0;
    return startMs + audio.currentTime * 1000;
  }

  stop() {
    this.#wanted = null;
    this.#parts.audio.pause();
  }

  #covers(ms: number): boolean {
    const { startMs, durationMs } = this.#parts;
    return ms >= startMs && ms < startMs + durationMs;
  }

  #go({ rate }: PlayState) {
    const { audio } = this.#parts;
    if (this.#link === "none") return void this.#ask();
    if (this.#link !== "there") return;
    if (audio.playbackRate !== rate) audio.playbackRate = rate;
    if (this.#jumpTo === null) return;
    audio.currentTime = this.#jumpTo;
    this.#jumpTo = null;
    audio.play().catch((error: unknown) => {
      // A pause or a jump that comes before the sound is no fault; a file that is lost tells by itself.
      if (error instanceof Error && error.name === "NotAllowedError") this.#break("blocked");
    });
  }

  async #ask(): Promise<void> {
    this.#link = "asked";
    try {
      this.#parts.audio.src = await this.#parts.link();
    } catch {
      // Whatever kind of refusal: the page says that there is no sound, and Play asks again.
      return this.#break("away");
    }
    this.#link = "there";
    this.#parts.onProblem(null);
    if (this.#wanted?.isPlaying === true && this.#covers(this.#wanted.ms)) this.#go(this.#wanted);
  }

  #lost() {
    this.#failures += 1;
    if (this.#failures > MOST_FAILURES) return this.#break("away");
    this.#link = "none";
    if (this.#wanted?.isPlaying !== true || !this.#covers(this.#wanted.ms)) return;
    this.#jumpTo = (this.#wanted.ms - this.#parts.startMs) / 1000;
    void this.#ask();
  }

  #break(problem: SoundProblem) {
    this.#link = "broken";
    this.#failures = 0;
    this.#parts.onProblem(problem);
  }
}
