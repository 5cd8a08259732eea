import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { VoiceListener } from "#server/voice/voice.ts";

/**
 * The actor's listener behind a fence: nothing reaches it after the session was closed, and what it throws ends neither the session's own state nor the
 * process.
 */
export function guardedListener(
  listener: VoiceListener,
  logger: Logger,
  isOpen: () => boolean,
): VoiceListener {
  const deliver = (call: () => void) => {
    if (!isOpen()) return;
    try {
      call();
    } catch (error) {
      logger.error(errorFields(error), "voice listener failed");
    }
  };
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
    toolCalled: (call) => deliver(() => listener.toolCalled(call)),
    closed: (end) => deliver(() => listener.closed(end)),
  };
}
