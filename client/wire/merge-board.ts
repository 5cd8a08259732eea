import type { Board, CallSummary } from "#shared/call/summary.ts";

/** The newer board, with the rows of the older one wherever nothing happened: what did not change is not drawn again. */
export function mergeBoard(before: Board | null, now: Board): Board {
  if (before === null) return now;
  const known = new Map(
    [...before.live, ...before.waiting, ...before.recent].map((call) => [call.callId, call]),
  );
  const merged = (calls: readonly CallSummary[]) =>
    calls.map((call) => {
      const old = known.get(call.callId);
      return old?.seq === call.seq ? old : call;
    });
  return { ...now, live: merged(now.live), waiting: merged(now.waiting), recent: merged(now.recent) };
}
