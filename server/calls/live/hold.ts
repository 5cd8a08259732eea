import { PersonEar } from "#server/calls/live/person-ear.ts";
import type { Holder } from "#server/calls/state/call-state.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import { MULAW_FRAME_BYTES } from "#server/lib/mulaw.ts";
import type { VoiceListener, VoiceSession } from "#server/voice/voice.ts";
import type { Draft, NewCallEvent } from "#shared/call/events.ts";

/** A browser that sent nothing for so long is gone: somebody is on the phone and nobody speaks with them [CL358]. */
const GONE_MS = 10_000;
const LOOK_MS = 1000;
/** A second page of the same person is heard only when the first one has been silent for this long. */
const SOURCE_MS = 2000;
/** What the phone has not played yet. More, and the person and the consumer talk past each other: it is dropped. */
const MAX_WAITING_MS = 800;
/** One second: what was played is given up piece by piece. */
const ITEM_FRAMES = 50;
/** For the last words of the person, so that the agent knows them before it speaks. */
const LAST_WORDS_MS = 2000;

/** Sound of somebody's microphone: µ-law at 8 kHz, whole frames. `source`: the page it comes from. */
export type MicSound = { accountId: string; source: string; bytes: Buffer };

type Deps = {
  callId: string;
  clock: Clock;
  open(listener: VoiceListener): VoiceSession;
  callMs(): number;
  record(event: NewCallEvent): void;
  draft(draft: Draft): void;
  transcribed(seconds: number): void;
  /** To the phone, in the agent's place. */
  play(itemId: string, payloadBase64: string): void;
  played(itemId: string): void;
  /** Ms of sound that the phone has not played yet. */
  waitingMs(): number;
  /** The agent stops in the middle of its word and says nothing by itself any more; it goes on listening. */
  silenceAgent(): void;
  /** The agent speaks again. */
  agentGoesOn(guidance: string): void;
  /** Put into the agent's memory. */
  tell(note: string): void;
  /** The holder is gone, or must give way: the call document has to learn it. */
  lapsed(accountId: string): void;
};

const AFTER_HOLD =
  "Your colleague has given the call back to you. Say in one short sentence that you go on now, then go on from where they left it; do not repeat what was said.";

/** What the agent, or the next owner's, knows of the words of a person. */
export const personNote = (text: string): string => `A colleague of yours said to the caller: “${text}”`;

/**
 * A person speaks in the agent's place [CL355–CL358]. One source at a time: while somebody holds the call the agent makes no sound, and who does not hold
 * it is not heard. The agent keeps listening, and learns what the person says.
 */
export class Hold {
  readonly #deps: Deps;
  #holder: Holder | null = null;
  #ear: PersonEar | null = null;
  #look: Timer | null = null;
  #source: { id: string; heardAtMs: number } | null = null;
  #heardAtMs = 0;
  #frames = 0;
  #itemId = "";
  /** The agent waits for the person's last words. */
  #ending: { guidance: string; timer: Timer } | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The agent says nothing by itself. */
  get held(): boolean {
    return this.#holder !== null || this.#ending !== null;
  }

  /** From now on this person is heard. */
  begin(holder: Holder) {
    if (this.#holder !== null) return;
    const { clock, silenceAgent } = this.#deps;
    this.#stopEnding();
    this.#holder = holder;
    this.#source = null;
    this.#heardAtMs = clock.monotonicMs();
    silenceAgent();
    this.#ear ??= new PersonEar({
      ...this.#deps,
      said: (text) => this.#deps.tell(personNote(text)),
      allSaid: () => this.#ending !== null && this.#ear?.isOpen === false && this.#goOn(),
    });
    this.#look = clock.every(LOOK_MS, () => this.#checkGone());
  }

  /** The agent has the call again. */
  end(instruction?: string) {
    if (this.#holder === null) return;
    this.#release();
    const wish =
      instruction === undefined ? "" : ` Your colleague asks you: ${instruction.replace(/\s+/g, " ")}`;
    this.#ear?.endTurn();
    const timer = this.#deps.clock.after(LAST_WORDS_MS, () => this.#goOn());
    this.#ending = { guidance: `${AFTER_HOLD}${wish}`, timer };
    if (this.#ear?.isOpen !== true) this.#goOn();
  }

  /** What the agent has to say now goes before the person: an opt-out that is confirmed, a call whose time is up. */
  giveWay() {
    this.#stopEnding();
    const holder = this.#holder;
    if (holder === null) return;
    this.#release();
    this.#deps.lapsed(holder.accountId);
  }

  /** Sound of a microphone. It never waits. */
  hear({ accountId, source, bytes }: MicSound) {
    if (this.#holder?.accountId !== accountId || !this.#isSource(source)) return;
    this.#heardAtMs = this.#deps.clock.monotonicMs();
    if (this.#deps.waitingMs() > MAX_WAITING_MS) return;
    const payload = bytes.toString("base64");
    if (this.#frames === 0) this.#itemId = `person_${this.#deps.callMs()}`;
    this.#deps.play(this.#itemId, payload);
    this.#ear?.hear(payload);
    this.#frames += bytes.length / MULAW_FRAME_BYTES;
    if (this.#frames >= ITEM_FRAMES) this.#endItem();
  }

  /** The phone is gone: nobody is heard any more; last words are still written down. */
  silence() {
    if (this.#holder !== null) this.#ear?.endTurn();
    this.#release();
    this.#stopEnding();
  }

  /** Nothing comes any more. */
  close() {
    this.silence();
    this.#ear?.close();
    this.#ear = null;
  }

  #isSource(id: string): boolean {
    const now = this.#deps.clock.monotonicMs();
    const isOther =
      this.#source !== null && this.#source.id !== id && now - this.#source.heardAtMs < SOURCE_MS;
    if (isOther) return false;
    this.#source = { id, heardAtMs: now };
    return true;
  }

  #checkGone() {
    const { clock, lapsed } = this.#deps;
    if (this.#holder !== null && clock.monotonicMs() - this.#heardAtMs >= GONE_MS)
      lapsed(this.#holder.accountId);
  }

  #release() {
    this.#holder = null;
    this.#look?.cancel();
    this.#look = null;
    if (this.#frames > 0) this.#endItem();
  }

  #endItem() {
    this.#frames = 0;
    this.#deps.played(this.#itemId);
  }

  #goOn() {
    const guidance = this.#ending?.guidance;
    this.#stopEnding();
    this.#ear?.close();
    this.#ear = null;
    if (guidance !== undefined) this.#deps.agentGoesOn(guidance);
  }

  #stopEnding() {
    this.#ending?.timer.cancel();
    this.#ending = null;
  }
}
