import type { Clock, Timer } from "#server/lib/clock.ts";
import { relayedListener } from "#server/voice/relayed-listener.ts";
import type { VoiceListener, VoiceSession, VoiceTurn } from "#server/voice/voice.ts";

/** A session lives an hour (realtime.md §1.5), or as long as the provider says. */
const LIFETIME_MS = 60 * 60_000;
/** From here on the first quiet moment is used: 25 of 60 min. */
const DUE_SHARE = 25 / 60;
/** It is not left to end by itself: 55 of 60 min. */
const LAST_SHARE = 55 / 60;
const LOOK_MS = 200;
/** A service that gives no second session is asked again after this. */
const PAUSE_MS = 30_000;

type Deps = {
  clock: Clock;
  listener: VoiceListener;
  open(history: VoiceTurn[], listener: VoiceListener): VoiceSession;
  /** Nobody speaks, nothing is under way, and the agent spoke last. */
  quiet(): boolean;
  /** Everything that was said and done so far, from the record. */
  history(): Promise<VoiceTurn[]>;
  /** From now on this session is the call's. It was told `told`, and `all` was said so far. */
  adopt(session: VoiceSession, told: VoiceTurn[], all: VoiceTurn[]): void;
  /** There was no quiet moment in half an hour: the session is replaced as if it had been lost. */
  overdue(): void;
  background(work: Promise<unknown>): void;
};

type Next = { session: VoiceSession; told: VoiceTurn[]; ready: boolean; adopted: boolean };

/** Replaces a voice session before its provider ends it, in a moment in which nobody hears it: first the new one, then the change [CL107]. */
export class VoiceRenewal {
  readonly #deps: Deps;
  #timers: Timer[] = [];
  #next: Next | null = null;
  #busy = false;
  #pausedUntilMs = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** A session has begun. `expiresAt`: the provider's word, ms since the epoch. */
  begin(expiresAt: number | null) {
    this.stop();
    const { clock, overdue } = this.#deps;
    const toldMs = expiresAt === null ? LIFETIME_MS : expiresAt - clock.nowMs();
    // A provider's clock that disagrees with ours by an hour says nothing.
    const lifetimeMs = toldMs > 0 ? Math.min(LIFETIME_MS, toldMs) : LIFETIME_MS;
    const look = () => this.#timers.push(clock.every(LOOK_MS, () => this.#look()));
    this.#timers = [clock.after(lifetimeMs * DUE_SHARE, look), clock.after(lifetimeMs * LAST_SHARE, overdue)];
  }

  stop() {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    if (this.#next?.adopted === false) this.#next.session.close();
    this.#next = null;
  }

  #look() {
    const { clock, quiet, background } = this.#deps;
    if (this.#busy || !quiet() || clock.monotonicMs() < this.#pausedUntilMs) return;
    if (this.#next?.ready === false) return;
    this.#busy = true;
    background(this.#step().finally(() => void (this.#busy = false)));
  }

  /** Opens the new session, or changes over to the one that is ready. */
  async #step() {
    const { history, quiet, adopt } = this.#deps;
    const next = this.#next;
    const all = await history();
    if (this.#timers.length === 0 || this.#next !== next) return;
    if (next === null) this.#open(all);
    // Somebody spoke meanwhile: at the next quiet moment the new session is told more.
    else if (quiet()) {
      next.adopted = true;
      adopt(next.session, next.told, all);
    }
  }

  #open(told: VoiceTurn[]) {
    const { open, listener, clock } = this.#deps;
    const failed = () => {
      this.#next = null;
      this.#pausedUntilMs = clock.monotonicMs() + PAUSE_MS;
    };
    const relayed = relayedListener(listener, (call) => {
      if (next.adopted) call();
    });
    const early: VoiceListener = {
      ...relayed,
      ready: () => void (next.ready = true),
      closed: (end) => (next.adopted ? listener.closed(end) : failed()),
    };
    const next: Next = { session: open(told, early), told, ready: false, adopted: false };
    this.#next = next;
  }
}
