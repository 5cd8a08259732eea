import { WordListener } from "#server/sandbox/speech/hidden-words.ts";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const HEADER_BYTES = 58;

/** The words hidden in one channel, and what happened to their frames. */
export function wordsIn(channel: Uint8Array) {
  const listener = new WordListener();
  const frames = listener.push(channel);
  let text = "";
  let utteranceId: number | null = null;
  for (const frame of frames) {
    if (frame.utteranceId !== utteranceId) text += " ";
    text += frame.text;
    ({ utteranceId } = frame);
  }
  return { words: text.replace(/\s+/g, " ").trim(), check: listener.check() };
}

/** Who said what in the recording of a call that had one stream. */
export async function recordedWords(dataDir: string, callId: string) {
  const file = await readFile(join(dataDir, "recordings", `${callId}-1.wav`));
  const audio = file.subarray(HEADER_BYTES);
  const channel = (which: number) => wordsIn(audio.filter((_, index) => index % 2 === which));
  return { consumer: channel(0), agent: channel(1) };
}
