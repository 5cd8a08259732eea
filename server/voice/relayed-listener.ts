import type { VoiceListener } from "#server/voice/voice.ts";

/** A listener that hands each call to `deliver`, which decides whether and when it reaches `listener`. */
export function relayedListener(listener: VoiceListener, deliver: (call: () => void) => void): VoiceListener {
  return {
    ready: () => deliver(() => listener.ready()),
    answerStarted: (answer) => deliver(() => listener.answerStarted(answer)),
    audio: (piece) => deliver(() => listener.audio(piece)),
    audioDone: (item) => deliver(() => listener.audioDone(item)),
    agentWords: (words) => deliver(() => listener.agentWords(words)),
    answerEnded: (answer) => deliver(() => listener.answerEnded(answer)),
    speechStarted: (speech) => deliver(() => listener.speechStarted(speech)),
    speechStopped: (speech) => deliver(() => listener.speechStopped(speech)),
    turnCommitted: (turn) => deliver(() => listener.turnCommitted(turn)),
    consumerWords: (words) => deliver(() => listener.consumerWords(words)),
    noted: (note) => deliver(() => listener.noted(note)),
    toolCalled: (call) => deliver(() => listener.toolCalled(call)),
    closed: (end) => deliver(() => listener.closed(end)),
  };
}
