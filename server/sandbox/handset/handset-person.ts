import { MULAW_FRAME_BYTES, MULAW_FRAME_MS, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import { Mouth, type Speak } from "#server/sandbox/callees/mouth.ts";
import { Microphone } from "#server/sandbox/handset/microphone.ts";
import type { HeardNow, Person, SaidLine } from "#server/sandbox/phone/callee.ts";
import type { HandsetLine } from "#shared/sandbox/handset-wire.ts";

export type PersonEvents = {
  /** Every 20 ms: what is heard, 160 µ-law bytes. `changed`: a line began, grew or ended. */
  heard(audio: Uint8Array, changed: boolean): void;
  ended(by: "you" | "them"): void;
};

type CallerLine = {
  readonly utteranceId: number;
  readonly startedAtMs: number;
  text: string;
  running: boolean;
};

const SILENCE = new Uint8Array(MULAW_FRAME_BYTES).fill(MULAW_SILENCE);
const MAX_LINES = 400;
/** An utterance of which nothing more came for so long has been broken off. */
const BROKEN_OFF_MS = 200;

/** A person at a browser on an answered call: typed sentences are spoken for them, the microphone goes in as it is. */
export class HandsetPerson implements Person {
  /** People do not beep. */
  readonly beep = new Promise<void>(() => undefined);
  readonly #mouth: Mouth;
  readonly #microphone = new Microphone();
  readonly #events: PersonEvents;
  readonly #callerLines: CallerLine[] = [];
  #nowMs = 0;
  #lastWordsMs = 0;
  #isLeaving = false;
  /** What of the own lines the page knows: how many there are and whether the last one is said. */
  #known = "";

  constructor(speak: Speak, events: PersonEvents) {
    this.#mouth = new Mouth("rms", speak);
    this.#events = events;
  }

  step({ words, audio }: HeardNow): Uint8Array | null {
    this.#nowMs += MULAW_FRAME_MS;
    for (const frame of words)
      this.#write(frame.utteranceId, frame.text, frame.frameIndex === frame.frameCount - 1);
    const brokeOff = this.#breakOff(words.length > 0);
    const spoken = this.#isLeaving ? null : this.#speakNow();
    const own = `${this.#mouth.said().length} ${this.#mouth.said().at(-1)?.complete}`;
    const changed = words.some(({ text }) => text !== "") || own !== this.#known || brokeOff;
    this.#known = own;
    this.#events.heard(audio, changed);
    return spoken;
  }

  said(): readonly SaidLine[] {
    return this.#mouth.said();
  }

  say(text: string): void {
    this.#mouth.say(text);
  }

  /** Sound from the microphone, µ-law. */
  hearMicrophone(audio: Uint8Array): void {
    this.#microphone.push(audio);
  }

  hangUp(): void {
    this.#isLeaving = true;
  }

  ended(): void {
    for (const line of this.#callerLines) line.running = false;
    this.#events.ended(this.#isLeaving ? "you" : "them");
  }

  /** Both sides' lines in the order in which they began. */
  lines(): HandsetLine[] {
    const own = this.#mouth.said().map(({ text, startedAtMs, complete }) => ({
      who: "you" as const,
      text,
      startedAtMs,
      running: !complete,
    }));
    const callers = this.#callerLines.map(({ text, startedAtMs, running }) => {
      return { who: "caller" as const, text, startedAtMs, running };
    });
    return [...own, ...callers]
      .toSorted((one, other) => one.startedAtMs - other.startedAtMs)
      .map(({ who, text, running }, id) => ({ id, who, text, running }));
  }

  /** True when a line ends here because nothing more of it comes. */
  #breakOff(hasWords: boolean): boolean {
    if (hasWords) this.#lastWordsMs = this.#nowMs;
    const line = this.#callerLines.at(-1);
    if (!line?.running || this.#nowMs - this.#lastWordsMs < BROKEN_OFF_MS) return false;
    line.running = false;
    return true;
  }

  #speakNow(): Uint8Array {
    if (this.#mouth.busy) return this.#mouth.nextFrame(this.#nowMs);
    return this.#microphone.nextFrame() ?? SILENCE;
  }

  #write(utteranceId: number, text: string, isLast: boolean): void {
    let line = this.#callerLines.at(-1);
    if (line?.utteranceId !== utteranceId) {
      if (line) line.running = false;
      line = { utteranceId, startedAtMs: this.#nowMs, text: "", running: true };
      if (this.#callerLines.length < MAX_LINES) this.#callerLines.push(line);
    }
    line.text += text;
    if (isLast) line.running = false;
  }
}
