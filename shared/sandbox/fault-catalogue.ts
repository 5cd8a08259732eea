/** What an engineer can let go wrong, as the fault page offers it. The orders themselves are checked where they are armed. */
type FaultEffect =
  | "drop"
  | "delay"
  | "duplicate"
  | "reorder"
  | "processed, then lost"
  | "refuse"
  | "reset"
  | "stall"
  | "expiry"
  | "wrong answer";

/** A value that an order needs or may have; `start` is what the page fills in. */
export type FaultValue = {
  readonly name: string;
  readonly label: string;
  readonly kind: "number" | "text" | "choice";
  readonly start: string;
  readonly choices?: readonly string[];
};

export type FaultKind = {
  readonly peer: "phone" | "voice" | "analyst";
  /** Which requests it strikes; only the phone network has several kinds. */
  readonly targets: readonly string[];
  readonly fault: string;
  readonly effect: FaultEffect;
  readonly does: string;
  readonly values: readonly FaultValue[];
};

const number = (name: string, label: string, start: number): FaultValue => {
  return { name, label, kind: "number", start: String(start) };
};
const choice = (name: string, label: string, ...choices: [string, ...string[]]): FaultValue => {
  return { name, label, kind: "choice", start: choices[0], choices };
};
const DELAY = number("delayMs", "Delay, ms", 2000);
const AFTER = number("afterMs", "After, ms", 5000);
const FOR = number("forMs", "For, ms", 5000);

const REST = ["create", "update", "fetch", "list", "message", "media"];
const EVENTS = choice(
  "status",
  "Event",
  "initiated",
  "ringing",
  "in-progress",
  "completed",
  "amd",
  "stream-started",
  "stream-stopped",
  "recording-completed",
);

const rest = (fault: string, effect: FaultEffect, does: string, values: FaultValue[] = []): FaultKind => {
  return { peer: "phone", targets: REST, fault, effect, does, values };
};
const callback = (fault: string, effect: FaultEffect, does: string, values: FaultValue[] = []): FaultKind => {
  return { peer: "phone", targets: ["callback"], fault, effect, does, values: [EVENTS, ...values] };
};
const voice = (fault: string, effect: FaultEffect, does: string, values: FaultValue[] = []): FaultKind => {
  return { peer: "voice", targets: [], fault, effect, does, values };
};
const analyst = (fault: string, effect: FaultEffect, does: string, values: FaultValue[] = []): FaultKind => {
  return { peer: "analyst", targets: [], fault, effect, does, values };
};

export const FAULT_CATALOGUE: readonly FaultKind[] = [
  rest("drop-before", "drop", "The connection is torn before anything happens."),
  rest("drop-reply", "processed, then lost", "Processed; the connection is torn instead of a reply."),
  rest("cut-reply", "processed, then lost", "Processed; the reply is cut in the middle."),
  rest("error-after", "processed, then lost", "Processed; the reply is 503."),
  rest("bad-json", "wrong answer", "Processed; the reply is no JSON."),
  rest("error-before", "refuse", "503, nothing is done."),
  rest("too-many", "refuse", "429, nothing is done."),
  rest("delay-before", "delay", "Processed late.", [DELAY]),
  rest("delay-reply", "delay", "Processed at once, answered late.", [DELAY]),
  callback("lose", "drop", "The callback never comes."),
  callback("duplicate", "duplicate", "The callback comes twice."),
  callback("reorder", "reorder", "The callback comes after the next one."),
  callback("delay", "delay", "The callback comes late.", [DELAY]),
  voice("refuse-upgrade", "refuse", "The next connection is refused.", [
    choice("status", "Status", "503", "401", "403", "429", "500"),
  ]),
  voice("hang-upgrade", "stall", "The next connection is never answered."),
  voice("drop", "reset", "The next session is cut without a word.", [AFTER]),
  voice("close", "reset", "The next session is closed by the service.", [
    AFTER,
    number("code", "Close code", 1011),
  ]),
  voice("expire", "expiry", "The next session reaches its time limit.", [AFTER]),
  voice("limit", "expiry", "The next session's time limit is this long.", [
    number("limitMs", "Limit, ms", 30_000),
  ]),
  voice("stall", "stall", "The next session sends nothing for a while, then everything at once.", [
    AFTER,
    FOR,
  ]),
  voice("stop-reading", "stall", "The next session reads nothing for a while.", [AFTER, FOR]),
  voice("delay", "delay", "Every event of the next session comes late.", [
    AFTER,
    number("delayMs", "Delay, ms", 300),
    number("jitterMs", "Up to so much more, ms", 200),
  ]),
  voice("repeat-events", "duplicate", "The next events come twice.", [AFTER, number("events", "Events", 20)]),
  voice("delay-transcripts", "delay", "The person's words come late.", [DELAY]),
  voice("lose-transcripts", "drop", "The person's words never come."),
  voice("fail-transcripts", "wrong answer", "The person's words could not be understood."),
  voice("fail-response", "wrong answer", "The next answer fails.", [
    choice("code", "Code", "server_error", "rate_limit_exceeded"),
  ]),
  voice("stuck-response", "stall", "The next answer begins and never ends.", [
    choice("at", "Stops", "created", "audio"),
  ]),
  voice("filter-response", "wrong answer", "The next answer is broken off for what it says."),
  voice("text-only", "wrong answer", "The next answer has no sound."),
  voice("late-delta", "reorder", "A piece of sound comes after the answer's end."),
  analyst("error", "refuse", "The next question is refused.", [
    choice("status", "Status", "529", "500", "401"),
  ]),
  analyst("rate-limit", "refuse", "429 with a time to wait.", [
    number("retryAfterSeconds", "Try again after, s", 2),
  ]),
  analyst("hang", "stall", "The next question is never answered."),
  analyst("reset", "reset", "The connection is cut."),
  analyst("refusal", "wrong answer", "The analyst declines to answer."),
  analyst("max-tokens", "wrong answer", "The answer is cut off in the middle."),
  analyst(
    "mid-stream-error",
    "wrong answer",
    "A stream ends with an error in the middle; without a stream, 500.",
  ),
];

/** The order for a choice made on the page; numbers as numbers. */
export function faultOrderOf(
  { peer, fault, values }: FaultKind,
  target: string | null,
  given: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const filled = values.map(({ name, kind, start }) => {
    const value = given[name] ?? start;
    // The only statuses that are numbers are HTTP's.
    const isNumber = kind === "number" || (name === "status" && /^\d+$/.test(value));
    return [name, isNumber ? Number(value) : value];
  });
  return { peer, ...(target !== null && { target }), fault, ...Object.fromEntries(filled) };
}
