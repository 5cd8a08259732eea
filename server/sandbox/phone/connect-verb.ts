import type { Leg } from "#server/sandbox/phone/leg.ts";
import type { Line } from "#server/sandbox/phone/line.ts";
import { MediaStream } from "#server/sandbox/phone/media-stream.ts";
import type { Services } from "#server/sandbox/phone/services.ts";
import { STREAM_ERRORS, type StreamErrorCode } from "#server/sandbox/phone/stream-errors.ts";
import type { StreamNoun } from "#server/sandbox/phone/twiml-verbs.ts";

/** Where a verb runs: the answered leg and what it may use. */
export type Stage = {
  readonly services: Services;
  readonly leg: Leg;
  readonly line: Line;
  /** Every stream the call has had, newest last. */
  readonly streams: MediaStream[];
};

/**
 * The address that is dialled and signed: absolute, without query or fragment, http written as ws. An error
 * code when it cannot be dialled.
 */
export function streamAddress(url: string, base: string, allowInsecure: boolean): string | StreamErrorCode {
  const resolved = URL.canParse(url) ? url : URL.canParse(url, base) ? new URL(url, base).href : null;
  if (resolved === null) return 31_923;
  const address = resolved.replace(/[?#].*$/s, "").replace(/^http/, "ws");
  if (!address.startsWith("wss://") && !(allowInsecure && address.startsWith("ws://"))) return 31_922;
  return address;
}

/** Reports what becomes of a stream to the customer's server. */
class StreamReports {
  readonly #stage: Stage;
  readonly #noun: StreamNoun;
  readonly #sid: () => string;

  constructor(stage: Stage, noun: StreamNoun, sid: () => string) {
    this.#stage = stage;
    this.#noun = noun;
    this.#sid = sid;
  }

  send(event: "stream-started" | "stream-stopped" | "stream-error", code?: StreamErrorCode): void {
    const { services, leg } = this.#stage;
    const streamSid = this.#sid();
    leg.log.add(event, { streamSid, ...(code === undefined ? {} : { code }) });
    if (!this.#noun.statusCallback) return;
    const fields = new URLSearchParams({
      AccountSid: services.accountSid,
      CallSid: leg.sid,
      StreamSid: streamSid,
      StreamName: this.#noun.name ?? streamSid,
      StreamEvent: event,
      Timestamp: new Date(services.clock.nowMs()).toISOString(),
      ...(code === undefined ? {} : { StreamError: `${code} ${STREAM_ERRORS[code]}` }),
    });
    leg.callbacks.send(this.#noun.statusCallback, fields, event);
  }
}

function createStream(
  stage: Stage,
  noun: StreamNoun,
  url: string,
): { stream: MediaStream; reports: StreamReports } {
  const { services, leg, line } = stage;
  const stream: MediaStream = new MediaStream({
    accountSid: services.accountSid,
    callSid: leg.sid,
    authToken: services.authToken,
    url,
    parameters: noun.parameters,
    log: leg.log,
    onClear: () => line.ear.cutHere(),
    onOpen: () => {
      line.connect(stream);
      reports.send("stream-started");
    },
    onError: (code) => reports.send("stream-error", code),
  });
  const reports = new StreamReports(stage, noun, () => stream.sid);
  return { stream, reports };
}

/** Runs `<Connect><Stream>`: resolves when the stream is over, for whatever reason. */
export async function connectStream(
  stage: Stage,
  noun: StreamNoun,
  base: string,
  signal: AbortSignal,
): Promise<void> {
  const { services, leg, line } = stage;
  const address = streamAddress(noun.url, base, services.settings.current.allowInsecureSockets);
  const refused = noun.track === "inbound_track" ? (typeof address === "number" ? address : null) : 31_941;
  const { stream, reports } = createStream(stage, noun, typeof address === "string" ? address : "");
  if (refused !== null || signal.aborted) {
    if (refused !== null) reports.send("stream-error", refused);
    return;
  }
  stage.streams.push(stream);
  leg.log.add("stream.connecting", { streamSid: stream.sid });
  signal.addEventListener("abort", () => stream.stop(), { once: true });
  const end = await stream.run();
  line.disconnect(stream);
  if (end.by === "failure") return reports.send("stream-error", end.code);
  // Audio that the server itself left behind by closing is cut on purpose; a torn socket loses it.
  if (end.by === "call" || end.clean) line.ear.cutHere();
  if (end.by === "server") reports.send("stream-error", end.clean ? 31_921 : 31_903);
  reports.send("stream-stopped");
}
