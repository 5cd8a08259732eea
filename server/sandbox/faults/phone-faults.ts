import type { PeerFaults } from "#server/sandbox/faults/fault-desk.ts";
import { type FaultPanel, faultSchema } from "#server/sandbox/phone/faults.ts";

/** The phone network's faults: `{target, fault, times?, delayMs?, status?, to?}`. */
export function phoneFaults(panel: FaultPanel): PeerFaults {
  return {
    read(order) {
      const fault = faultSchema.parse(order);
      return () => panel.add([fault]);
    },
    waiting: () => panel.list(),
    clear: () => panel.clear(),
  };
}
