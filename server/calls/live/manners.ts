import type { Goodbye } from "#server/calls/live/goodbye.ts";
import { Keypad } from "#server/calls/live/keypad.ts";
import { QuietPolicy } from "#server/calls/live/quiet-policy.ts";
import { TimeLimit } from "#server/calls/live/time-limit.ts";
import type { End } from "#server/calls/state/call-state.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { VoiceSession } from "#server/voice/voice.ts";

const NO_RESPONSE = { status: "completed", reason: "no_response" } as const;
const TIME_LIMIT = { status: "completed", reason: "time_limit" } as const;
const GOODBYE_SAID = { status: "completed", reason: "goodbye_said" } as const;

type Deps = {
  clock: Clock;
  limitMs: number;
  /** Ms since the answer, across streams. */
  callMs(): number;
  voice(): VoiceSession;
  goodbye: Goodbye;
  /** The agent may answer. */
  floorOpen(): boolean;
  /** Makes the agent stop whatever it says. */
  cutIn(): void;
  hangUp(end: End): void;
};

/** What the agent does when nothing is said, when time runs out, and when keys are pressed. */
export class Manners {
  readonly #deps: Deps;
  readonly #quiet: QuietPolicy;
  readonly #limit: TimeLimit;
  readonly #keypad: Keypad;

  constructor(deps: Deps) {
    const { clock, limitMs, callMs, voice, goodbye, hangUp } = deps;
    this.#deps = deps;
    this.#quiet = new QuietPolicy({
      clock,
      // An end that is wanted and never comes is no reason to ask.
      ask: (words) => (goodbye.pending ? hangUp(NO_RESPONSE) : voice().say(words)),
      leave: () => this.#leave(),
      part: () => hangUp(GOODBYE_SAID),
    });
    this.#limit = new TimeLimit({
      clock,
      limitMs,
      callMs,
      wrapUp: () =>
        voice().note("One minute of this call is left at most. Come to the point and close it politely."),
      goodbye: () => this.#timeIsUp(),
    });
    this.#keypad = new Keypad(clock, (note) => this.#keysPressed(note));
  }

  /** The stream is here. */
  start() {
    this.#limit.start();
  }

  /** Whether nobody speaks and nothing is awaited, told after everything that may change it. */
  settle(quiet: boolean) {
    this.#quiet.update(quiet);
  }

  agentSaid(text: string) {
    this.#quiet.agentSaid(text);
  }

  consumerSaid(text: string) {
    this.#quiet.consumerSaid(text);
  }

  keyPressed(key: string) {
    this.#quiet.lives();
    this.#keypad.pressed(key);
  }

  stop() {
    this.#quiet.stop();
    this.#limit.stop();
    this.#keypad.stop();
  }

  #leave() {
    const { goodbye, hangUp } = this.#deps;
    if (goodbye.pending) return hangUp(NO_RESPONSE);
    goodbye.leaveWith("I cannot hear you, so I will end this call now. Goodbye.", NO_RESPONSE, false);
  }

  #timeIsUp() {
    const { goodbye, cutIn } = this.#deps;
    if (goodbye.pending) return;
    cutIn();
    const words = "I am sorry, but the time for this call is over. Thank you for talking with me. Goodbye.";
    goodbye.leaveWith(words, TIME_LIMIT);
  }

  #keysPressed(note: string) {
    const { voice, floorOpen } = this.#deps;
    voice().note(note);
    if (floorOpen()) voice().respond();
  }
}
