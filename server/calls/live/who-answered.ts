import { type Machine, MachineEar } from "#server/calls/live/machine-ear.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";

/** How long a screening service may take to bring a person to the phone. */
const PERSON_COMES_MS = 30_000;

type MachineKind = Exclude<Machine, "screening">;

type Deps = {
  clock: Clock;
  /** What a screening service is told. */
  words: string;
  /** A machine that nobody listens to: the agent falls silent. Returns how long the carrier has to say that the greeting is over. */
  machine(kind: MachineKind): number;
  /** That time is over: the phone is put down. */
  machineAnswered(kind: MachineKind): void;
  /** The opening is for the person who comes: nothing is said until then, but `words` for the screener. */
  waitForPerson(words: string | null): void;
  /** Somebody speaks after the screener was told: begin anew. */
  personComes(): void;
  nobodyCame(): void;
};

/** A person, a machine, or a service that asks who is calling before it fetches the person [CL93, CL95]. */
export class WhoAnswered {
  readonly #deps: Deps;
  readonly #ear = new MachineEar();
  #agentHeard = false;
  /** Runs while a screening service fetches the person, or a machine greets. */
  #patience: Timer | null = null;
  /** The screening service knows who calls. */
  #told = false;
  #decided = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** A machine, or a service that fetches the person: the agent says nothing by itself. */
  get hushed(): boolean {
    return this.#decided || this.#patience !== null;
  }

  /** All of something the agent said was heard. */
  agentHeard() {
    this.#agentHeard = true;
    if (this.#patience !== null) this.#told = true;
  }

  speechStarted() {
    if (this.#decided || this.#patience === null || !this.#told) return;
    this.stop();
    this.#deps.personComes();
  }

  /** One finished turn of whoever picked up. */
  heard(words: string, speechMs: number) {
    if (this.#decided) return;
    const answered = this.#agentHeard;
    this.#agentHeard = false;
    const kind = this.#ear.heard({ words, speechMs, answered });
    if (kind === null) return;
    if (kind === "screening") return this.#screener();
    this.stop();
    this.#decided = true;
    const { clock, machine, machineAnswered } = this.#deps;
    const greetingMs = machine(kind);
    if (greetingMs === 0) machineAnswered(kind);
    else this.#patience = clock.after(greetingMs, () => machineAnswered(kind));
  }

  stop() {
    this.#patience?.cancel();
    this.#patience = null;
  }

  #screener() {
    const { clock, words, waitForPerson, nobodyCame } = this.#deps;
    this.#patience ??= clock.after(PERSON_COMES_MS, nobodyCame);
    // It may go on talking ("stay on the line"): whoever comes then has not heard the opening yet.
    waitForPerson(this.#told ? null : words);
  }
}
