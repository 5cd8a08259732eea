import type { Caller } from "#server/accounts/caller.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import { PEAKS_PER_SECOND, type Peaks, peaksOf } from "#server/calls/recording/peaks.ts";
import { type ReadPart, RecordingAudio, type WholePart } from "#server/calls/recording/recording-audio.ts";
import type { RecordingFiles } from "#server/calls/recording/recording-files.ts";
import type { RecordingDocument } from "#server/calls/recording/recordings.ts";
import { WAV_HEADER_BYTES } from "#server/calls/recording/wav.ts";
import type { Clock } from "#server/lib/clock.ts";
import { Failure } from "#server/lib/failure.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { SignedTokens } from "#server/lib/signed-token.ts";
import type { Connection, mongo } from "mongoose";

type Deps = {
  connection: Connection;
  files: RecordingFiles;
  access: Pick<CallAccess, "head">;
  audit: Pick<Audit, "record">;
  /** For links to recordings and nothing else; the same on all servers of an installation. */
  tokens: SignedTokens;
  /** Origin of this installation, for links. */
  publicUrl: string;
  clock: Clock;
  logger: Logger;
};

/** What a link opens: bytes of a WAV file of this size. `start` resolves once the first of them is there. */
export type ServedRecording = {
  sizeBytes: number;
  /** @throws Failure RECORDING_AWAY */
  start(from: number, to: number): Promise<AsyncIterable<Uint8Array>>;
};

const LINK_LASTS_MS = 10 * 60_000;
/** Another server fetches a part with such a link; it is used at once. */
const PART_LINK_LASTS_MS = 60_000;
const ANSWERS_WITHIN_MS = 5000;

/** Playing recordings back [CL365–CL369]: short-lived links, any range of the file, and parts that lie on the disk of another server. */
export class RecordingPlayback {
  readonly #deps: Deps;
  readonly #documents: mongo.Collection<RecordingDocument>;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#documents = deps.connection.collection<RecordingDocument>("recordings");
  }

  /** @throws Failure NOT_FOUND, NOT_POSSIBLE (none, not ready yet, deleted) */
  async link(caller: Caller, callId: string) {
    const { tokens, publicUrl, clock, access, audit } = this.#deps;
    const call = await access.head(caller, callId);
    const { audio } = await this.#readyAudio(callId);
    await audit.record(caller, "played_recording", call);
    const expiresAtMs = Math.floor((clock.nowMs() + LINK_LASTS_MS) / 1000) * 1000;
    return {
      url: `${publicUrl}/recordings/${tokens.sign(callId, expiresAtMs)}`,
      expiresAt: new Date(expiresAtMs).toISOString(),
      durationMs: audio.durationMs,
      startMs: audio.startMs,
    };
  }

  /** How loud both sides are; made once, then kept. @throws Failure NOT_FOUND, NOT_POSSIBLE, RECORDING_AWAY */
  async waveform(caller: Caller, callId: string) {
    await this.#deps.access.head(caller, callId);
    const { audio, known } = await this.#readyAudio(callId);
    const { durationMs, startMs } = audio;
    const peaks = known ?? (await this.#makePeaks(callId, audio));
    return { durationMs, startMs, perSecond: PEAKS_PER_SECOND, ...peaks };
  }

  /** What a link opens; null when it is forged or over, and when the recording is not there any more. */
  async open(token: string): Promise<ServedRecording | null> {
    const subject = this.#deps.tokens.read(token);
    if (subject === null) return null;
    if (subject.endsWith(".wav")) return this.#ownPart(subject);
    const known = await this.#documents.findOne({ _id: subject, state: "ready" });
    if (known === null) return null;
    const audio = new RecordingAudio(wholeParts(known));
    const start = (from: number, to: number) => begun(audio.read(from, to, this.#readPart));
    return { sizeBytes: audio.sizeBytes, start };
  }

  /** A file of this server's own disk, asked for by another server. */
  async #ownPart(name: string): Promise<ServedRecording | null> {
    const { files } = this.#deps;
    const isKept = await this.#documents.findOne({ "parts.name": name, state: "ready", _id: callIdOf(name) });
    const sizeBytes = isKept === null ? null : await files.size(name);
    if (sizeBytes === null) return null;
    return { sizeBytes, start: async (from, to) => files.read(name, from, to) };
  }

  async #readyAudio(callId: string): Promise<{ audio: RecordingAudio; known: Peaks | undefined }> {
    const known = await this.#documents.findOne({ _id: callId, state: "ready" });
    if (known === null || known.parts.length === 0) throw new Failure("NOT_POSSIBLE");
    return { audio: new RecordingAudio(wholeParts(known)), known: known.peaks };
  }

  async #makePeaks(callId: string, audio: RecordingAudio): Promise<Peaks> {
    const whole = audio.read(WAV_HEADER_BYTES, audio.sizeBytes, this.#readPart);
    const peaks = await peaksOf(whole, audio.sizeBytes - WAV_HEADER_BYTES);
    await this.#documents.updateOne({ _id: callId, state: "ready" }, { $set: { peaks } });
    return peaks;
  }

  /** From this disk, or from the server that has it. */
  readonly #readPart: ReadPart = async (part, from, to) => {
    const { files } = this.#deps;
    const [first, end] = [from + WAV_HEADER_BYTES, to + WAV_HEADER_BYTES];
    return (await files.size(part.name)) === null
      ? this.#readAway(part, first, end)
      : files.read(part.name, first, end);
  };

  async #readAway({ name, origin }: WholePart, from: number, to: number): Promise<AsyncIterable<Uint8Array>> {
    const { tokens, clock, logger } = this.#deps;
    if (origin === undefined) throw new Failure("RECORDING_AWAY");
    const late = new AbortController();
    const timer = clock.after(ANSWERS_WITHIN_MS, () => late.abort());
    try {
      const token = tokens.sign(name, clock.nowMs() + PART_LINK_LASTS_MS);
      const headers = { range: `bytes=${from}-${to - 1}` };
      const reply = await fetch(`${origin}/recordings/${token}`, { headers, signal: late.signal });
      if (reply.status !== 206 || reply.body === null) throw new Failure("RECORDING_AWAY");
      return reply.body;
    } catch (error) {
      if (error instanceof Failure) throw error;
      logger.warn(errorFields(error), "a part of a recording could not be had from the server that has it");
      throw new Failure("RECORDING_AWAY");
    } finally {
      timer.cancel();
    }
  }
}

/** A part is named after its call and stream: `<call id>-<epoch>.wav`. */
const callIdOf = (name: string) => name.slice(0, name.lastIndexOf("-"));

const wholeParts = ({ parts }: RecordingDocument): WholePart[] =>
  parts.map(({ durationMs, ...part }) => ({ ...part, durationMs: durationMs ?? 0 }));

/** The same bytes once the first of them is there: a refusal can still be told instead. */
async function begun(bytes: AsyncGenerator<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const first = await bytes.next();
  return (async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* bytes;
  })();
}
