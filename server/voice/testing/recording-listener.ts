import { Inbox } from "#server/voice/testing/inbox.ts";
import type { VoiceListener } from "#server/voice/voice.ts";

export type ListenerCall = {
  [Name in keyof VoiceListener]: [Name, ...Parameters<VoiceListener[Name]>];
}[keyof VoiceListener];

export type RecordingListener = VoiceListener & { readonly calls: Inbox<ListenerCall> };

/** A listener that writes down every call. */
export function recordingListener(): RecordingListener {
  const calls = new Inbox<ListenerCall>();
  return {
    calls,
    ready: () => calls.push(["ready"]),
    answerStarted: (answer) => calls.push(["answerStarted", answer]),
    audio: (piece) => calls.push(["audio", piece]),
    audioDone: (item) => calls.push(["audioDone", item]),
    agentWords: (words) => calls.push(["agentWords", words]),
    answerEnded: (answer) => calls.push(["answerEnded", answer]),
    speechStarted: (speech) => calls.push(["speechStarted", speech]),
    speechStopped: (speech) => calls.push(["speechStopped", speech]),
    turnCommitted: (turn) => calls.push(["turnCommitted", turn]),
    consumerWords: (words) => calls.push(["consumerWords", words]),
    noted: (note) => calls.push(["noted", note]),
    toolCalled: (call) => calls.push(["toolCalled", call]),
    closed: (end) => calls.push(["closed", end]),
  };
}

type PayloadOf<Name extends keyof VoiceListener> = Parameters<VoiceListener[Name]>[0];

/** Waits for the next call of this name and returns what it was given. */
export async function nextCall<Name extends keyof VoiceListener>(
  listener: RecordingListener,
  name: Name,
): Promise<PayloadOf<Name>> {
  const call = await listener.calls.next(([called]) => called === name);
  // The name was just compared; the tuple's type cannot follow a generic name.
  return call[1] as PayloadOf<Name>;
}
