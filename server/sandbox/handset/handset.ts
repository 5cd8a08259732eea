import type { Clock } from "#server/lib/clock.ts";
import { MULAW_FRAME_MS } from "#server/lib/mulaw.ts";
import { decodeMulaw, encodeMulaw } from "#shared/mulaw.ts";
import type { Speak } from "#server/sandbox/callees/mouth.ts";
import { HandsetPerson } from "#server/sandbox/handset/handset-person.ts";
import type { CalleePlan, RingingPhone } from "#server/sandbox/phone/callee.ts";
import type { HandsetCall, HandsetView } from "#shared/sandbox/handset-wire.ts";

/** The page that shows a phone. */
export type HandsetPage = {
  show(view: HandsetView): void;
  /** 20 ms of the call, 16-bit samples at 8 kHz. */
  sound(samples: Int16Array): void;
};

type State =
  | { readonly phase: "none" }
  | { readonly phase: "ringing"; readonly phone: RingingPhone; readonly sinceAt: string }
  | {
      readonly phase: "talking";
      readonly phone: RingingPhone;
      readonly sinceAt: string;
      readonly person: HandsetPerson;
    }
  | { readonly phase: "over"; readonly call: Extract<HandsetCall, { phase: "over" }> };

/** Words are shown at most this often. */
const SHOW_EVERY_MS = 100;

/** One phone in a browser: rings, is answered, talks, is hung up. Lives on while its page reloads. */
export class Handset {
  readonly number: string;
  readonly #clock: Clock;
  readonly #speak: Speak;
  #page: HandsetPage | null = null;
  #state: State = { phase: "none" };
  #pressKey: ((key: string) => void) | null = null;
  #sinceShownMs = 0;
  /** Words came that the page has not been shown. */
  #isStale = false;

  constructor(number: string, clock: Clock, speak: Speak) {
    this.number = number;
    this.#clock = clock;
    this.#speak = speak;
  }

  get isFree(): boolean {
    return this.#state.phase === "none" || this.#state.phase === "over";
  }

  get page(): HandsetPage | null {
    return this.#page;
  }

  /** From now on this page shows it; null when the page is gone. */
  showOn(page: HandsetPage | null): void {
    this.#page = page;
    this.#show();
  }

  /** What happens when the number is dialled now. */
  plan(): CalleePlan {
    return this.isFree ? { kind: "rings-at", ring: (phone) => this.#ring(phone) } : { kind: "busy" };
  }

  answer(): void {
    if (this.#state.phase !== "ringing") return;
    const { phone } = this.#state;
    const person = new HandsetPerson(this.#speak, {
      heard: (audio, changed) => this.#heard(audio, changed),
      ended: (by) => this.#end(by === "you" ? "you-hung-up" : "they-hung-up", person),
    });
    this.#state = { phase: "talking", phone, sinceAt: this.#now(), person };
    this.#pressKey = phone.answer(() => person);
    this.#show();
  }

  decline(): void {
    if (this.#state.phase !== "ringing") return;
    const { phone } = this.#state;
    this.#end("declined");
    phone.decline();
  }

  hangUp(): void {
    if (this.#state.phase === "talking") this.#state.person.hangUp();
  }

  say(text: string): void {
    if (this.#state.phase === "talking") this.#state.person.say(text);
  }

  press(key: string): void {
    if (this.#state.phase === "talking") this.#pressKey?.(key);
  }

  speakInto(samples: Int16Array): void {
    if (this.#state.phase === "talking") this.#state.person.hearMicrophone(encodeMulaw(samples));
  }

  #ring(phone: RingingPhone): () => void {
    this.#state = { phase: "ringing", phone, sinceAt: this.#now() };
    this.#show();
    return () => {
      if (this.#state.phase === "ringing" && this.#state.phone === phone) this.#end("missed");
    };
  }

  #heard(audio: Uint8Array, changed: boolean): void {
    this.#page?.sound(decodeMulaw(audio));
    this.#isStale ||= changed;
    this.#sinceShownMs += MULAW_FRAME_MS;
    if (this.#isStale && this.#sinceShownMs >= SHOW_EVERY_MS) this.#show();
  }

  #end(how: Extract<HandsetCall, { phase: "over" }>["how"], person?: HandsetPerson): void {
    this.#state = { phase: "over", call: { phase: "over", how, lines: person?.lines() ?? [] } };
    this.#pressKey = null;
    this.#show();
  }

  #show(): void {
    this.#isStale = false;
    this.#sinceShownMs = 0;
    this.#page?.show({ line: { is: "on", number: this.number }, call: this.#call() });
  }

  #call(): HandsetCall {
    const state = this.#state;
    switch (state.phase) {
      case "none":
        return { phase: "none" };
      case "over":
        return state.call;
      case "ringing":
        return { phase: "ringing", from: state.phone.from, sinceAt: state.sinceAt };
      case "talking": {
        const { phone, sinceAt, person } = state;
        return { phase: "talking", from: phone.from, sinceAt, lines: person.lines() };
      }
    }
  }

  #now(): string {
    return new Date(this.#clock.nowMs()).toISOString();
  }
}
