import type { CallHead } from "#server/calls/call-document.ts";
import type { PastTurn } from "#server/calls/live/actor-deps.ts";
import { AGENT_TOOLS } from "#server/calls/live/agent-tools.ts";
import { agentInstructions } from "#server/calls/live/prompt.ts";
import type { VoiceListener, VoiceModel, VoiceSession } from "#server/voice/voice.ts";

/** Voice sessions one actor may use up. */
const MAX_SESSIONS = 4;

/** The call's line to the voice model: the session that is open now, and its replacement when one ends early. */
export class VoiceLine {
  readonly #voice: VoiceModel;
  readonly #call: CallHead;
  readonly #listener: VoiceListener;
  #session: VoiceSession;
  #sessions = 1;
  #ready = false;

  constructor(voice: VoiceModel, call: CallHead, past: PastTurn[], listener: VoiceListener) {
    this.#voice = voice;
    this.#call = call;
    this.#listener = listener;
    this.#session = this.#open(past, past.length === 0);
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

  /** False when too many sessions ended: another would not fare better. */
  mayReplace(): boolean {
    this.#ready = false;
    this.#sessions += 1;
    return this.#sessions <= MAX_SESSIONS;
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
