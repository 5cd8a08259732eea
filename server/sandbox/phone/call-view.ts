import type { CallEntry } from "#server/sandbox/phone/registry.ts";

/** A call as the control API shows it: what the phone did, what was said into it, what was heard out of it. */
export function callView({ leg, call }: CallEntry): Readonly<Record<string, unknown>> {
  const { line, log } = leg;
  const { entries, dropped } = log.read();
  return {
    sid: leg.sid,
    to: leg.options.to,
    from: leg.options.from,
    parentSid: leg.options.parentSid,
    status: leg.state.phase,
    rings: leg.rings,
    answeredBy: call?.answeredBy ?? null,
    audioMs: line?.ear.nowMs ?? 0,
    said: line?.said() ?? [],
    heard: line?.ear.heard() ?? [],
    agentAudio: line?.ear.check() ?? { frames: 0, lost: 0, repeated: 0, reordered: 0, changed: 0 },
    streams: call?.streams.map((stream) => stream.view()) ?? [],
    log: entries,
    logDropped: dropped,
  };
}
