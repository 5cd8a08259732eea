import { REPLAY } from "#client/calls/replay/copy.ts";
import { toolWords } from "#client/calls/words.ts";
import type { CallEvent, CallEventOf } from "#shared/call/events.ts";

export type MarkKind = keyof typeof REPLAY.mark;
/** Something worth jumping to; ms from the origin. */
export type Mark = { atMs: number; kind: MarkKind; text: string };
type Chapter = { atMs: number; name: string };

/** What is replayed: the time line of the talk, or of the attempts where nobody talked. */
export type Timeline = {
  /** The answer, else the first dial; ms since the epoch. Times of the journal count from here. */
  originMs: number;
  endMs: number;
  marks: readonly Mark[];
  chapters: readonly Chapter[];
};

const isType =
  <Type extends CallEvent["type"]>(type: Type) =>
  (event: CallEvent): event is CallEventOf<Type> =>
    event.type === type;

export function timelineOf(events: readonly CallEvent[]): Timeline {
  const origin =
    events.findLast(isType("attempt.answered")) ?? events.find(isType("attempt.dialing")) ?? events[0];
  const originMs = Date.parse(origin?.at ?? "");
  const spoken = events.filter(isType("transcript.segment")).map(({ endMs }) => endMs);
  const endMs = Math.max(1, lastAtMs(events, originMs) - originMs, ...spoken);
  const inside = <One extends { atMs: number }>(all: One[]) =>
    all.filter(({ atMs }) => atMs >= 0 && atMs <= endMs).toSorted((one, other) => one.atMs - other.atMs);
  const since = (at: string) => Date.parse(at) - originMs;
  const marks = inside(events.flatMap((event) => markOf(event, since(event.at), events) ?? []));
  return { originMs, endMs, marks, chapters: inside(chaptersOf(events, since)) };
}

/** When the phone was put down, or the newest event of a call that goes on; what came to know after the end is no time of the call. */
function lastAtMs(events: readonly CallEvent[], originMs: number): number {
  const ended = events.findLast(isType("attempt.ended")) ?? events.findLast(isType("call.ended"));
  const endedMs = ended === undefined ? 0 : Date.parse(ended.at);
  return endedMs >= originMs ? endedMs : Date.parse(events.at(-1)?.at ?? "");
}

/** `knownMs`: when it was written down, for events that do not say when they happened. */
function markOf(event: CallEvent, knownMs: number, events: readonly CallEvent[]): Mark | null {
  switch (event.type) {
    case "tool.called":
      return { atMs: event.atMs, kind: "tool", text: toolWords(event.name) };
    case "tool.returned":
      return event.ok ? null : { atMs: knownMs, kind: "error", text: `${failedTool(event, events)}: failed` };
    case "transcript.segment":
      return event.interrupted === true
        ? { atMs: event.endMs, kind: "interrupt", text: REPLAY.interrupted }
        : null;
    case "stream.lost":
      return { atMs: event.atMs, kind: "error", text: REPLAY.streamLost };
    case "recording.stopped":
      return event.why === "failed"
        ? { atMs: event.atMs, kind: "error", text: REPLAY.recordingFailed }
        : null;
    case "holder.changed":
      return { atMs: knownMs, kind: "person", text: holderText(event) };
    case "steer.whispered":
    case "steer.said":
      return { atMs: knownMs, kind: "person", text: REPLAY.steered };
    case "flag.raised":
      return { atMs: knownMs, kind: "flag", text: event.reason };
    case "optOut.recorded":
      return { atMs: knownMs, kind: "flag", text: REPLAY.optOut };
    default:
      return null;
  }
}

function failedTool({ toolCallId }: CallEventOf<"tool.returned">, events: readonly CallEvent[]): string {
  const called = events.filter(isType("tool.called")).find((one) => one.toolCallId === toolCallId);
  return toolWords(called?.name ?? REPLAY.mark.tool);
}

function holderText({ holder, by }: CallEventOf<"holder.changed">): string {
  if (holder === "agent") return REPLAY.agentHolds;
  return by.kind === "person" ? `${by.name} has the call` : REPLAY.mark.person;
}

function chaptersOf(events: readonly CallEvent[], since: (at: string) => number): Chapter[] {
  const heard = events.find(isType("opening.heard"));
  if (heard === undefined) return [];
  const booked = events.find(isType("appointment.booked"));
  const closing = events.filter(isType("tool.called")).findLast(({ name }) => name === "end_call");
  return [
    { atMs: 0, name: REPLAY.opening },
    { atMs: heard.atMs, name: REPLAY.conversation },
    ...(booked === undefined ? [] : [{ atMs: since(booked.at), name: REPLAY.appointment }]),
    ...(closing === undefined ? [] : [{ atMs: closing.atMs, name: REPLAY.closing }]),
  ];
}

/** The next mark behind, or the one before; two within half a second of the playhead count as here. */
export function neighbour(marks: readonly Mark[], ms: number, step: -1 | 1): Mark | undefined {
  const HERE_MS = 500;
  return step === 1
    ? marks.find(({ atMs }) => atMs > ms + HERE_MS)
    : marks.findLast(({ atMs }) => atMs < ms - HERE_MS);
}
