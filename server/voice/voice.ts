import type { VoiceCents, VoiceTotals } from "#shared/call/cost.ts";
import type { PeerHealth } from "#server/lib/peer-health.ts";

/**
 * The voice port: one realtime speech-to-speech session per live call. OpenAI's event names stay in the adapter.
 */

export type VoiceTool = {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
};

export type VoiceSessionOptions = {
  instructions: string;
  voice: string;
  /** ISO 639-1, e.g. "en"; the transcription is pinned to it. */
  language: string;
  tools: VoiceTool[];
  /** Names and words the transcription should know, e.g. the business's name. */
  keywords: string[];
  /** Stable hash of the person for the provider's abuse checks; never an id or a number. */
  safetyId: string;
  /**
   * True for a new call: until `openFloor` the consumer's speech neither interrupts the agent nor is answered by itself (turn detection
   * with `create_response` and `interrupt_response` off), so that nobody can talk the fixed opening away. It is still heard and transcribed.
   */
  floorClosed: boolean;
  /** Earlier turns, when a session takes up a conversation again. */
  history: VoiceTurn[];
};

/** One earlier turn: only what was heard. A tool call comes with its result, so that it is not made again. */
export type VoiceTurn =
  | { speaker: "agent" | "consumer"; text: string }
  | { speaker: "tool"; toolCallId: string; name: string; argumentsJson: string; output: string }
  /** What the model should know beside the turns. */
  | { speaker: "note"; text: string };

/** Tokens of one answer by class, as the provider bills them. `cached…` are part of the input counts. */
export type VoiceUsage = {
  textIn: number;
  textInCached: number;
  audioIn: number;
  audioInCached: number;
  textOut: number;
  audioOut: number;
};

/** Why an answer ended. */
export type AnswerEnd = "completed" | "interrupted" | "cancelled" | "incomplete" | "failed";

/**
 * What a session tells its actor. Ids are the provider's item ids; one answer may hold several items. Handlers must not throw and must return
 * at once (the audio path runs through `audio`).
 */
export type VoiceListener = {
  /** The session has its configuration; audio appended before was kept and is sent now, in order. */
  ready(): void;
  /**
   * Before anything else of the answer; every started answer ends once unless the session closes first. `exactWords`: it is the answer to a
   * `say`, and not one that the model gives by itself. `ref`: what that `say` was given.
   */
  answerStarted(answer: { answerId: string; exactWords?: true; ref?: string }): void;
  /** µ-law, base64, faster than real time. Never delivered for an answer that was discarded. */
  audio(piece: { answerId: string; itemId: string; payloadBase64: string }): void;
  /** All audio of the item has been delivered. */
  audioDone(item: { answerId: string; itemId: string }): void;
  /** Words of the agent, ahead of the sound: `text` is all of the item so far; `final` once. */
  agentWords(words: { answerId: string; itemId: string; text: string; final: boolean }): void;
  /**
   * `reason` is a short code. The session itself tries again once where that can help (no sound, too many requests): the answer that gave way
   * ends `cancelled` with reason `retried`, so `failed` is final. Asking for the same again while being told takes the place of that second try.
   */
  answerEnded(answer: {
    answerId: string;
    end: AnswerEnd;
    reason: string | null;
    usage: VoiceUsage | null;
  }): void;
  /** The consumer began to speak; the provider has already stopped generating. */
  speechStarted(speech: { itemId: string }): void;
  /** `isNoise`: it was shorter than any word; what is recognised in it is not told. */
  speechStopped(speech: { itemId: string; isNoise: boolean }): void;
  /** The turn became part of the conversation; its words may come much later. `previousItemId` gives the order. */
  turnCommitted(turn: { itemId: string; previousItemId: string | null }): void;
  /** Words of the consumer; `final` exactly once per committed turn, with an empty text when recognition failed. */
  consumerWords(words: { itemId: string; text: string; final: boolean; audioSeconds: number | null }): void;
  /** The note that was given with this `ref` is part of the conversation: answers that start from now on are made under it. */
  noted(note: { ref: string }): void;
  /** A complete function call; `argumentsJson` is whatever the model wrote. */
  toolCalled(call: { toolCallId: string; itemId: string; name: string; argumentsJson: string }): void;
  /** Once, when the session is over and will not come back. `fatal`: another session would fail the same way (wrong key, no quota). */
  closed(end: { reason: string; fatal: boolean }): void;
};

export type VoiceSession = {
  /** When the provider ends the session by itself, ms since the epoch; null while or where it does not say. */
  readonly expiresAt: number | null;
  /** µ-law, base64. Kept (at most 5 s, oldest dropped) until the session is ready. */
  appendAudio(payloadBase64: string): void;
  /**
   * Lets the model speak exactly these words next, before anything else. At most one answer runs at a time; further ones wait their turn. `ref` comes
   * back with each answer that is to carry them.
   */
  say(words: string, ref?: string): void;
  /** Lets the model answer, optionally guided by one more instruction for this answer only. */
  respond(guidance?: string): void;
  /** From now on the consumer's speech interrupts the agent and is answered by itself. Does nothing while the floor is open. */
  openFloor(): void;
  /** From now on it does neither, as with `floorClosed`. Does nothing while the floor is closed. */
  closeFloor(): void;
  /** Adds earlier turns at the end of the conversation, without an answer. */
  recall(turns: readonly VoiceTurn[]): void;
  /** Puts a note for the model into the conversation without an answer. With a `ref`, `noted` says when it is there. */
  note(text: string, ref?: string): void;
  /** Stops the running answer, if any, or only this one; its late audio is dropped. */
  cancelAnswer(answerId?: string): void;
  /** Drops all further audio of these answers. */
  discard(answerId: string): void;
  /** The consumer heard only the first `heardMs` of the item: the model must not believe that it said the rest. Whole ms, never beyond what was delivered. */
  truncate(itemId: string, heardMs: number): void;
  /** `answer` false: the model is told, but does not speak because of it. */
  returnTool(result: { toolCallId: string; output: string; answer: boolean }): void;
  /** Idempotent; no listener call after it. */
  close(): void;
};

export type VoiceModel = {
  /** Starts connecting at once and returns; what goes wrong comes through `closed`. */
  open(options: VoiceSessionOptions, listener: VoiceListener): VoiceSession;
  /** One cheap authenticated request. */
  check(): Promise<PeerHealth>;
  /** List price of answers and of the transcription of the consumer's audio, US cents with fractions. */
  price(usage: VoiceTotals): VoiceCents;
  /** Which prices those are, so that a stored cost can be explained later. */
  readonly priceTable: string;
  readonly model: string;
};
