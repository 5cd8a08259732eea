import { useCallback, useState } from "react";

export type Selection = {
  /** Ids of calls, on tiles and in the queue alike. */
  ids: ReadonlySet<string>;
  toggle: (callId: string) => void;
  /** Selects these, or lets them go if all of them are. */
  toggleAll: (callIds: readonly string[]) => void;
  /** What is left selected. */
  keep: (callIds: readonly string[]) => void;
};

const NOBODY: ReadonlySet<string> = new Set();

/** Which calls are selected on the wall. */
export function useSelection(): Selection {
  const [ids, setIds] = useState(NOBODY);
  const toggle = useCallback((callId: string) => setIds((before) => toggled(before, [callId])), []);
  const toggleAll = useCallback(
    (callIds: readonly string[]) => setIds((before) => toggled(before, callIds)),
    [],
  );
  const keep = useCallback((callIds: readonly string[]) => setIds(new Set(callIds)), []);
  return { ids, toggle, toggleAll, keep };
}

export function toggled(before: ReadonlySet<string>, callIds: readonly string[]): ReadonlySet<string> {
  const areAll = callIds.every((callId) => before.has(callId));
  const next = new Set(before);
  for (const callId of callIds) {
    if (areAll) next.delete(callId);
    else next.add(callId);
  }
  return next;
}
