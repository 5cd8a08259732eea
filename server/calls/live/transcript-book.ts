import type { SpokenItem } from "#server/calls/live/audio-bridge.ts";
import type { Clock } from "#server/lib/clock.ts";
import type { Draft, NewCallEvent, Segment } from "#shared/call/events.ts";

/** How long the last words may take to be recognised after the phone call. */
const LAST_WORDS_MS = 3000;
/** Ordinary speech; used only to place a cut while the rest of an utterance is still being generated. */
const MS_PER_CHARACTER = 65;

type AgentLine = { text: string; final: boolean; startMs: number | null };
type ConsumerLine = { text: string; startMs: number; endMs: number | null };

/**
 * The words of both sides on their way to the journal. The agent's words become a segment when they were heard, the consumer's when they
 * were recognised; until then they are drafts.
 */
export class TranscriptBook {
  readonly #callId: string;
  readonly #callMs: () => number;
  readonly #agent = new Map<string, AgentLine>();
  readonly #consumer = new Map<string, ConsumerLine>();
  #allSaid: (() => void) | null = null;

  constructor(callId: string, callMs: () => number) {
    this.#callId = callId;
    this.#callMs = callMs;
  }

  /** Somebody is speaking, or has just stopped, and their words are not known yet. */
  get consumerTurnOpen(): boolean {
    return this.#consumer.size > 0;
  }

  /** Resolves when the words of every consumer turn have arrived, or were waited for long enough. */
  lastWords(clock: Clock): Promise<void> {
    if (this.#consumer.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = clock.after(LAST_WORDS_MS, resolve);
      this.#allSaid = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  agentWords(itemId: string, text: string, final: boolean) {
    const line = this.#agentLine(itemId);
    line.text = text;
    line.final ||= final;
  }

  /** The part of the item that was heard so far. */
  agentDraft(item: SpokenItem): Draft {
    const line = this.#agentLine(item.itemId);
    line.startMs ??= Math.max(0, this.#callMs() - Math.round(item.heardMs));
    return this.#draft("agent", item.itemId, heardPart(line, item));
  }

  agentHeard(item: SpokenItem): NewCallEvent | null {
    const line = this.#takeAgent(item.itemId);
    if (line === null || line.text.trim() === "") return null;
    return segmentEvent({
      segmentId: item.itemId,
      speaker: "agent",
      text: line.text.trim(),
      startMs: line.startMs ?? Math.max(0, this.#callMs() - Math.round(item.sentMs)),
      endMs: this.#callMs(),
    });
  }

  /** The consumer cut in. Nothing was said at all when nothing was heard. */
  agentInterrupted(item: SpokenItem): NewCallEvent | null {
    const line = this.#takeAgent(item.itemId);
    const heardText = line === null ? "" : heardPart(line, item);
    if (line === null || heardText === "") return null;
    return segmentEvent({
      segmentId: item.itemId,
      speaker: "agent",
      text: line.text.trim(),
      heardText,
      startMs: line.startMs ?? Math.max(0, this.#callMs() - Math.round(item.heardMs)),
      endMs: this.#callMs(),
      interrupted: true,
    });
  }

  /** What an earlier owner of the call could not finish: it was heard as far as its draft goes. */
  leftOpen(draft: Draft | null): NewCallEvent | null {
    if (draft === null || draft.text.trim() === "") return null;
    const { segmentId, speaker, text } = draft;
    const at = { startMs: this.#callMs(), endMs: this.#callMs() };
    const cut = speaker === "agent" ? { heardText: text, interrupted: true as const } : {};
    return segmentEvent({ segmentId, speaker, text, ...at, ...cut });
  }

  /** Turns whose words will not come any more, with what was recognised of them so far. */
  abandonTurns(): { segmentId: string; text: string }[] {
    const open = [...this.#consumer].map(([segmentId, { text }]) => ({ segmentId, text }));
    this.#consumer.clear();
    this.#agent.clear();
    this.#allSaid?.();
    return open;
  }

  consumerStarted(itemId: string) {
    this.#consumer.set(itemId, { text: "", startMs: this.#callMs(), endMs: null });
  }

  consumerStopped(itemId: string) {
    const line = this.#consumer.get(itemId);
    if (line !== undefined) line.endMs = this.#callMs();
  }

  consumerDraft(itemId: string, text: string): Draft | null {
    const line = this.#consumer.get(itemId);
    if (line === undefined) return null;
    line.text = text;
    return this.#draft("consumer", itemId, text);
  }

  /** Final words of a turn; null when nothing was recognised. */
  consumerSaid(itemId: string, text: string): NewCallEvent | null {
    const line = this.#consumer.get(itemId) ?? { startMs: this.#callMs(), endMs: null };
    this.#consumer.delete(itemId);
    if (this.#consumer.size === 0) this.#allSaid?.();
    if (text.trim() === "") return null;
    return segmentEvent({
      segmentId: itemId,
      speaker: "consumer",
      text: text.trim(),
      startMs: line.startMs,
      endMs: Math.max(line.startMs, line.endMs ?? this.#callMs()),
    });
  }

  #agentLine(itemId: string): AgentLine {
    const known = this.#agent.get(itemId);
    if (known !== undefined) return known;
    const line = { text: "", final: false, startMs: null };
    this.#agent.set(itemId, line);
    return line;
  }

  #takeAgent(itemId: string): AgentLine | null {
    const line = this.#agent.get(itemId) ?? null;
    this.#agent.delete(itemId);
    return line;
  }

  #draft(speaker: Draft["speaker"], segmentId: string, text: string): Draft {
    return { callId: this.#callId, segmentId, speaker, text };
  }
}

function segmentEvent(segment: Segment): NewCallEvent {
  return { type: "transcript.segment", ...segment };
}

/** The words of the first `heardMs`, cut behind a whole word in proportion to the time. */
function heardPart(line: { text: string; final: boolean }, item: SpokenItem): string {
  const text = line.text.trim();
  if (item.complete && item.heardMs >= item.sentMs) return text;
  const wholeMs =
    line.final && item.complete ? item.sentMs : Math.max(item.sentMs, text.length * MS_PER_CHARACTER);
  if (wholeMs <= 0) return "";
  const end = Math.round((text.length * item.heardMs) / wholeMs);
  if (end >= text.length) return text;
  const cut = text.slice(0, end);
  return text[end] === " " ? cut.trimEnd() : cut.slice(0, cut.lastIndexOf(" ") + 1).trimEnd();
}
