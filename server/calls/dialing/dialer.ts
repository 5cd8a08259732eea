import type { CallHead } from "#server/calls/call-document.ts";
import type { CallStore } from "#server/calls/call-store.ts";
import type { DialHold } from "#server/calls/dialing/dial-hold.ts";
import { voicemailWords } from "#server/calls/live/voicemail.ts";
import { phonePlace } from "#server/calls/phone-place.ts";
import type { Attempt, CallInput } from "#server/calls/state/call-state.ts";
import type { Clock } from "#server/lib/clock.ts";
import { SealError, type Seals } from "#server/lib/sealed.ts";
import type { DialOutcome, Telephony } from "#server/telephony/telephony.ts";

/** Waits between sends of one attempt that provably reached nobody: carrier too busy, or not reachable. */
const RESEND_MS = [500, 1000, 2000, 4000];

export type DialerDeps = {
  store: Pick<CallStore, "head">;
  telephony: Telephony;
  hold: DialHold;
  seals: Seals;
  clock: Clock;
  ringTimeoutSeconds: number;
  timeLimitSeconds: number;
};

/**
 * Sends the dial request of an attempt that is already written, and turns the carrier's answer into one input for `step`. A request is sent
 * again only when the carrier proved that it did not process it (DESIGN §2.7).
 */
export async function dialAttempt(call: CallHead, attempt: Attempt, deps: DialerDeps): Promise<CallInput> {
  const { attemptId, from } = attempt;
  const { store, telephony, seals, ringTimeoutSeconds, timeLimitSeconds } = deps;
  const to = openPhone(call, seals);
  if (to === null)
    return { kind: "dialRefused", attemptId, permanent: true, reason: "The stored number cannot be read." };
  const awaitGreetingEnd = voicemailWords(call.briefing) !== null;
  const request = { attemptId, to, from, ringTimeoutSeconds, timeLimitSeconds, awaitGreetingEnd };
  for (const pauseMs of [...RESEND_MS, null]) {
    const now = await store.head(call._id);
    // Cancelled before anything was sent: nobody is dialled.
    if (now?.state.phase !== "dialing")
      return { kind: "dialImpossible", attemptId, reason: "Stopped in time." };
    const outcome = await telephony.dial(request);
    const resend = pauseMs !== null && (outcome.kind === "unsent" || outcome.kind === "throttled");
    if (!resend) return inputOf(attemptId, outcome, deps.hold);
    await deps.clock.sleep(pauseMs);
  }
  return { kind: "dialImpossible", attemptId, reason: "Not sent." };
}

/** Null when the key it was sealed with is gone: the call can't be made, and must not keep others from being made. */
function openPhone(call: CallHead, seals: Seals): string | null {
  try {
    return seals.open(call.phone, phonePlace(call._id));
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

function inputOf(attemptId: string, outcome: DialOutcome, hold: DialHold): CallInput {
  switch (outcome.kind) {
    case "placed":
      return { kind: "dialPlaced", attemptId, carrierCallId: outcome.carrierCallId };
    case "refused":
      return { kind: "dialRefused", attemptId, permanent: outcome.permanent, reason: outcome.reason };
    case "unknown":
      return { kind: "dialUnknown", attemptId };
    case "throttled":
      return { kind: "dialRefused", attemptId, permanent: false, reason: "The carrier is too busy." };
    case "unauthorized":
    case "unsent":
      hold.hold("telephony", outcome.reason);
      return { kind: "dialImpossible", attemptId, reason: outcome.reason };
  }
}
