import type { HttpMethod, Link, RecordingNoun } from "#server/sandbox/phone/twiml-verbs.ts";

export type StatusEvent = "initiated" | "ringing" | "answered" | "completed";

/** Where TwiML comes from: a link that is asked, or the text itself. */
export type TwimlSource =
  | { readonly kind: "link"; readonly link: Link; readonly fallback: Link | null }
  | { readonly kind: "text"; readonly twiml: string };

export type MachineDetection = {
  readonly mode: "Enable" | "DetectMessageEnd";
  /** Asynchronous: the verdict goes here and nothing waits for it. Null: the document waits for the verdict. */
  readonly callback: Link | "nowhere" | null;
};

/** What a call was created with, checked. */
export type CallParams = {
  readonly to: string;
  readonly from: string;
  readonly source: TwimlSource;
  readonly statusCallback: Link | null;
  readonly statusEvents: ReadonlySet<StatusEvent>;
  readonly timeoutMs: number;
  readonly timeLimitMs: number;
  readonly machineDetection: MachineDetection | null;
  /** The recording from the answer on that was asked for. */
  readonly record: RecordingNoun | null;
};

/** A request that Twilio refuses: its code, HTTP status and sentence. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: number;
  readonly status: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const MAX_TWIML_CHARACTERS = 4000;
const DEFAULT_TIME_LIMIT_SECONDS = 4 * 60 * 60;
const E164 = /^\+[1-9]\d{6,14}$/;
const STATUS_EVENTS: readonly StatusEvent[] = ["initiated", "ringing", "answered", "completed"];

/** Test numbers of Twilio that always refuse. */
const MAGIC_TO: Readonly<Record<string, [number, string]>> = {
  "+15005550001": [21_217, "Phone number does not appear to be valid"],
  "+15005550002": [21_214, "'To' phone number cannot be reached"],
  "+15005550003": [21_215, "Account not authorized to call this number"],
  "+15005550004": [21_216, "Calls to this number are blocked"],
};
const MAGIC_FROM_INVALID = "+15005550001";
export const MAGIC_FROM_VALID = "+15005550006";

function methodOf(fields: URLSearchParams, name: string): HttpMethod {
  const method = fields.get(name)?.toUpperCase() ?? "POST";
  if (method === "GET" || method === "POST") return method;
  throw new Refusal(21_209, `${name} is not a valid HTTP method: must be GET or POST`);
}

function isUsableUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && !hostname.includes("_");
}

/** A link of the request; null when absent. `code` is what a bad one is refused with. */
export function linkOf(fields: URLSearchParams, name: string, code: number): Link | null {
  const url = fields.get(name);
  const method = methodOf(fields, name === "Url" ? "Method" : `${name.replace(/Url$/, "")}Method`);
  if (!url) return null;
  if (!isUsableUrl(url)) throw new Refusal(code, `${name} is not a valid URL`);
  return { url, method };
}

function integerOf(
  fields: URLSearchParams,
  name: string,
  fallback: number,
  most: number,
  code: number,
): number {
  const value = fields.get(name);
  if (value === null) return fallback;
  const parsed = Number(value);
  if (/^\d+$/.test(value) && parsed >= 1 && parsed <= most) return parsed;
  throw new Refusal(code, `${name} must be a whole number from 1 to ${most}`);
}

/** The document of a create or update request: Url wins over Twiml. Null when neither is given. */
export function sourceOf(fields: URLSearchParams): TwimlSource | null {
  const link = linkOf(fields, "Url", 21_205);
  if (link) return { kind: "link", link, fallback: linkOf(fields, "FallbackUrl", 21_205) };
  const twiml = fields.get("Twiml");
  if (twiml === null || twiml === "") return null;
  if (twiml.length > MAX_TWIML_CHARACTERS) throw new Refusal(20_001, "Twiml is longer than 4000 characters");
  return { kind: "text", twiml };
}

/** One field per event; a value with a space in it names no event at all. */
function statusEventsOf(fields: URLSearchParams): ReadonlySet<StatusEvent> {
  const asked = fields.getAll("StatusCallbackEvent");
  if (asked.length === 0) return new Set(["completed"]);
  return new Set(STATUS_EVENTS.filter((event) => asked.includes(event)));
}

function machineDetectionOf(fields: URLSearchParams): MachineDetection | null {
  const mode = fields.get("MachineDetection");
  if ((mode !== "Enable" && mode !== "DetectMessageEnd") || fields.has("SendDigits")) return null;
  if (fields.get("AsyncAmd") !== "true") return { mode, callback: null };
  return { mode, callback: linkOf(fields, "AsyncAmdStatusCallback", 21_205) ?? "nowhere" };
}

/** The recording that a request describes; the defaults of `Trim` differ between its two places. */
export function recordingOf(fields: URLSearchParams, trimByDefault: boolean): RecordingNoun {
  const track = fields.get("RecordingTrack");
  const events = fields.getAll("RecordingStatusCallbackEvent");
  const trim = fields.get("Trim");
  return {
    channels: fields.get("RecordingChannels") === "dual" ? 2 : 1,
    track: track === "inbound" || track === "outbound" ? track : "both",
    callback: linkOf(fields, "RecordingStatusCallback", 21_609),
    events: events.length === 0 ? ["completed"] : events,
    trims: trim === null ? trimByDefault : trim === "trim-silence",
  };
}

function checkNumbers(to: string | null, from: string | null, ownNumbers: readonly string[]): void {
  if (!to) throw new Refusal(21_201, "No 'To' number is specified");
  if (!from) throw new Refusal(21_213, "No 'From' number is specified");
  const magic = MAGIC_TO[to];
  if (magic) throw new Refusal(...magic);
  if (!E164.test(to)) throw new Refusal(21_211, "The 'To' number is not a valid phone number");
  if (!E164.test(from) || from === MAGIC_FROM_INVALID) {
    throw new Refusal(21_212, "The 'From' number is not a valid phone number");
  }
  if (to === from) throw new Refusal(21_211, "The 'To' number must differ from the 'From' number");
  if (from !== MAGIC_FROM_VALID && !ownNumbers.includes(from)) {
    throw new Refusal(21_210, "The source phone number is not verified for this account");
  }
}

/**
 * Checks a create request.
 * @throws Refusal with Twilio's code
 */
export function parseCreate(fields: URLSearchParams, ownNumbers: readonly string[]): CallParams {
  checkNumbers(fields.get("To"), fields.get("From"), ownNumbers);
  const source = sourceOf(fields);
  if (!source) throw new Refusal(21_205, "Url parameter is required");
  const digits = fields.get("SendDigits");
  if (digits !== null && !/^[\dA-D#*wW]{0,32}$/.test(digits)) {
    throw new Refusal(21_206, "SendDigits holds an invalid digit");
  }
  return {
    to: fields.get("To") ?? "",
    from: fields.get("From") ?? "",
    source,
    statusCallback: linkOf(fields, "StatusCallback", 21_609),
    statusEvents: statusEventsOf(fields),
    timeoutMs: integerOf(fields, "Timeout", 60, 600, 21_208) * 1000,
    timeLimitMs: integerOf(fields, "TimeLimit", DEFAULT_TIME_LIMIT_SECONDS, 86_400, 20_001) * 1000,
    machineDetection: machineDetectionOf(fields),
    record: fields.get("Record") === "true" ? recordingOf(fields, true) : null,
  };
}
