import { Playhead, type PlayState } from "#client/calls/replay/playhead.ts";
import { RecordingSound, type SoundProblem } from "#client/calls/replay/recording-sound.ts";
import { TimeMachine } from "#client/calls/replay/time-machine.ts";
import { type Timeline, timelineOf } from "#client/calls/replay/timeline.ts";
import { problemCode } from "#client/wire/errors.ts";
import { client, rpc } from "#client/wire/rpc.ts";
import { isFinal } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";

/** A call on its time line: from its answer to its end, or to the moment at which somebody began to look back. */
export type Replay = {
  callId: string;
  timeline: Timeline;
  machine: TimeMachine;
  playhead: Playhead;
  /** Null: none was made, or it is not there any more. */
  wave: { consumer: string; agent: string; perSecond: number; startMs: number } | null;
  /** Why nothing is heard; null while all is well. */
  silent: "none" | "live" | SoundProblem | null;
};

/** Recordings become whole a moment after the end. */
const RETRIES = 4;
const MS = 1000;

const nowMs = () => performance.now();

function nextFrame(task: () => void) {
  const frame = requestAnimationFrame(task);
  return () => cancelAnimationFrame(frame);
}

/** Null while the call goes on (unless somebody looks back), when nobody was dialled, and until the journal is there. */
export function useReplay(view: CallView, looksBackFrom: number | null): Replay | null {
  const { callId } = view;
  const isOver = isFinal(view.status);
  const canReplay = (isOver || looksBackFrom !== null) && view.attempts.length > 0;
  const { t } = useSearch({ strict: false });
  const [startS] = useState(t ?? 0);
  const journal = useQuery({
    // Each look back is at the journal of its moment, and the end is at all of it.
    queryKey: ["journal", callId, isOver ? "over" : looksBackFrom],
    queryFn: () => client.call.events({ callId }),
    enabled: canReplay,
    staleTime: Infinity,
  });
  const events = journal.data?.events;
  const replay = useMemo(() => {
    if (events === undefined) return null;
    const timeline = timelineOf(events);
    const playhead = new Playhead({ endMs: timeline.endMs, startMs: startS * MS, nextFrame, nowMs });
    return { callId, timeline, machine: new TimeMachine(events), playhead };
  }, [callId, events, startS]);
  const sound = useSound(replay?.playhead ?? null, view, isOver && canReplay);
  const { wave } = sound;
  const silent = isOver ? sound.silent : "live";
  useEffect(() => () => replay?.playhead.stop(), [replay]);
  return useMemo(
    () => (canReplay ? replay && { ...replay, wave, silent } : null),
    [canReplay, replay, wave, silent],
  );
}

function useSound(playhead: Playhead | null, { callId, recording }: CallView, canReplay: boolean) {
  const isRecorded = recording?.state === "ready";
  const [problem, setProblem] = useState<SoundProblem | null>(null);
  const query = useQuery(
    rpc.call.waveform.queryOptions({
      input: { callId },
      enabled: canReplay && isRecorded,
      staleTime: Infinity,
      retry: (failures, error) => problemCode(error) !== "RECORDING_AWAY" && failures < RETRIES,
    }),
  );
  const wave = query.data ?? null;
  useEffect(() => {
    if (playhead === null || wave === null) return undefined;
    const link = async () => new URL((await client.call.recording({ callId })).url).pathname;
    const sound = new RecordingSound({ ...wave, audio: new Audio(), link, onProblem: setProblem });
    playhead.soundFrom(sound);
    return () => playhead.soundFrom(null);
  }, [callId, playhead, wave]);
  if (!isRecorded) return { wave: null, silent: "none" as const };
  return { wave, silent: query.isError ? ("away" as const) : problem };
}

/** Something of the playhead's state; a component is drawn again only when that changes. */
export function usePlay<Value extends string | number | boolean>(
  { playhead }: Replay,
  select: (state: PlayState) => Value,
): Value {
  return useSyncExternalStore(playhead.subscribe, () => select(playhead.get()));
}

const NEVER = () => () => undefined;

/** The call at the playhead; the whole of it before anybody has moved it. */
export function useMoment(replay: Replay | null, view: CallView): CallView {
  const { subscribe } = replay?.playhead ?? { subscribe: NEVER };
  const count = useSyncExternalStore(subscribe, () => (replay === null ? null : countOf(replay)));
  return replay === null || count === null ? view : replay.machine.viewOf(count);
}

function countOf({ machine, timeline, playhead }: Replay): number | null {
  const { ms, isPlaying } = playhead.get();
  if ((ms === 0 && !isPlaying) || ms >= timeline.endMs) return null;
  return machine.countAt(timeline.originMs + ms);
}

/** The line that is being said at the playhead, or was said last. */
export function useLineAt(replay: Replay | null, { transcript }: CallView): string | null {
  const { subscribe } = replay?.playhead ?? { subscribe: NEVER };
  const lineAt = useCallback(() => {
    if (replay === null) return null;
    const { ms, isPlaying } = replay.playhead.get();
    if (ms === 0 && !isPlaying) return null;
    return transcript.findLast(({ startMs }) => startMs <= ms)?.segmentId ?? null;
  }, [replay, transcript]);
  return useSyncExternalStore(subscribe, lineAt);
}
