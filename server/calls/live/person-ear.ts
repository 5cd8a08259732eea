import type { Clock, Timer } from "#server/lib/clock.ts";
import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "#server/lib/mulaw.ts";
import type { VoiceListener, VoiceSession } from "#server/voice/voice.ts";
import type { Draft, NewCallEvent } from "#shared/call/events.ts";

/** Silence after which a turn is over, and a little more. */
const END_OF_TURN_FRAMES = 40;
const SILENT_FRAME = Buffer.alloc(MULAW_FRAME_BYTES, MULAW_SILENCE).toString("base64");
const REOPEN_MS = 1000;
const MAX_SESSIONS = 5;

type Deps = {
  callId: string;
  clock: Clock;
  /** A session that only listens and writes down. */
  open(listener: VoiceListener): VoiceSession;
  callMs(): number;
  record(event: NewCallEvent): void;
  draft(draft: Draft): void;
  /** A finished turn. */
  said(text: string): void;
  /** Billed by the second. */
  transcribed(seconds: number): void;
  /** No turn is open any more. */
  allSaid(): void;
};

type Turn = { startMs: number; endMs: number | null };

/** Writes down what the person says who holds a call: a second session beside the agent's, which never answers [CL357]. */
export class PersonEar implements VoiceListener {
  readonly #deps: Deps;
  readonly #turns = new Map<string, Turn>();
  #session: VoiceSession;
  #sessions = 1;
  #reopening: Timer | null = null;
  #closed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#session = deps.open(this);
  }

  /** They speak, or their words are not known yet. */
  get isOpen(): boolean {
    return this.#turns.size > 0;
  }

  hear(payloadBase64: string) {
    this.#session.appendAudio(payloadBase64);
  }

  /** Nothing more comes: a word they were saying is over. */
  endTurn() {
    for (let frame = 0; frame < END_OF_TURN_FRAMES; frame++) this.hear(SILENT_FRAME);
  }

  close() {
    this.#closed = true;
    this.#reopening?.cancel();
    this.#session.close();
  }

  speechStarted({ itemId }: { itemId: string }) {
    this.#turns.set(itemId, { startMs: this.#deps.callMs(), endMs: null });
  }

  speechStopped({ itemId, isNoise }: { itemId: string; isNoise: boolean }) {
    const turn = this.#turns.get(itemId);
    if (turn === undefined) return;
    turn.endMs = this.#deps.callMs();
    if (isNoise) this.#over(itemId);
  }

  consumerWords(words: { itemId: string; text: string; final: boolean; audioSeconds: number | null }) {
    const { callId, callMs, record, draft, said, transcribed } = this.#deps;
    const { itemId: segmentId, text, final, audioSeconds } = words;
    const turn = this.#turns.get(segmentId);
    if (audioSeconds !== null) transcribed(audioSeconds);
    if (turn === undefined) return;
    if (!final) return draft({ callId, segmentId, speaker: "person", text });
    const spoken = text.trim();
    if (spoken !== "") {
      const { startMs, endMs } = turn;
      record({
        type: "transcript.segment",
        segmentId,
        speaker: "person",
        text: spoken,
        startMs,
        endMs: Math.max(startMs, endMs ?? callMs()),
      });
      said(spoken);
    }
    this.#over(segmentId);
  }

  closed({ fatal }: { fatal: boolean }) {
    for (const itemId of this.#turns.keys()) this.#over(itemId);
    if (this.#closed || fatal || this.#sessions >= MAX_SESSIONS) return;
    this.#sessions += 1;
    this.#reopening = this.#deps.clock.after(REOPEN_MS, () => {
      this.#session = this.#deps.open(this);
    });
  }

  #over(itemId: string) {
    if (this.#turns.delete(itemId) && !this.isOpen) this.#deps.allSaid();
  }

  // A session whose floor stays closed says nothing.
  ready() {}
  turnCommitted() {}
  answerStarted() {}
  audio() {}
  audioDone() {}
  agentWords() {}
  answerEnded() {}
  toolCalled() {}
  noted() {}
}
