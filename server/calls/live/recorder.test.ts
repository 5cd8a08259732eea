import type { CallHead } from "#server/calls/call-document.ts";
import type { Applied } from "#server/calls/call-store.ts";
import { Recorder } from "#server/calls/live/recorder.ts";
import { silentLogger } from "#server/lib/logger.ts";
import { ManualClock } from "#server/lib/manual-clock.ts";
import { expect, test } from "vitest";

const heard = { type: "opening.heard", atMs: 1 } as const;

/** A store that hands out heads with growing revisions, or fails; it keeps which head each write knew. */
function bench() {
  const clock = new ManualClock();
  const known: (number | null)[] = [];
  const ids: string[] = [];
  const failing = { now: false };
  const record = async (
    _callId: string,
    _epoch: number | null,
    recordId: string,
    _events: unknown,
    head: CallHead | null = null,
  ): Promise<Applied> => {
    known.push(head?.revision ?? null);
    ids.push(recordId);
    if (failing.now) throw new Error("no reply");
    const call = { revision: known.length } as CallHead;
    return { kind: "stepped", call, step: { state: call.state, events: [], effects: [] } };
  };
  const deps = { store: { record }, clock, logger: silentLogger, callId: "call", onFenced: () => undefined };
  const recorder = new Recorder(deps);
  recorder.own(1);
  return { recorder, clock, known, ids, failing };
}

test("[CL191] each write knows the head that the one before left, so that it need not be read", async () => {
  const { recorder, known } = bench();
  for (let write = 0; write < 3; write++) {
    recorder.add(heard);
    await recorder.flush();
  }
  expect(known).toEqual([null, 1, 2]);
});

test("[CL191] after a lost reply nothing is known: the head is read before the same record goes again", async () => {
  const { recorder, clock, known, ids, failing } = bench();
  recorder.add(heard);
  await recorder.flush();
  failing.now = true;
  recorder.add(heard);
  await expect.poll(() => clock.pending, { timeout: 20_000 }).toBe(1);
  failing.now = false;
  clock.advance(200);
  await recorder.flush();
  expect(known).toEqual([null, 1, null]);
  expect(ids[2]).toBe(ids[1]);
});
