import type { CallHead } from "#server/calls/call-document.ts";
import type { ActorDeps, Past } from "#server/calls/live/actor-deps.ts";
import { AudioBridge, type SpokenItem } from "#server/calls/live/audio-bridge.ts";
import { DraftBoard } from "#server/calls/live/draft-board.ts";
import { TranscriptBook } from "#server/calls/live/transcript-book.ts";
import { ListeningPost } from "#server/calls/sound/listening-post.ts";
import { CallRecording } from "#server/calls/recording/call-recording.ts";
import type { MediaStream } from "#server/telephony/telephony.ts";
import type { VoiceSession } from "#server/voice/voice.ts";
import type { NewCallEvent, Speaker } from "#shared/call/events.ts";

/** For the model, in whose words they may not have heard it. */
const NOT_RECORDED =
  "They do not want to be recorded. The recording was stopped and is being deleted; tell them so in a few words if you have not yet.";

/** Sound of the person who holds the call: the model did not make it, and their words come from elsewhere. */
const PERSON = "person";

type TalkDeps = {
  deps: ActorDeps;
  call: CallHead;
  callMs(): number;
  record(event: NewCallEvent | null): void;
  /** Work that nobody waits for. */
  background(work: Promise<unknown>): void;
  /** The session that speaks now. */
  voice(): VoiceSession;
  /** All of the item was heard, and is recorded. */
  itemHeard(itemId: string, text: string, answerId: string): void;
  /** What was sent is never proven to be heard. */
  unproven(): void;
};

/** The words of both sides and what was heard of them: from the wires to drafts, to the journal, and back to the model's memory. */
export class Talk {
  readonly bridge: AudioBridge;
  readonly recording: CallRecording;
  readonly #post: ListeningPost;
  readonly #deps: TalkDeps;
  readonly #book: TranscriptBook;
  readonly #drafts: DraftBoard;

  constructor(talk: TalkDeps) {
    const { deps, call, callMs, record, background, itemHeard, unproven } = talk;
    const callId = call._id;
    this.#deps = talk;
    this.recording = new CallRecording({ ...deps, desk: deps.recordings, call, callMs, record, background });
    const speaking = () => this.bridge.items;
    this.#post = new ListeningPost({ ...deps, desk: deps.sound, feed: deps.soundFeed, callId, speaking });
    this.#book = new TranscriptBook(callId, callMs);
    this.#drafts = new DraftBoard({ ...deps, callId });
    this.bridge = new AudioBridge(deps.clock, {
      heard: (item) => {
        this.recording.heard(item);
        this.#post.heard(item);
        if (item.answerId === PERSON) return;
        this.#drafts.show(this.#book.agentDraft(item));
      },
      itemHeard: (item) => {
        this.recording.itemOver(item);
        this.#post.itemOver(item);
        if (item.answerId === PERSON) return;
        const segment = this.#book.agentHeard(item);
        record(segment);
        this.#drafts.finish(item.itemId);
        const text = segment?.type === "transcript.segment" ? segment.text : "";
        itemHeard(item.itemId, text, item.answerId);
      },
      unproven,
    });
  }

  /** Somebody is speaking, or has just stopped, and their words are not known yet. */
  get consumerTurnOpen(): boolean {
    return this.#book.consumerTurnOpen;
  }

  join(media: MediaStream, epoch: number) {
    this.bridge.join(media);
    this.#drafts.own(epoch);
    this.recording.join(epoch);
    this.#post.join();
  }

  /** A frame of the consumer, on its way to the voice model. */
  consumerFrame(payloadBase64: string, timestampMs: number) {
    this.recording.consumer(payloadBase64, timestampMs);
    this.#post.consumer(payloadBase64, timestampMs);
  }

  /** What an earlier owner of the call was saying or hearing when it was lost. */
  keepUnfinished({ openDraft, turns }: Past) {
    this.#deps.record(this.#book.leftOpen(openDraft));
    // A refusal that an earlier owner could not carry out any more is one all the same.
    for (const turn of turns) if (turn.speaker === "consumer") this.recording.words(turn.text);
  }

