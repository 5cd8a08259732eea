import { errorFields, type Logger } from "#server/lib/logger.ts";
import { relayedListener } from "#server/voice/relayed-listener.ts";
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
  return relayedListener(listener, (call) => {
    if (!isOpen()) return;
    try {
      call();
    } catch (error) {
      logger.error(errorFields(error), "voice listener failed");
    }
  });
}
