/** What somebody somewhere wants of the sound of a call. */
export type WantedSound = { audio: boolean; levels: boolean };
const NOTHING: WantedSound = { audio: false, levels: false };

/** Where the sound of live calls goes to be heard and seen. It never blocks and never throws: what does not fit is dropped there. */
export type SoundFeed = {
  /**
   * Both sides of the same span of time, µ-law at 8 kHz. `frameNumber` counts frames of 20 ms from the beginning of this stream of the call: where it does
   * not go on with the frames of the last piece, something is missing.
   */
  audio(callId: string, frameNumber: number, sides: { agent: Buffer; consumer: Buffer }): void;
  /** How loud each side was just now, 0 (silence) to 255. */
  levels(callId: string, agent: number, consumer: number): void;
};

type Post = { want(wanted: WantedSound): void };

/** Joins those who want to hear calls with the calls of this process. A call that nobody wants to hear does nothing for it [CL350]. */
export class SoundDesk {
  readonly #wanted = new Map<string, WantedSound>();
  readonly #posts = new Map<string, Post>();

  /** The call is live here from now on. */
  attach(callId: string, post: Post) {
    this.#posts.set(callId, post);
    post.want(this.#wanted.get(callId) ?? NOTHING);
  }

  /** It is not any more; a newer stream of it may have attached meanwhile. */
  detach(callId: string, post: Post) {
    if (this.#posts.get(callId) === post) this.#posts.delete(callId);
  }

  /** What is wanted of the call from now on, whether it is live here or not. */
  want(callId: string, wanted: WantedSound) {
    if (wanted.audio || wanted.levels) this.#wanted.set(callId, wanted);
    else this.#wanted.delete(callId);
    this.#posts.get(callId)?.want(wanted);
  }
}
