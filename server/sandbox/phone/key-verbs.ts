import { loudness, MULAW_BYTES_PER_MS, MULAW_FRAME_MS } from "#server/lib/mulaw.ts";
import { encodeMulaw } from "#shared/mulaw.ts";
import { announce } from "#server/sandbox/phone/announcement.ts";
import type { Stage } from "#server/sandbox/phone/connect-verb.ts";
import type { Line } from "#server/sandbox/phone/line.ts";
import type { Verb } from "#server/sandbox/phone/twiml-verbs.ts";
import { wait } from "#server/sandbox/phone/wait.ts";

type GatherVerb = Extract<Verb, { verb: "Gather" }>;
type RecordVerb = Extract<Verb, { verb: "Record" }>;
/** What the action of such a verb is told; null = it is not asked. */
type Told = Readonly<Record<string, string>> | null;

const SILENT_LOUDNESS = 100;
const BEEP_MS = 300;
const BEEP_HERTZ = 1000;
const BEEP = encodeMulaw(
  Int16Array.from({ length: BEEP_MS * MULAW_BYTES_PER_MS }, (_, at) => {
    return 8000 * Math.sin((2 * Math.PI * BEEP_HERTZ * at) / (1000 * MULAW_BYTES_PER_MS));
  }),
);

/** Aborted with either of them. */
function eitherOf(one: AbortSignal, other: AbortSignal): AbortSignal {
  return AbortSignal.any([one, other]);
}

/** Resolves with the keys once enough were pressed, the finishing key came, or none came for `timeoutMs`. */
async function keysFrom(
  stage: Stage,
  verb: GatherVerb,
  signal: AbortSignal,
  prompt: (signal: AbortSignal) => Promise<void>,
): Promise<string> {
  const done = new AbortController();
  let [digits, turn] = ["", new AbortController()];
  const stop = stage.line.onKey((digit) => {
    if (verb.finishOnKey.includes(digit)) done.abort();
    else digits += digit;
    if (verb.digits !== null && digits.length >= verb.digits) done.abort();
    turn.abort();
  });
  await prompt(eitherOf(signal, turn.signal));
  const over = eitherOf(signal, done.signal);
  for (let heard = ""; !over.aborted; heard = digits) {
    turn = new AbortController();
    await wait(stage.services.clock, verb.timeoutMs, eitherOf(over, turn.signal));
    if (heard === digits && !turn.signal.aborted) break;
  }
  stop();
  return digits;
}

/** Runs `<Gather>`: the prompt ends with the first key. */
export async function gatherKeys(
  stage: Stage,
  verb: GatherVerb,
  signal: AbortSignal,
  prompt: (signal: AbortSignal) => Promise<void>,
): Promise<Told> {
  const digits = await keysFrom(stage, verb, signal, prompt);
  stage.leg.log.add("keys.gathered", { count: digits.length });
  if (digits === "" && !verb.reportsNothing) return null;
  return { Digits: digits, msg: "Gather End" };
}

/** Resolves when the person was silent for so long, recorded enough, pressed a finishing key, or is gone. */
function endOfMessage(line: Line, verb: RecordVerb, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    let [recordedMs, silentMs] = [0, 0];
    const finish = (digits: string) => {
      stopBeat();
      stopKeys();
      resolve(digits);
    };
    const stopKeys = line.onKey((digit) => {
      if (verb.finishOnKey.includes(digit)) finish(digit);
    });
    const stopBeat = line.onBeat(({ spoken }) => {
      recordedMs += MULAW_FRAME_MS;
      silentMs = loudness(spoken) > SILENT_LOUDNESS ? 0 : silentMs + MULAW_FRAME_MS;
      if (silentMs >= verb.timeoutMs || recordedMs >= verb.maxLengthMs) finish("");
    });
    signal.addEventListener("abort", () => finish("hangup"), { once: true });
  });
}

/** Runs `<Record>`: a voicemail of what the person says, not a recording of the call. */
export async function recordMessage(stage: Stage, verb: RecordVerb, signal: AbortSignal): Promise<Told> {
  const { line, leg, services } = stage;
  if (verb.beeps) await announce(line, BEEP, signal);
  const recording = signal.aborted ? null : services.recordings.start(leg, verb.recording, "RecordVerb");
  if (!recording) return null;
  const digits = await endOfMessage(line, verb, signal);
  services.recordings.end(recording);
  return {
    RecordingSid: recording.sid,
    RecordingUrl: services.recordings.urlOf(recording),
    RecordingDuration: String(recording.durationSeconds),
    Digits: digits,
  };
}
