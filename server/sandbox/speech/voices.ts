import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { ClipCache } from "#server/sandbox/speech/clip-cache.ts";
import { hideWords } from "#server/sandbox/speech/hidden-words.ts";
import type { Clip, SpeechJob, SpeechResult, Voice } from "#server/sandbox/speech/speech-job.ts";

type Waiting = { resolve(clip: Clip): void; reject(error: Error): void };

const MAX_TEXT_CHARACTERS = 4000;
const MAX_CACHE_BYTES = 32 * 1024 * 1024;

const cache = new ClipCache(MAX_CACHE_BYTES);
const underway = new Map<string, Promise<Clip>>();
const waiting = new Map<number, Waiting>();
let thread: Worker | null = null;
let lastJobId = 0;

function settle(result: SpeechResult): void {
  const caller = waiting.get(result.id);
  waiting.delete(result.id);
  if (waiting.size === 0) thread?.unref();
  if (result.ok) caller?.resolve(result.clip);
  else caller?.reject(new Error(`Speech synthesis failed: ${result.reason}`));
}

function failAll(): void {
  thread = null;
  for (const caller of waiting.values()) caller.reject(new Error("The speech thread ended."));
  waiting.clear();
}

/** Starts the thread on first use. It never keeps the process alive by itself. */
function speechThread(): Worker {
  if (thread) return thread;
  // The flag keeps Node's remark about WASI being experimental off the terminal.
  const started = new Worker(new URL("flite-worker.ts", import.meta.url), {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  started.on("message", settle);
  started.on("error", failAll);
  started.on("exit", () => thread === started && failAll());
  thread = started;
  return started;
}

function synthesize(text: string, voice: Voice): Promise<Clip> {
  return new Promise((resolve, reject) => {
    const job: SpeechJob = { id: ++lastJobId, text, voice };
    waiting.set(job.id, { resolve, reject });
    speechThread().ref();
    speechThread().postMessage(job);
  });
}

async function clipOf(text: string, voice: Voice): Promise<Clip> {
  const key = createHash("sha256").update(`${voice}\n${text}`).digest("base64");
  const cached = cache.get(key);
  if (cached) return cached;
  const made = underway.get(key) ?? synthesize(text, voice);
  underway.set(key, made);
  try {
    const clip = await made;
    cache.set(key, clip);
    return clip;
  } finally {
    underway.delete(key);
  }
}

/**
 * Speaks `text`: 8 kHz µ-law in whole 20 ms frames with the words hidden inside (hidden-words.ts). About 50
 * times faster than the speech itself; a clip spoken before comes from memory (32 MB, least recently used go).
 * `slt` is the agent's voice, the other three are people's.
 * @param utteranceId unsigned 32 bit, its own for every utterance of one audio stream
 * @throws RangeError above 4000 characters; Error when the synthesiser fails
 */
export async function speak(text: string, voice: Voice, utteranceId: number): Promise<Uint8Array> {
  if (text.length > MAX_TEXT_CHARACTERS)
    throw new RangeError("An utterance is at most 4000 characters long.");
  if (text.trim() === "") return new Uint8Array(0);
  const { mulaw, spoken } = await clipOf(text, voice);
  return hideWords(mulaw, text, utteranceId, spoken);
}
