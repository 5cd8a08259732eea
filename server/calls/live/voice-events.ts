import type { ConversationHost, ConversationParts } from "#server/calls/live/conversation-parts.ts";
import type { VoiceListener, VoiceSession } from "#server/voice/voice.ts";

const HELD = "Not done: a colleague speaks with the caller now.";

type Deps = {
  parts: ConversationParts;
  host: Pick<ConversationHost, "background" | "callMs" | "voiceEnded">;
  voice(): VoiceSession;
  /** The session works. */
  ready(): void;
  /** Both sides are connected, and the talk is not over. */
  mayBeHeard(): boolean;
  consumerSpoke(): void;
  /** Something changed: silence may begin, or what waited for it may act. */
  settle(): void;
};

/** What comes from the voice model in one conversation, and which of its parts it concerns. */
export class VoiceEvents implements VoiceListener {
  readonly #deps: Deps;
  readonly #is: ConversationParts;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#is = deps.parts;
  }

  ready() {
    this.#deps.ready();
  }

  answerStarted(answer: Parameters<VoiceListener["answerStarted"]>[0]) {
    this.#is.agent.started(answer);
    this.#deps.settle();
  }

  audio(piece: { answerId: string; itemId: string; payloadBase64: string }) {
    if (!this.#deps.mayBeHeard() || this.#is.hold.held) return;
    const item = this.#is.talk.play(piece);
    this.#is.opening.sounded(item, this.#deps.host.callMs());
    this.#is.steers.sounded(piece.answerId);
    this.#is.turns.sounded();
    this.#deps.settle();
  }

  audioDone({ itemId }: { itemId: string }) {
    this.#is.talk.bridge.completed(itemId);
  }

  agentWords(words: { itemId: string; text: string; final: boolean }) {
    this.#is.talk.agentWords(words);
  }

  answerEnded(answer: Parameters<VoiceListener["answerEnded"]>[0]) {
    this.#is.agent.ended(answer);
    this.#deps.settle();
  }

  speechStarted({ itemId }: { itemId: string }) {
    this.#deps.consumerSpoke();
    this.#is.consumer.started(itemId);
    this.#deps.settle();
  }

  speechStopped({ itemId, isNoise }: { itemId: string; isNoise: boolean }) {
    this.#is.consumer.stopped(itemId, isNoise);
    this.#deps.settle();
  }

  turnCommitted({ itemId, previousItemId }: { itemId: string; previousItemId: string | null }) {
    this.#is.talk.consumerCommitted(itemId, previousItemId);
  }

  consumerWords(words: { itemId: string; text: string; final: boolean; audioSeconds: number | null }) {
    this.#is.consumer.words(words);
  }

  noted({ ref }: { ref: string }) {
    this.#is.steers.noted(ref);
  }

  toolCalled(call: { toolCallId: string; name: string; argumentsJson: string }) {
    const { toolCallId } = call;
    if (this.#is.hold.held) return this.#deps.voice().returnTool({ toolCallId, output: HELD, answer: false });
    const ran = this.#is.tools.run(call).then((result) => this.#deps.voice().returnTool(result));
    this.#deps.host.background(ran.finally(() => this.#deps.settle()));
    this.#deps.settle();
  }

  closed(end: { reason: string; fatal: boolean }) {
    this.#is.opening.stop();
    this.#deps.host.voiceEnded(end);
  }
}
