import { type OpenSession, readySession, startSession } from "#server/voice/openai/testing/open-session.ts";
import { ScriptedService } from "#server/voice/openai/testing/scripted-service.ts";
import type { VoiceSessionOptions } from "#server/voice/voice.ts";
import { afterEach, beforeEach } from "vitest";

type Watching = Parameters<typeof startSession> extends [unknown, unknown?, ...infer More] ? More : never;

/** A scripted service for each test of a file; the sessions that were opened here are closed after it. */
export function useScriptedService() {
  let running: ScriptedService | null = null;
  const opened: OpenSession[] = [];
  const service = (): ScriptedService => {
    if (running === null) throw new Error("The scripted service runs within a test only.");
    return running;
  };
  const kept = (open: OpenSession) => {
    opened.push(open);
    return open;
  };
  beforeEach(async () => {
    running = await ScriptedService.start();
  });
  afterEach(async () => {
    for (const { session } of opened.splice(0)) session.close();
    await service().close();
    running = null;
  });
  return {
    service,
    /** A session that is not greeted yet. */
    started: (options: Partial<VoiceSessionOptions> = {}, ...more: Watching) =>
      kept(startSession(service(), options, ...more)),
    ready: async (options: Partial<VoiceSessionOptions> = {}) => kept(await readySession(service(), options)),
  };
}
