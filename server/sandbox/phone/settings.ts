import { z } from "zod";

const ms = z.number().int().min(0).max(600_000);

/** What the control API may change while the network runs. */
const settingsSchema = z.strictObject({
  /** API calls that leave the queue per second. */
  callsPerSecond: z.number().positive().max(1000),
  /** Calls that may be under way at once; more are refused with 10004. */
  maxLiveCalls: z.number().int().positive(),
  /** REST requests that may be under way at once; more are refused with 429 / 20429. */
  restConcurrency: z.number().int().positive(),
  /** From leaving the queue to the first ring. */
  dialMs: ms,
  /** From the first ring to the answer; null = each callee's own time. */
  ringMs: ms.nullable(),
  /** Rings nobody answers end after this time; null = the `Timeout` of the call. */
  ringTimeoutMs: ms.nullable(),
  /** From the answer to the answering-machine verdict. */
  amdMs: ms,
  /** Fetch and list show the past: this long ago. */
  restLagMs: ms,
  /** From the end of a call to its price. */
  priceAfterMs: ms,
  /** From accepted to sent, and from sent to delivered, of a text message. */
  messageMs: ms,
  /** From the end of a recording to its file. */
  recordingMs: ms,
  /** Whether recordings come to nothing (Twilio's `absent`). */
  absentRecordings: z.boolean(),
  /** Whether the first of two channels is the person who was called (seen on the real network; its pages say otherwise). */
  calleeOnFirstChannel: z.boolean(),
  /** Whether a Connect action is requested also when the call ended under it (not known of the real network). */
  actionAfterHangUp: z.boolean(),
  /** What `Status=completed` on a finished call answers (not known of the real network). */
  endedUpdate: z.enum(["21220", "20404", "200"]),
  /** Whether a ws: address is dialled. The real network takes wss: only. */
  allowInsecureSockets: z.boolean(),
  /** Carriers that answer without a ringing report. */
  skipRinging: z.boolean(),
});

export type Settings = z.infer<typeof settingsSchema>;

/** A change of some of them. */
export const settingsPatchSchema = settingsSchema.partial();

/** A plausible phone network. */
const DEFAULTS: Settings = {
  callsPerSecond: 1,
  maxLiveCalls: 1000,
  restConcurrency: 100,
  dialMs: 300,
  ringMs: null,
  ringTimeoutMs: null,
  amdMs: 2000,
  restLagMs: 0,
  priceAfterMs: 5000,
  messageMs: 200,
  recordingMs: 1000,
  absentRecordings: false,
  calleeOnFirstChannel: true,
  actionAfterHangUp: false,
  endedUpdate: "21220",
  allowInsecureSockets: true,
  skipRinging: false,
};

/** The current settings; everybody reads them at the moment they matter. */
export class SettingsBook {
  #current: Settings;

  constructor(initial: Partial<Settings>) {
    this.#current = settingsSchema.parse({ ...DEFAULTS, ...initial });
  }

  get current(): Settings {
    return this.#current;
  }

  change(patch: z.infer<typeof settingsPatchSchema>): Settings {
    this.#current = settingsSchema.parse({ ...this.#current, ...patch });
    return this.#current;
  }
}
