import type { Leg } from "#server/sandbox/phone/leg.ts";
import { Recording, type RecordingSource } from "#server/sandbox/phone/recording.ts";
import type { Services } from "#server/sandbox/phone/services.ts";
import { rfc2822 } from "#server/sandbox/phone/sids.ts";
import type { RecordingNoun } from "#server/sandbox/phone/twiml-verbs.ts";

/** Audio kept in all; the oldest finished recordings go first. About four hours of calls. */
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_RECORDINGS = 5000;
/** Twilio's code for a recording that is too short to be one. */
const TOO_SHORT = "16101";

type Kept = { readonly recording: Recording; readonly leg: Leg; readonly stopTap: () => void };

/** All recordings of the network, oldest first: started, ended with their call, reported when the file is ready. */
export class Recordings {
  readonly #services: () => Services;
  readonly #kept = new Map<string, Kept>();

  /** @param services late, because recordings are one of them */
  constructor(services: () => Services) {
    this.#services = services;
  }

  /** Records an answered call from now on. Null when nobody has answered. */
  start(leg: Leg, noun: RecordingNoun, source: RecordingSource): Recording | null {
    const { line } = leg;
    if (!line || leg.state.phase !== "in-progress") return null;
    const recording = new Recording(leg.sid, noun, source, this.#services().clock.nowMs());
    const stopTap = line.onBeat((beat) => recording.take(beat));
    this.#kept.set(recording.sid, { recording, leg, stopTap });
    leg.log.add("recording.started", { recordingSid: recording.sid, source });
    this.#report(recording, leg, "in-progress");
    this.#forgetOldest();
    return recording;
  }

  /** The call is over: what still runs ends with it. */
  endAll(callSid: string): void {
    for (const { recording } of this.#kept.values()) if (recording.callSid === callSid) this.end(recording);
  }

  end(recording: Recording): void {
    const kept = this.#kept.get(recording.sid);
    const { clock, settings } = this.#services();
    if (!kept || !recording.end(clock.nowMs())) return;
    kept.stopTap();
    clock.after(settings.current.recordingMs, () => {
      recording.settle(settings.current.absentRecordings);
      kept.leg.log.add("recording.ready", { recordingSid: recording.sid, status: recording.status });
      this.#report(recording, kept.leg, recording.status === "absent" ? "absent" : "completed");
    });
  }

  get(sid: string): Recording | null {
    return this.#kept.get(sid)?.recording ?? null;
  }

  remove(sid: string): void {
    this.#kept.delete(sid);
  }

  newestFirst(): Recording[] {
    return [...this.#kept.values()].map(({ recording }) => recording).toReversed();
  }

  /** The recording's address without a file ending, as webhooks carry it. */
  urlOf(recording: Recording): string {
    const { accountSid } = this.#services();
    return `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${recording.sid}`;
  }

  #report(recording: Recording, leg: Leg, event: "in-progress" | "completed" | "absent"): void {
    const { callback, events } = recording.noun;
    if (!callback || !events.includes(event)) return;
    const fields = new URLSearchParams({
      AccountSid: this.#services().accountSid,
      CallSid: recording.callSid,
      RecordingSid: recording.sid,
      RecordingUrl: this.urlOf(recording),
      RecordingStatus: event,
      RecordingDuration: event === "in-progress" ? "" : String(recording.durationSeconds),
      RecordingChannels: String(recording.noun.channels),
      RecordingStartTime: rfc2822(recording.startedAtMs),
      RecordingSource: recording.source,
      RecordingTrack: recording.noun.track,
      ErrorCode: event === "absent" ? TOO_SHORT : "0",
    });
    leg.callbacks.send(callback, fields, `recording-${event}`);
  }

  #forgetOldest(): void {
    let bytes = 0;
    for (const { recording } of this.#kept.values()) bytes += recording.bytes;
    for (const [sid, { recording }] of this.#kept) {
      if (bytes <= MAX_BYTES && this.#kept.size <= MAX_RECORDINGS) return;
      if (recording.isRunning) continue;
      bytes -= recording.bytes;
      this.#kept.delete(sid);
    }
  }
}
