import { type Machine, MachineEar } from "#server/calls/live/machine-ear.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import type { VoiceTurn } from "#server/voice/voice.ts";

/** How long a screening service may take to bring a person to the phone. */
const PERSON_COMES_MS = 30_000;
/** Where the business leaves a message, the carrier tells within this time that the greeting is over. */
const GREETING_MS = 20_000;
const SCREENED: End = { status: "voicemail", reason: "screened" };
const MACHINE: End = { status: "voicemail", reason: "voicemail" };

type DeafMachine = Exclude<Machine, "screening">;

type Deps = {
  clock: Clock;
  /** What a screening service is told. */
  words: string;
  /** The business has a message left, which the carrier does when it hears the end of the greeting. */
  leavesMessage: boolean;
  hasVoice(): boolean;
  /** Nobody listens: the agent says nothing any more. */
  hush(): void;
  /** It is a machine: the phone is to be put down. */
  machineAnswered(kind: DeafMachine): void;
  /** The opening is for the person who comes: nothing is said until then, but `words` for the screener. */
  waitForPerson(words: string | null): void;
  /** Somebody speaks after the screener was told: begin anew. */
  personComes(): void;
  hangUp(end: End): void;
};

/** A person, a machine, or a service that asks who is calling before it fetches the person [CL93, CL95]. */
export class WhoAnswered {
  readonly #deps: Deps;
  readonly #ear = new MachineEar();
  #agentHeard = false;
  /** Runs while a screening service fetches the person, or until a machine is hung up on. */
  #patience: Timer | null = null;
  #isScreened = false;
  /** The screening service knows who calls. */
  #told = false;
  /** There was no voice to tell it, or it was lost. */
  #isUntold = false;
  #machine: DeafMachine | null = null;
  /** Nobody is judged any more. */
  #over = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** A machine, or a service that fetches the person: the agent says nothing by itself. */
  get hushed(): boolean {
    return this.endsAs !== null;
  }

  /** How the call ends if nothing changes any more; null while somebody may listen. */
  get endsAs(): End | null {
    if (this.#machine !== null) return MACHINE;
    return this.#isScreened ? SCREENED : null;
  }

  /** What earlier owners of the call heard; a machine is one for the next owner too. */
  adopt(turns: readonly VoiceTurn[]) {
    // So many turns are not taken with a machine.
    if (turns.some(({ speaker }) => speaker === "note")) return this.stop();
    let machine: DeafMachine | null = null;
    for (const turn of turns) {
      if (turn.speaker === "agent") this.agentHeard();
      if (turn.speaker !== "consumer") continue;
      if (this.#told) this.#isScreened = false;
      const kind = this.#judge(turn.text, 0);
      if (kind === "screening") this.#isScreened = true;
      else machine = kind ?? machine;
    }
    if (machine !== null) this.#deaf(machine);
    else if (this.#isScreened) this.#screener();
  }

  /** All of something the agent said was heard. */
  agentHeard() {
    this.#agentHeard = true;
    if (this.#isScreened) this.#told = true;
  }

  speechStarted() {
    if (!this.#isScreened || !this.#told || this.#machine !== null) return;
    this.#wait(null);
    this.#isScreened = false;
    this.#deps.personComes();
  }

  /** One finished turn of whoever picked up. */
  heard(words: string, speechMs: number) {
    if (this.#over || this.#machine !== null) return;
    const kind = this.#judge(words, speechMs);
    if (kind === "screening") this.#screener();
    else if (kind !== null) this.#deaf(kind);
  }

  voiceLost() {
    this.#isUntold = this.#isScreened && !this.#told;
  }

  /** Another voice session speaks now. */
  voiceBack() {
    if (this.#isUntold && this.#isScreened) this.#screener();
  }

  stop() {
    this.#over = true;
    this.#wait(null);
  }

  #judge(words: string, speechMs: number): Machine | null {
    const answered = this.#agentHeard;
    this.#agentHeard = false;
    return this.#ear.heard({ words, speechMs, answered });
  }

  #screener() {
    const { clock, words, hasVoice, waitForPerson, hangUp } = this.#deps;
    this.#isScreened = true;
    this.#patience ??= clock.after(PERSON_COMES_MS, () => hangUp(SCREENED));
    this.#isUntold = !this.#told && !hasVoice();
    // It may go on talking ("stay on the line"): whoever comes then has not heard the opening yet.
    waitForPerson(this.#told || this.#isUntold ? null : words);
  }

  #deaf(kind: DeafMachine) {
    const { clock, leavesMessage, hush, machineAnswered } = this.#deps;
    this.#machine = kind;
    hush();
    const graceMs = leavesMessage && kind === "voicemail" ? GREETING_MS : 0;
    this.#wait(null);
    if (graceMs === 0) machineAnswered(kind);
    else this.#wait(clock.after(graceMs, () => machineAnswered(kind)));
  }

  #wait(patience: Timer | null) {
    this.#patience?.cancel();
    this.#patience = patience;
  }
}
