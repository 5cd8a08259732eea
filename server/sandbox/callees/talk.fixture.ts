import { loudness } from "#server/lib/mulaw.ts";
import { encodeMulaw } from "#shared/mulaw.ts";
import type { Person } from "#server/sandbox/phone/callee.ts";
import { hideWords, WordListener } from "#server/sandbox/speech/hidden-words.ts";

/** 100 ms of tone per word: quick to make, loud enough to be talk. */
export async function speak(text: string, _voice: unknown, utteranceId: number): Promise<Uint8Array> {
  return hideWords(tone(text.split(" ").length * 800), text, utteranceId);
}

function tone(length: number): Uint8Array {
  return encodeMulaw(Int16Array.from({ length }, (_, at) => 6000 * Math.sin(at / 3)));
}

/** A phone call in frames: the agent's words go in, the person's words come out. */
export class Conversation {
  readonly person: Person;
  readonly #ear = new WordListener();
  readonly #mouth = new WordListener();
  #queue: Uint8Array = new Uint8Array(0);
  #utterances = 0;
  heard = "";
  ms = 0;
  ended = false;
  keys = "";

  constructor(person: Person) {
    this.person = person;
  }

  agentSays(text: string, { words = true } = {}): number {
    const audio = tone(text.split(" ").length * 800);
    this.#queue = words ? hideWords(audio, text, ++this.#utterances) : audio;
    return this.#queue.length / 8;
  }

  agentStops(): void {
    this.#queue = new Uint8Array(0);
    this.#ear.cutHere();
  }

  async run(ms: number): Promise<void> {
    for (const until = this.ms + ms; this.ms < until && !this.ended; this.ms += 20) {
      const played = this.#queue.subarray(0, 160);
      this.#queue = this.#queue.subarray(160);
      const frame = this.person.step({
        words: this.#ear.push(played),
        loudness: loudness(played),
        audio: played,
      });
      this.keys += this.person.pressing?.() ?? "";
      // Lets the synthesiser's promise arrive.
      await Promise.resolve();
      if (frame) for (const { text } of this.#mouth.push(frame)) this.heard += text;
      else this.ended = true;
    }
  }

  /** The agent says something, and everything the person replies to it. */
  async exchange(text: string, options = {}): Promise<string> {
    this.heard = "";
    const ms = this.agentSays(text, options);
    await this.run(ms + 4000);
    return this.heard;
  }
}
