import type { Clock, Timer } from "#server/lib/clock.ts";

/** Silence after which the agent asks whether anybody is there; once with each of these, then it leaves. */
const ASK_AFTER_MS = 10_000;
const QUESTIONS = ["Are you still there?", "Hello, can you hear me?"];
/** Both have said goodbye, and nobody hangs up. */
const PARTED_MS = 4000;
/** The agent has said goodbye, and nothing comes back. */
const LEFT_MS = 7000;

const GOODBYE = /\b(good-?\s?bye|bye)\b/i;

type Deps = {
  clock: Clock;
  /** Say it now. */
  ask(words: string): void;
  /** Nobody is there: say so, and end the call. */
  leave(): void;
  /** The talk is over, only the tool was forgotten: end the call. */
  part(): void;
};

/**
 * What to do about silence [CL73]. Counted from what was heard, never from what was sent: time runs only while nobody speaks, nothing is on its way to
 * the ear, and nothing is being worked on. Nobody is left on an open line: not by a silent callee, and not by a model that says goodbye but never
 * hangs up [CL77].
 */
export class QuietPolicy {
  readonly #deps: Deps;
  #timer: Timer | null = null;
  #asked = 0;
  #agentLeft = false;
  #consumerLeft = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Told after everything that may change it; true as long as nobody speaks and nothing is awaited. */
  update(quiet: boolean) {
    if (!quiet) this.stop();
    else this.#timer ??= this.#deps.clock.after(this.#patienceMs(), () => this.#timeUp());
  }

  /** The agent was heard to the end of these words. */
  agentSaid(text: string) {
    this.#agentLeft = GOODBYE.test(text);
    this.#restart();
  }

  consumerSaid(text: string) {
    this.#consumerLeft = GOODBYE.test(text);
    // Whoever goes on talking is not left, whatever the agent said before.
    if (!this.#consumerLeft) this.#agentLeft = false;
    this.lives();
  }

  /** Somebody is there: a word, a key. */
  lives() {
    this.#asked = 0;
    this.#restart();
  }

  stop() {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #restart() {
    if (this.#timer === null) return;
    this.stop();
    this.update(true);
  }

  #patienceMs(): number {
    if (!this.#agentLeft) return ASK_AFTER_MS;
    return this.#consumerLeft ? PARTED_MS : LEFT_MS;
  }

  #timeUp() {
    this.#timer = null;
    if (this.#agentLeft) return this.#deps.part();
    const question = QUESTIONS[this.#asked];
    if (question === undefined) return this.#deps.leave();
    this.#asked += 1;
    this.#deps.ask(question);
  }
}
