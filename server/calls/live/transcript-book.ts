import type { SpokenItem } from "#server/calls/live/audio-bridge.ts";
import { spokenLength, wordsHeard } from "#server/calls/live/heard-words.ts";
import type { Clock } from "#server/lib/clock.ts";
import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import type { Draft, NewCallEvent, Segment } from "#shared/call/events.ts";

/** How long the last words may take to be recognised after the phone call. */
const LAST_WORDS_MS = 3000;
/** Ordinary speech, pauses included, until this call's voice has shown its own pace. */
const MS_PER_CHARACTER = 65;
/** The part of a voice's time in which it sounds. */
const VOICED = 0.74;
/** A voice that goes on for so long said something, also when nothing was recognised; the silence that ends a turn counts. */
const SURELY_SPEECH_MS = 1500;

type AgentLine = { text: string; final: boolean; startMs: number | null; order: number };
type ConsumerLine = {
  text: string;
  startMs: number;
  endMs: number | null;
  /** Shorter than any word. */
  isNoise: boolean;
  order: number;
};

/** What became of a consumer's turn; no speech: a noise [CL71]. */
type Said = { event: NewCallEvent | null; isSpeech: boolean; speechMs: number };

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
  #msPerCharacter = MS_PER_CHARACTER;
  /** Items of the conversation so far, times two: a turn that belongs between two of them takes the odd number. */
  #order = 0;

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
    return this.#draft("agent", item.itemId, wordsSoFar(line, item, this.#msPerCharacter));
  }

  agentHeard(item: SpokenItem): NewCallEvent | null {
    const line = this.#takeAgent(item.itemId);
    if (line === null || line.text.trim() === "") return null;
    this.#msPerCharacter = item.sentMs / spokenLength(line.text.trim());
    return segmentEvent({
      segmentId: item.itemId,
      speaker: "agent",
      text: line.text.trim(),
      order: line.order,
      startMs: line.startMs ?? Math.max(0, this.#callMs() - Math.round(item.sentMs)),
      endMs: this.#callMs(),
    });
  }

  /** The consumer cut in. Nothing was said at all when nothing was heard. */
  agentInterrupted(item: SpokenItem): NewCallEvent | null {
    const line = this.#takeAgent(item.itemId);
    const heardText = line === null ? "" : this.#heardWords(line, item);
    if (line === null || heardText === "") return null;
    return segmentEvent({
      segmentId: item.itemId,
      speaker: "agent",
      text: line.text.trim(),
      heardText,
      order: line.order,
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
    this.#consumer.set(itemId, this.#consumerLine());
  }

  consumerStopped(itemId: string, isNoise: boolean) {
    const line = this.#consumer.get(itemId);
    if (line === undefined) return;
    line.endMs = this.#callMs();
    line.isNoise = isNoise;
  }

  /** The turn's place in the conversation: behind `previousItemId`, whenever the two became known [CL70]. */
  consumerCommitted(itemId: string, previousItemId: string | null) {
    const line = this.#consumer.get(itemId);
    const previous = previousItemId === null ? undefined : this.#agent.get(previousItemId);
    if (line !== undefined && previous !== undefined && previous.order > line.order)
      line.order = previous.order + 1;
  }

  consumerDraft(itemId: string, text: string): Draft | null {
    const line = this.#consumer.get(itemId);
    if (line === undefined) return null;
    line.text = text;
    return this.#draft("consumer", itemId, text);
  }

  /** Final words of a turn; no event when nothing was said, or nothing was recognised. */
  consumerSaid(itemId: string, text: string): Said {
    const line = this.#consumer.get(itemId) ?? this.#consumerLine();
    this.#consumer.delete(itemId);
    if (this.#consumer.size === 0) this.#allSaid?.();
    const endMs = Math.max(line.startMs, line.endMs ?? this.#callMs());
    const speechMs = endMs - line.startMs;
    const isLong = speechMs >= SURELY_SPEECH_MS;
    if (line.isNoise || text.trim() === "")
      return { event: null, isSpeech: isLong && !line.isNoise, speechMs };
    const event = segmentEvent({
      segmentId: itemId,
      speaker: "consumer",
      text: text.trim(),
      order: line.order,
      startMs: line.startMs,
      endMs,
    });
    return { event, isSpeech: true, speechMs };
  }

  #consumerLine(): ConsumerLine {
    return { text: "", startMs: this.#callMs(), endMs: null, isNoise: false, order: this.#nextOrder() };
  }

  #nextOrder(): number {
    this.#order += 2;
    return this.#order;
  }

  /** From the sound itself: words sit where the voice is, not where it pauses [CL72]. */
  #heardWords({ text, final }: AgentLine, item: SpokenItem): string {
    if (item.complete && item.heardMs >= item.sentMs) return text.trim();
    const audio = Buffer.concat(item.sound.map((payload) => Buffer.from(payload, "base64")));
    const complete = final && item.complete && audio.length >= item.sentMs * MULAW_BYTES_PER_MS;
    const msPerCharacter = this.#msPerCharacter * VOICED;
    return wordsHeard({ text, audio, complete, msPerCharacter }, item.heardMs);
  }

  #agentLine(itemId: string): AgentLine {
    const known = this.#agent.get(itemId);
    if (known !== undefined) return known;
    const line = { text: "", final: false, startMs: null, order: this.#nextOrder() };
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

/** About the words of the first `heardMs`, for a draft: in proportion to the time, without a look at the sound. */
function wordsSoFar(line: AgentLine, item: SpokenItem, msPerCharacter: number): string {
  const text = line.text.trim();
  if (item.complete && item.heardMs >= item.sentMs) return text;
  const wholeMs =
    line.final && item.complete ? item.sentMs : Math.max(item.sentMs, spokenLength(text) * msPerCharacter);
  if (wholeMs <= 0) return "";
  const end = Math.round((text.length * item.heardMs) / wholeMs);
  if (end >= text.length) return text;
  const cut = text.slice(0, end);
  return text[end] === " " ? cut.trimEnd() : cut.slice(0, cut.lastIndexOf(" ") + 1).trimEnd();
}
