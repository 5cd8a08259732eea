import { durationSeconds, isOver } from "#server/sandbox/phone/call-state.ts";
import type { Stage } from "#server/sandbox/phone/connect-verb.ts";
import { Leg } from "#server/sandbox/phone/leg.ts";
import type { FarEnd, Line } from "#server/sandbox/phone/line.ts";
import type { StatusEvent } from "#server/sandbox/phone/call-params.ts";
import type { Verb } from "#server/sandbox/phone/twiml-verbs.ts";

type DialVerb = Extract<Verb, { verb: "Dial" }>;

/** What the action of a Dial is told. */
export type DialResult = {
  readonly DialCallStatus: string;
  readonly DialCallSid: string;
  readonly DialCallDuration: string;
};

/** Frames in flight between two phones; more are dropped, oldest first. */
const MAX_BRIDGED_FRAMES = 5;
const NOTHING = new Uint8Array(0);

/** Two phones joined: what one mouth says, the other ear hears. */
function bridge(one: Line, other: Line): void {
  const towards = { one: [] as Uint8Array[], other: [] as Uint8Array[] };
  const end = (hears: Uint8Array[], speaks: Uint8Array[]): FarEnd => ({
    nextFrame: () => hears.shift() ?? NOTHING,
    take(frame) {
      speaks.push(frame);
      if (speaks.length > MAX_BRIDGED_FRAMES) speaks.shift();
    },
  });
  one.connect(end(towards.one, towards.other));
  other.connect(end(towards.other, towards.one));
}

function statusOf(leg: Leg): string {
  return leg.state.phase === "completed" ? "completed" : leg.state.phase;
}

/**
 * Runs `<Dial><Number>`: a leg of its own, joined when it answers. Resolves when that leg is over; an abort hangs
 * it up.
 * @param register makes the leg visible to REST before it is dialled
 * @param whisper runs the document that the answering person hears first
 */
export function dialNumber(
  stage: Stage,
  verb: DialVerb,
  signal: AbortSignal,
  register: (leg: Leg) => void,
  whisper: (leg: Leg, line: Line) => Promise<void>,
): Promise<DialResult> {
  return new Promise((resolve) => {
    const leg = new Leg(
      stage.services,
      {
        to: verb.number.to,
        from: verb.callerId ?? stage.leg.options.from,
        direction: "outbound-dial",
        parentSid: stage.leg.sid,
        timeoutMs: verb.timeoutMs,
      },
      {
        answered(line) {
          void whisper(leg, line).then(() => {
            if (isOver(leg.state) || signal.aborted) return;
            stage.leg.log.add("dial.bridged", { childSid: leg.sid });
            bridge(stage.line, line);
          });
        },
        ended() {
          stage.services.recordings.endAll(leg.sid);
          const seconds = isOver(leg.state) ? durationSeconds(leg.state) : 0;
          stage.leg.log.add("dial.ended", { childSid: leg.sid, status: statusOf(leg) });
          const DialCallStatus = statusOf(leg);
          resolve({ DialCallStatus, DialCallSid: leg.sid, DialCallDuration: String(seconds) });
          return {};
        },
      },
    );
    leg.reportTo(verb.number.statusCallback, new Set(verb.number.events as StatusEvent[]));
    register(leg);
    signal.addEventListener("abort", () => leg.hangUp("parent"), { once: true });
    leg.dial();
    if (signal.aborted) leg.hangUp("parent");
  });
}
