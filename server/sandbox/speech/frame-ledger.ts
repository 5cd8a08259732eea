import type { HeardFrame } from "#server/sandbox/speech/hidden-frame.ts";

/** What became of the frames of a piece of audio; counts, cumulative. All but `frames` are 0 on a sound path. */
export type AudioCheck = {
  /** Frames heard whole. */
  readonly frames: number;
  /** Frames that should have come and did not. */
  readonly lost: number;
  /** Frames heard again. */
  readonly repeated: number;
  /** Frames heard after a later one of their utterance, or after another utterance had begun. */
  readonly reordered: number;
  /** Frames that came with a sample changed. Their words do not count as heard. */
  readonly changed: number;
};

type Place = Omit<HeardFrame, "text">;

const UNSEEN = 0;
const SEEN = 1;
const EXCUSED = 2;

type Utterance = {
  readonly id: number;
  readonly count: number;
  /** UNSEEN, SEEN or EXCUSED per frame. */
  readonly frames: Uint8Array;
  /** Frames below this index should have come; those still UNSEEN are booked as lost. */
  due: number;
  /** The rest was taken away on purpose: the hole before whatever comes next is excused. */
  cut: boolean;
};

/** Older utterances are forgotten; a frame of a forgotten one opens a new account. */
const MAX_UTTERANCES = 64;

/** Books every frame under its utterance and says what is missing. */
export class FrameLedger {
  readonly #utterances = new Map<number, Utterance>();
  #current: Utterance | null = null;
  #heard = 0;
  #lost = 0;
  #repeated = 0;
  #reordered = 0;
  #changed = 0;

  /** The frame that comes next if nothing goes wrong, or null between utterances. */
  expected(): Place | null {
    const current = this.#current;
    if (!current || current.due >= current.count) return null;
    return { utteranceId: current.id, frameIndex: current.due, frameCount: current.count };
  }

  heard(frame: Place): void {
    this.#heard++;
    this.#book(frame);
  }

  /** A frame came, damaged: it is neither heard nor lost. */
  damaged(frame: Place): void {
    this.#changed++;
    this.#book(frame);
  }

  /** The sender, or a hang-up, took the rest of the current utterance away. */
  cutHere(): void {
    if (this.#current) this.#current.cut = true;
    this.#current = null;
  }

  /** `ended`: count what is still missing of the current utterance, as no more audio comes. */
  check(ended: boolean): AudioCheck {
    const missingTail = ended && this.#current ? this.#current.count - this.#current.due : 0;
    return {
      frames: this.#heard,
      lost: this.#lost + missingTail,
      repeated: this.#repeated,
      reordered: this.#reordered,
      changed: this.#changed,
    };
  }

  #book(frame: Place): void {
    const utterance = this.#open(frame);
    if (this.#current && this.#current !== utterance) this.#advance(this.#current, this.#current.count);
    this.#current = utterance;
    const { frameIndex: index } = frame;
    const was = utterance.frames[index];
    if (was === SEEN) {
      this.#repeated++;
    } else if (index < utterance.due) {
      this.#reordered++;
      if (was === UNSEEN) this.#lost--;
    } else {
      this.#advance(utterance, index);
      utterance.due = index + 1;
    }
    utterance.frames[index] = SEEN;
    utterance.cut = false;
  }

  /** Everything before `index` was due: what did not come is lost, or excused after a cut. */
  #advance(utterance: Utterance, index: number): void {
    for (; utterance.due < index; utterance.due++) {
      if (utterance.cut) utterance.frames[utterance.due] = EXCUSED;
      else this.#lost++;
    }
  }

  #open(frame: Place): Utterance {
    const known = this.#utterances.get(frame.utteranceId);
    if (known && known.count === frame.frameCount) return known;
    const frames = new Uint8Array(frame.frameCount);
    const opened = { id: frame.utteranceId, count: frame.frameCount, frames, due: 0, cut: false };
    this.#utterances.delete(opened.id);
    this.#utterances.set(opened.id, opened);
    const oldest = this.#utterances.keys().next();
    if (this.#utterances.size > MAX_UTTERANCES && !oldest.done) this.#utterances.delete(oldest.value);
    return opened;
  }
}
