import type { CallHead } from "#server/calls/call-document.ts";
import type { Past, PastTurn } from "#server/calls/live/actor-deps.ts";
import { AGENT_TOOLS } from "#server/calls/live/agent-tools.ts";
import { agentInstructions } from "#server/calls/live/prompt.ts";
import type { VoiceListener, VoiceModel, VoiceSession } from "#server/voice/voice.ts";

/** Waits before the second, third and fourth session of one actor (reliability O1). */
const PAUSE_MS = [200, 500, 1000];

/** The call's line to the voice model: the session that is open now, and its replacement when one ends early. */
export class VoiceLine {
  readonly #voice: VoiceModel;
  readonly #call: CallHead;
  readonly #listener: VoiceListener;
  #session: VoiceSession;
  #sessions = 1;
  #ready = false;

  constructor(voice: VoiceModel, call: CallHead, past: Past, listener: VoiceListener) {
    this.#voice = voice;
    this.#call = call;
    this.#listener = listener;
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
  }

  /** The session is over. Returns how long to wait before the next one; null when too many ended: another would not fare better. */
  ended(): number | null {
    this.#ready = false;
    this.#sessions += 1;
    return PAUSE_MS[this.#sessions - 2] ?? null;
  }

  /** A new session that knows what was said. */
  replace(past: PastTurn[], floorClosed: boolean) {
    this.#session = this.#open(past, floorClosed);
  }

  #open(history: PastTurn[], floorClosed: boolean): VoiceSession {
    const { briefing, personKey } = this.#call;
    return this.#voice.open(
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
      this.#listener,
    );
  }
}
