import { MULAW_FRAME_MS } from "#server/lib/mulaw.ts";
import { BLANK, takeTurn } from "#server/sandbox/callees/conversation.ts";
import { Mouth, type Speak } from "#server/sandbox/callees/mouth.ts";
import type { CalleeScript } from "#server/sandbox/callees/script.ts";
import type { HeardNow, Person, SaidLine } from "#server/sandbox/phone/callee.ts";

/** Sound counts as talk above this level when it carries no words. */
const TALK_LOUDNESS = 300;
const HELLO_AFTER_MS = 400;
/** Between the end of the last word and the click of the line. */
const HANG_UP_AFTER_MS = 1500;
const NUDGE = "Hello? Are you still there?";
const MAX_NUDGES = 2;

/** What the agent is doing, as far as the ear can tell. */
type Hearing =
  | { readonly agent: "quiet"; readonly sinceMs: number }
  | { readonly agent: "talking"; readonly sinceMs: number; readonly lastSoundMs: number };

/** A scripted person on the phone: listens for words (or just sound), waits for their turn, talks. */
export class Talker implements Person {
  /** People do not beep. */
  readonly beep = new Promise<void>(() => undefined);
  readonly #script: CalleeScript;
  readonly #mouth: Mouth;
  #nowMs = 0;
  #hearing: Hearing = { agent: "quiet", sinceMs: 0 };
  #memory = BLANK;
  /** The agent's words since this person's last turn. */
  #words = "";
  #owesReply = false;
  #leaving = false;
  #helloDue: boolean;
  #interruptions = 0;
  #interruptedThisTime = false;
  #pressed = false;
  #nudges = 0;
  #lastSpokeMs = 0;
  /** The last sound of either side. */
  #lastSoundMs = 0;

  constructor(script: CalleeScript, speak: Speak) {
    this.#script = script;
    this.#mouth = new Mouth(script.voice, speak);
    this.#helloDue = script.hello !== null;
  }

  said(): readonly SaidLine[] {
    return this.#mouth.said();
  }

  say(text: string): void {
    this.#mouth.say(text);
  }

  step(heard: HeardNow): Uint8Array | null {
    this.#nowMs += MULAW_FRAME_MS;
    this.#listen(heard);
    if (this.#wantsToLeave()) return null;
    this.#act();
    return this.#mouth.nextFrame(this.#nowMs);
  }

  pressing(): string | null {
    const { presses } = this.#script;
    const talking = this.#hearing.agent === "talking";
    if (presses === null || this.#pressed || !talking) return null;
    if (this.#nowMs - this.#hearing.sinceMs < presses.afterMs) return null;
    this.#pressed = true;
    return presses.key;
  }

  #listen(heard: HeardNow): void {
    for (const frame of heard.words) this.#words += frame.text;
    const sound = heard.words.length > 0 || heard.loudness > TALK_LOUDNESS;
    const { sinceMs } = this.#hearing;
    if (sound) {
      const since = this.#hearing.agent === "talking" ? sinceMs : this.#nowMs;
      if (this.#hearing.agent === "quiet") this.#interruptedThisTime = false;
      this.#hearing = { agent: "talking", sinceMs: since, lastSoundMs: this.#nowMs };
      this.#nudges = 0;
    } else if (this.#hearing.agent === "talking") {
      const { lastSoundMs } = this.#hearing;
      if (this.#nowMs - lastSoundMs < this.#script.pauseMs) return;
      this.#hearing = { agent: "quiet", sinceMs: this.#nowMs };
      // Who talked over the agent's last word has had their say, and waits for an answer.
      this.#owesReply = this.#lastSpokeMs < lastSoundMs;
      this.#words = this.#owesReply ? `${this.#words} ` : "";
    }
    if (this.#mouth.busy) this.#lastSpokeMs = this.#nowMs;
    if (sound || this.#mouth.busy) this.#lastSoundMs = this.#nowMs;
  }

  #act(): void {
    if (this.#mouth.busy) return;
    if (this.#helloDue && this.#nowMs >= HELLO_AFTER_MS) {
      this.#helloDue = false;
      this.#mouth.say(this.#script.hello ?? "");
    } else if (this.#hearing.agent === "talking") this.#maybeInterrupt(this.#nowMs - this.#hearing.sinceMs);
    else if (this.#owesReply) this.#reply();
    else this.#maybeNudge();
  }

  #reply(): void {
    this.#owesReply = false;
    const move = takeTurn(this.#script, this.#memory, this.#words.trim());
    this.#words = "";
    this.#memory = move.memory;
    this.#leaving ||= move.thenHangUp;
    if (move.say !== null) this.#mouth.say(move.say);
  }

  /** Once per stretch of the agent's talk. */
  #maybeInterrupt(talkedMs: number): void {
    const { interrupts } = this.#script;
    const line = interrupts?.lines[this.#interruptions];
    if (!interrupts || line === undefined || this.#interruptedThisTime) return;
    const { afterMs } = interrupts;
    const due = typeof afterMs === "number" ? afterMs : (afterMs[this.#interruptions] ?? afterMs.at(-1) ?? 0);
    if (talkedMs < due) return;
    this.#interruptions++;
    this.#interruptedThisTime = true;
    this.#mouth.say(line);
  }

  #maybeNudge(): void {
    const { patienceMs } = this.#script;
    if (this.#leaving || patienceMs === null || this.#nowMs - this.#lastSoundMs < patienceMs) return;
    if (this.#nudges >= MAX_NUDGES) this.#leaving = true;
    else this.#mouth.say(NUDGE);
    this.#nudges++;
  }

  #wantsToLeave(): boolean {
    const talking = this.#hearing.agent === "talking";
    const { leaves } = this.#script;
    if (talking && leaves && this.#memory.replies >= leaves.afterReplies) {
      return !this.#mouth.busy && this.#nowMs - this.#hearing.sinceMs >= leaves.afterMs;
    }
    return this.#leaving && !talking && this.#nowMs - this.#lastSoundMs >= HANG_UP_AFTER_MS;
  }
}