  agentWords({ itemId, text, final }: { itemId: string; text: string; final: boolean }) {
    this.#book.agentWords(itemId, text, final);
  }

  /** Audio of the agent goes to the phone. */
  play(piece: { answerId: string; itemId: string; payloadBase64: string }): SpokenItem {
    this.recording.played(piece.itemId, piece.payloadBase64);
    this.#post.played(piece.itemId, piece.payloadBase64);
    return this.bridge.play(piece);
  }

  /** The person who holds the call speaks to the phone. */
  playPerson(itemId: string, payloadBase64: string) {
    this.play({ answerId: PERSON, itemId, payloadBase64 });
  }

  /** Stops the agent's voice at once, and tells the model what was really heard of it [CL44]. */
  silence() {
    const { voice, record } = this.#deps;
    for (const item of this.bridge.interrupt()) {
      if (item.answerId === PERSON) {
        this.recording.itemOver(item);
        this.#post.itemOver(item);
        continue;
      }
      voice().discard(item.answerId);
      voice().truncate(item.itemId, item.heardMs);
      this.recording.itemOver(item);
      this.#post.itemOver(item);
      record(this.#book.agentInterrupted(item));
      this.#drafts.finish(item.itemId);
    }
  }

  /** The voice session is gone: what it still owed will not come. Returns who was cut off, and what of the consumer's words was recognised. */
  voiceLost(): { cutOff: Speaker | null; words: string[] } {
    const { record, call } = this.#deps;
    const wasSpeaking = !this.bridge.idle;
    this.silence();
    const open = this.#book.abandonTurns();
    for (const { segmentId, text } of open) {
      record(this.#book.leftOpen({ callId: call._id, segmentId, speaker: "consumer", text }));
      this.#drafts.finish(segmentId);
    }
    const words = open.map(({ text }) => text);
    for (const text of words) this.recording.words(text);
    if (open.length > 0) return { cutOff: "consumer", words };
    return { cutOff: wasSpeaking ? "agent" : null, words };
  }

  consumerStarted(itemId: string) {
    this.#book.consumerStarted(itemId);
  }

  consumerStopped(itemId: string, isNoise: boolean) {
    this.#book.consumerStopped(itemId, isNoise);
  }

  consumerCommitted(itemId: string, previousItemId: string | null) {
    this.#book.consumerCommitted(itemId, previousItemId);
  }

  consumerDraft(itemId: string, text: string) {
    const draft = this.#book.consumerDraft(itemId, text);
    if (draft !== null) this.#drafts.show(draft);
  }

  /** Not speech: nobody said anything, it was a noise. */
  consumerSaid(itemId: string, text: string): { isSpeech: boolean; speechMs: number } {
    const { event, isSpeech, speechMs } = this.#book.consumerSaid(itemId, text);
    this.#deps.record(event);
    this.#drafts.finish(itemId);
    if (this.recording.words(text)) this.#deps.voice().note(NOT_RECORDED);
    return { isSpeech, speechMs };
  }

  /** By key. The agent says what is true then, if it may speak by then. */
  refuseRecording(maySpeak: () => boolean) {
    const { background, voice } = this.#deps;
    const say = (now: string) => (maySpeak() ? voice().say(now) : undefined);
    background(this.recording.refuse("key").then(say));
  }

  /** Resolves when the last words have arrived, or were waited for long enough. */
  async lastWords(): Promise<void> {
    await Promise.all([this.#book.lastWords(this.#deps.deps.clock), this.recording.end()]);
  }

  /** Nothing sounds any more; words are still on their way. */
  phoneGone() {
    this.#post.end();
  }

  close() {
    this.bridge.stop();
    this.phoneGone();
    this.#deps.background(this.recording.end());
    this.#drafts.close();
  }
}
