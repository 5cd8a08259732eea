import type { PhoneCall, VoiceSession } from "#e2e/support/sandbox.ts";
import type { CallEvent } from "#shared/call/events.ts";
import { crc32 } from "node:zlib";

/** One interruption, as the ear and the product saw it. */
export type Interruption = {
  /** Whole words that the ear got, and that the journal says were heard. */
  earWords: string[];
  storedWords: string[];
  /** Ms of the utterance that the ear got, and where the voice model was told to cut it; 0: nothing of it was heard. */
  earMs: number;
  cutMs: number;
};

const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== "");

/** Letters of a word that was cut are no word: only what `whole` has at the same place counts. */
function wholeWords(heard: string, whole: string): string[] {
  const all = wordsOf(whole);
  return wordsOf(heard).filter((word, index) => word === all[index]);
}

/** Everything that was cut in one call: what the ear has of it, beside the journal and the voice model's own record. */
export function interruptionsOf(
  phone: PhoneCall,
  sessions: readonly VoiceSession[],
  events: readonly CallEvent[],
): Interruption[] {
  const stored = new Map(
    events.flatMap((event) =>
      event.type === "transcript.segment" ? [[event.segmentId, event.heardText ?? event.text]] : [],
    ),
  );
  // The simulated voice marks each utterance with the checksum of its item's id.
  const spoken = sessions.flatMap((session) => session.spoken);
  const byUtterance = new Map(spoken.map((item) => [crc32(item.itemId), item]));
  return phone.heard.flatMap(({ utteranceId, text, complete, startedAtMs, endedAtMs, gapMs }) => {
    const item = byUtterance.get(utteranceId);
    if (complete || item === undefined) return [];
    const earMs = endedAtMs - startedAtMs - gapMs;
    const storedWords = wordsOf(stored.get(item.itemId) ?? "");
    return [{ earWords: wholeWords(text, item.text), storedWords, earMs, cutMs: item.heardMs ?? 0 }];
  });
}
