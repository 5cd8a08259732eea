import type { Timer } from "#server/lib/clock.ts";
import type { CallParams, MachineDetection, TwimlSource } from "#server/sandbox/phone/call-params.ts";
import type { Verdict } from "#server/sandbox/phone/callee.ts";
import type { Stage } from "#server/sandbox/phone/connect-verb.ts";
import { Leg } from "#server/sandbox/phone/leg.ts";
import type { Line } from "#server/sandbox/phone/line.ts";
import type { MediaStream } from "#server/sandbox/phone/media-stream.ts";
import type { Recording } from "#server/sandbox/phone/recording.ts";
import type { Services } from "#server/sandbox/phone/services.ts";
import type { Link } from "#server/sandbox/phone/twiml-verbs.ts";
import { TwimlRun } from "#server/sandbox/phone/twiml-run.ts";
import { unlessAborted, wait } from "#server/sandbox/phone/wait.ts";

/** A call that was created through REST: a leg that executes TwiML once it is answered. */
export class PhoneCall {
  readonly leg: Leg;
  readonly streams: MediaStream[] = [];
  readonly #services: Services;
  readonly #params: CallParams;
  readonly #registerChild: (leg: Leg) => void;
  #run = new AbortController();
  #over = new AbortController();
  #timeLimit: Timer | null = null;
  #answeredBy: string | null = null;
  /** The recording that the create request asked for. */
  #recorded: Recording | null = null;

  constructor(services: Services, params: CallParams, registerChild: (leg: Leg) => void) {
    this.#services = services;
    this.#params = params;
    this.#registerChild = registerChild;
    this.leg = new Leg(
      services,
      { ...params, direction: "outbound-api", parentSid: null },
      { answered: (line, { verdict }) => void this.#answered(line, verdict), ended: () => this.#ended() },
    );
    this.leg.reportTo(params.statusCallback, params.statusEvents);
  }

  /** The answering-machine verdict, once there is one. */
  get answeredBy(): string | null {
    return this.#answeredBy;
  }

  /** Replaces the running document at once. False when the call is not in progress. */
  redirect(source: TwimlSource): boolean {
    const { line } = this.leg;
    if (this.leg.state.phase !== "in-progress" || !line) return false;
    this.#run.abort();
    this.leg.log.add("twiml.replaced");
    void this.#execute(line, source, {});
    return true;
  }

  limitTo(timeLimitMs: number): void {
    this.#timeLimit?.cancel();
    this.#timeLimit = this.#services.clock.after(timeLimitMs, () => this.leg.hangUp("time-limit"));
  }

  async #answered(line: Line, verdict: Verdict): Promise<void> {
    this.limitTo(this.#params.timeLimitMs);
    const { machineDetection: detection, record } = this.#params;
    if (record) this.#recorded = this.#services.recordings.start(this.leg, record, "OutboundAPI");
    if (!detection) return this.#execute(line, this.#params.source, {});
    const startedAtMs = this.#services.clock.monotonicMs();
    const detected = this.#detect(line, verdict, detection).then((answeredBy) => {
      const elapsedMs = Math.round(this.#services.clock.monotonicMs() - startedAtMs);
      return { AnsweredBy: answeredBy, MachineDetectionDuration: String(elapsedMs) };
    });
    if (detection.callback === null) return this.#executeAfter(line, detected);
    void this.#execute(line, this.#params.source, {});
    const fields = await detected;
    if (!this.#over.signal.aborted) this.#reportVerdict(detection.callback, fields);
  }

  /** The document waits for the verdict, unless another document came meanwhile. */
  async #executeAfter(line: Line, detected: Promise<Readonly<Record<string, string>>>): Promise<void> {
    const waiting = this.#run;
    const fields = await detected;
    if (this.#run === waiting) await this.#execute(line, this.#params.source, fields);
  }

  /** The verdict, kept on the call; when the call ends first, it is not kept and nobody is told. */
  async #detect(line: Line, verdict: Verdict, { mode }: MachineDetection): Promise<string> {
    const { signal } = this.#over;
    await wait(this.#services.clock, this.#services.settings.current.amdMs, signal);
    const atEnd = verdict === "machine" && mode === "DetectMessageEnd";
    if (atEnd) await unlessAborted(line.beep, signal);
    const answeredBy = verdict === "machine" ? (atEnd ? "machine_end_beep" : "machine_start") : verdict;
    if (!signal.aborted) {
      this.#answeredBy = answeredBy;
      this.leg.log.add("amd", { answeredBy });
    }
    return answeredBy;
  }

  #reportVerdict(to: Link | "nowhere", verdict: Readonly<Record<string, string>>): void {
    if (to === "nowhere") return this.leg.log.add("amd.nowhere", { code: 21_262 });
    const { accountSid: AccountSid } = this.#services;
    this.leg.callbacks.send(
      to,
      new URLSearchParams({ AccountSid, CallSid: this.leg.sid, ...verdict }),
      "amd",
    );
  }

  async #execute(line: Line, source: TwimlSource, extra: Readonly<Record<string, string>>): Promise<void> {
    if (this.#over.signal.aborted) return;
    const run = new AbortController();
    this.#run = run;
    const stage: Stage = { services: this.#services, leg: this.leg, line, streams: this.streams };
    try {
      await new TwimlRun(stage, run.signal, this.#registerChild).run(source, extra);
    } catch (error) {
      this.leg.log.add("twiml.fault", { reason: error instanceof Error ? error.message : "unknown" });
    }
    if (!run.signal.aborted) this.leg.hangUp("document-end");
  }

  #ended(): Readonly<Record<string, string>> {
    this.#timeLimit?.cancel();
    this.#over.abort();
    this.#run.abort();
    this.#services.recordings.endAll(this.leg.sid);
    const recording = this.#recorded;
    if (!recording) return {};
    return {
      RecordingUrl: this.#services.recordings.urlOf(recording),
      RecordingSid: recording.sid,
      RecordingDuration: String(recording.durationSeconds),
    };
  }
}
