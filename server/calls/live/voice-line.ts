import type { CallHead } from "#server/calls/call-document.ts";
import type { Past } from "#server/calls/live/actor-deps.ts";
import { AGENT_TOOLS } from "#server/calls/live/agent-tools.ts";
import { agentInstructions } from "#server/calls/live/prompt.ts";
import { isDeepStrictEqual } from "node:util";
import { VoiceRenewal } from "#server/calls/live/voice-renewal.ts";
import type { Clock, Timer } from "#server/lib/clock.ts";
import type { VoiceListener, VoiceModel, VoiceSession, VoiceTurn } from "#server/voice/voice.ts";

/** Waits before the second, third and fourth session of one incident (reliability O1). */
const PAUSE_MS = [200, 500, 1000];
/** Sessions that ended longer ago belong to another incident: a long call may lose many, an hour apart [CL103]. */
const INCIDENT_MS = 60_000;
/** Somebody listens and the agent has no voice: longer than this they are not left in silence [CL101]. */
const DEAD_AIR_MS = 3000;

type Deps = {
  voice: VoiceModel;
  clock: Clock;
  listener: VoiceListener;
  giveUp(): void;
  /** Nobody speaks, nothing is under way, and the agent spoke last. */
  quiet(): boolean;
  /** Everything that was said and done so far, from the record. */
  history(): Promise<VoiceTurn[]>;
  /** Another session has taken over, and nobody noticed. */
  renewed(): void;
  background(work: Promise<unknown>): void;
};

/** The call's line to the voice model: the session that is open now, and its replacement when one ends early. */
export class VoiceLine {
  readonly #deps: Deps;
  readonly #call: CallHead;
  readonly #renewal: VoiceRenewal;
  #session: VoiceSession;
  /** The turns that the session was told. */
  #known: VoiceTurn[] = [];
  #endedAtMs: number[] = [];
  #ready = false;
  #joined = false;
  #deadAir: Timer | null = null;

  constructor(call: CallHead, past: Past, deps: Deps) {
    this.#deps = deps;
    this.#call = call;
    this.#renewal = new VoiceRenewal({
      ...deps,
      open: (told, listener) => this.#connect(told, false, listener),
      adopt: (session, told, all) => this.#adopt(session, told, all),
      overdue: () => this.#overdue(),
    });
    this.#session = this.#open(past.turns, !past.openingHeard);
  }

  get session(): VoiceSession {
    return this.#session;
  }

  /** The session has its configuration. */
  get ready(): boolean {
    return this.#ready;
  }

  becameReady() {
    this.#ready = true;
    this.#renewal.begin(this.#session.expiresAt);
    this.#endWatch();
  }

  /** Somebody listens from now on. */
  joined() {
    this.#joined = true;
    this.#watch();
  }

  /** The session is over. Returns how long to wait before the next one; null when too many ended lately: another would not fare better. */
  ended(): number | null {
    const now = this.#deps.clock.monotonicMs();
    this.#ready = false;
    this.#renewal.stop();
    this.#endedAtMs = [...this.#endedAtMs.filter((at) => now - at < INCIDENT_MS), now];
    this.#watch();
    return PAUSE_MS[this.#endedAtMs.length - 1] ?? null;
  }

  /** A new session that knows what was said. */
  replace(past: VoiceTurn[], floorClosed: boolean) {
    this.#session = this.#open(past, floorClosed);
  }

  /** The line is not needed any more; its session still takes last words until it is closed. */
  stop() {
    this.#joined = false;
    this.#renewal.stop();
    this.#endWatch();
  }

  #adopt(session: VoiceSession, told: VoiceTurn[], all: VoiceTurn[]) {
    this.#session.close();
    this.#session = session;
    this.#known = told;
    this.recall(all);
    this.#renewal.begin(session.expiresAt);
    this.#deps.renewed();
  }

  #overdue() {
    this.#session.close();
    this.#deps.listener.closed({ reason: "The voice session is as old as it may be.", fatal: false });
  }

  /** The silence counts from its beginning, however many sessions were tried in it. */
  #watch() {
    if (!this.#joined || this.#ready) return;
    this.#deadAir ??= this.#deps.clock.after(DEAD_AIR_MS, () => this.#deps.giveUp());
  }

  #endWatch() {
    this.#deadAir?.cancel();
    this.#deadAir = null;
  }

  /** The session is to know these turns: those that it was not opened with are added. */
  recall(turns: VoiceTurn[]) {
    const known = this.#known;
    const same = turns.findIndex((turn, index) => !isDeepStrictEqual(turn, known[index]));
    const missing = same === -1 ? [] : turns.slice(same);
    this.#known = turns;
    if (missing.length > 0) this.#session.recall(missing);
  }

  #open(history: VoiceTurn[], floorClosed: boolean): VoiceSession {
    this.#known = history;
    return this.#connect(history, floorClosed, this.#deps.listener);
  }

  #connect(history: VoiceTurn[], floorClosed: boolean, listener: VoiceListener): VoiceSession {
    const { briefing, personKey } = this.#call;
    return this.#deps.voice.open(
      {
        instructions: agentInstructions(briefing),
        voice: briefing.voice,
        language: "en",
        tools: AGENT_TOOLS,
        keywords: [briefing.businessName],
        safetyId: personKey,
        floorClosed,
        history,
      },
      listener,
    );
  }
}
