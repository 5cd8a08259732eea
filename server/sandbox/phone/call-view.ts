import type { CallEntry } from "#server/sandbox/phone/registry.ts";

/** One line of a list of calls: what changes while it runs, without its words and its log. */
export function callBrief({ leg, call }: CallEntry): Readonly<Record<string, unknown>> {
  return {
    sid: leg.sid,
    to: leg.options.to,
    from: leg.options.from,
    parentSid: leg.options.parentSid,
    createdAt: new Date(leg.createdAtMs).toISOString(),
    status: leg.state.phase,
    rings: leg.rings,
    answeredBy: call?.answeredBy ?? null,
    audioMs: leg.line?.ear.nowMs ?? 0,
    streams: call?.streams.map((stream) => stream.view()) ?? [],
    agentAudio: leg.line?.ear.check() ?? { frames: 0, lost: 0, repeated: 0, reordered: 0, changed: 0 },
  };
}

/** A call as the control API shows it: what the phone did, what was said into it, what was heard out of it. */
export function callView(entry: CallEntry): Readonly<Record<string, unknown>> {
  const { line, log } = entry.leg;
  const { entries, dropped } = log.read();
  return {
    ...callBrief(entry),
    said: line?.said() ?? [],
    heard: line?.ear.heard() ?? [],
    log: entries,
    logDropped: dropped,
  };
}
