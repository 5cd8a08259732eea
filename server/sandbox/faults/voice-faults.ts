import { type PeerFaults, FaultRefusal } from "#server/sandbox/faults/fault-desk.ts";
import { camel, kebab } from "#server/sandbox/faults/fault-names.ts";
import { armVoiceFault, type VoiceFaultTargets } from "#server/sandbox/voice-model/control.ts";
import { faultOrder } from "#server/sandbox/voice-model/faults.ts";

/** The voice model's faults: `{fault, …, times?, person?, sessionId?}`; names as in voice-model/faults.ts, written with dashes. */
export function voiceFaults(targets: VoiceFaultTargets): PeerFaults {
  return {
    read({ fault, times, person, sessionId, ...about }) {
      const kind = typeof fault === "string" ? camel(fault) : fault;
      const order = faultOrder.parse({ fault: { kind, ...about }, times, person, sessionId });
      const isOpen = targets.sessions().some(({ id, isClosed }) => id === sessionId && !isClosed);
      if (sessionId !== undefined && !isOpen) throw new FaultRefusal("There is no such open voice session.");
      return () => {
        const refusal = armVoiceFault(targets, order);
        if (refusal) throw new FaultRefusal(refusal);
      };
    },
    waiting: () =>
      targets.faults.pending.map(({ fault: { kind, ...about }, person, left }) => ({
        fault: kebab(kind),
        ...about,
        ...(person === null ? {} : { person }),
        times: left,
      })),
    clear: () => targets.faults.clear(),
  };
}
