import { type FaultQueue, faultOrder } from "#server/sandbox/analyst/analyst-faults.ts";
import { type PeerFaults, FaultRefusal } from "#server/sandbox/faults/fault-desk.ts";
import { camel, kebab } from "#server/sandbox/faults/fault-names.ts";

/** The analyst's faults: `{fault, …, times?, about?}`; names as in analyst/analyst-faults.ts, written with dashes. */
export function analystFaults(queue: FaultQueue): PeerFaults {
  return {
    read({ fault, times, about, ...rest }) {
      const kind = typeof fault === "string" ? camel(fault) : fault;
      const order = faultOrder.parse({ fault: { kind, ...rest }, times, about });
      return () => {
        if (!queue.add(order)) throw new FaultRefusal("Too many faults are waiting.");
      };
    },
    waiting: () =>
      queue.pending.map(({ fault: { kind, ...rest }, about, left }) => ({
        fault: kebab(kind),
        ...rest,
        ...(about === null ? {} : { about }),
        times: left,
      })),
    clear: () => queue.clear(),
  };
}
