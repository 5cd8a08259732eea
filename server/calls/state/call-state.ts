import type { DialReceipt } from "#server/compliance/may-dial.ts";
import type { Actor, NewCallEvent, Outcome } from "#shared/call/events.ts";
import type { CarrierStatus } from "#server/telephony/telephony.ts";
import type { CallStatus, FinalStatus } from "#shared/call/status.ts";

/** One dial of the call. Written before the carrier is asked (DESIGN §2.7). */
export type Attempt = {
  attemptId: string;
  /** Counts from 1; an attempt that the carrier never processed does not count. */
  number: number;
  /** Our own number it dials from, E.164. */
  from: string;
  /** Its place among the person's attempts of the day; given back when nobody was dialled. */
  placeId: string;
};

/** Lets one media socket in, once, until it expires. */
export type StreamToken = { value: string; expiresAt: number };

export type End = { status: FinalStatus; reason: string };

/** A person who speaks in place of the agent. */
export type Holder = Omit<Extract<Actor, { kind: "person" }>, "kind">;

type LastWords = { text: string; until: number };

/**
 * What a call is, as a union whose fields exist only where they mean something: "talking without a stream" or "cancelled but ringing" cannot
 * be written. Stored in the call document as it is; instants are ms since the epoch.
 */
export type CallState =
  /** Waits for `dueAt`. `booked`: somebody chose that instant, and it takes a place among the business's calls. */
  | { phase: "scheduled"; dueAt: number; attemptsMade: number; booked?: true }
  /** Waits for its turn. */
  | { phase: "queued"; attemptsMade: number }
  /** The carrier was, or is being, asked to dial. `unknown`: the reply was lost, the phone may ring. */
  | {
      phase: "dialing";
      attempt: Attempt;
      dial: "requesting" | "placed" | "unknown";
      carrierCallId: string | null;
      since: number;
    }
  | { phase: "ringing"; attempt: Attempt; carrierCallId: string }
  /** Picked up, no media yet or no media at the moment. `token` admits one media socket; null once used. */
  | {
      phase: "answered";
      attempt: Attempt;
      carrierCallId: string;
      answeredAt: number;
      token: StreamToken | null;
      /** When the carrier was told to connect (at most eleven times), and how many streams came of it. */
      connectedAts: number[];
      streams: number;
      /** Left out: the agent speaks. */
      holder?: Holder;
    }
  /** Media flows to the actor that owns `epoch`. */
  | {
      phase: "talking";
      attempt: Attempt;
      carrierCallId: string;
      answeredAt: number;
      epoch: number;
      connectedAts: number[];
      streams: number;
      holder?: Holder;
    }
  /**
   * The phone call is being ended; the carrier has not confirmed yet. `end` is what the attempt will then be. `say`: the carrier first speaks
   * these words, and is not asked to end the call before `until`.
   */
  | {
      phase: "leaving";
      attempt: Attempt;
      carrierCallId: string | null;
      answeredAt: number | null;
      before: "dialing" | "ringing" | "in_progress";
      end: End;
      say: LastWords | null;
    }
  /** Somebody asked to cancel while a phone may ring or talk. `carrierCallId` is null while the dial's reply is outstanding. */
  | {
      phase: "cancelling";
      attempt: Attempt;
      carrierCallId: string | null;
      answeredAt: number | null;
      since: number;
    }
  /** The phone call is over and is being summed up; it will end as `end`. */
  | { phase: "wrappingUp"; attempt: Attempt; end: End; carrierCallId: string; talkedMs: number }
  | { phase: "ended"; end: End };

type Phase = CallState["phase"];
export type StateOf<P extends Phase> = Extract<CallState, { phase: P }>;

/** The public status of a state. The fold of the journal gives the same (property test [CL2]). */
export function statusOf(state: CallState): CallStatus {
  switch (state.phase) {
    case "answered":
    case "talking":
      return "in_progress";
    case "leaving":
      return state.before;
    case "wrappingUp":
      return "wrapping_up";
    case "ended":
      return state.end.status;
    default:
      return state.phase;
  }
}

/** The attempt under way; while there is one, the person is not dialled by anybody else (`livePersonKey`). */
export function liveAttempt(state: CallState): Attempt | null {
  switch (state.phase) {
    case "dialing":
    case "ringing":
    case "answered":
    case "talking":
    case "leaving":
    case "cancelling":
      return state.attempt;
    default:
      return null;
  }
}

/** Somebody of ours has spoken with them in this phone call; at the moment nobody does. */
export const talkedBefore = (state: CallState): boolean => state.phase === "answered" && state.streams > 0;

/** The carrier's id of the phone call that runs; null when there is none or it is not known yet. */
export function liveCarrierCallId(state: CallState): string | null {
  return "carrierCallId" in state && state.phase !== "wrappingUp" ? state.carrierCallId : null;
}

/** What can happen to a call. Everything from outside is one of these before it reaches `step`. */
export type CallInput =
  | { kind: "due" }
  /** `receipt`: why the gate let it ring. */
  | { kind: "claimed"; attempt: Attempt; receipt: DialReceipt }
  | { kind: "postponed"; until: number; why: "quiet_hours" | "person_busy" | "attempt_limit" | "spend_cap" }
  | { kind: "refusedByRule"; reason: string }
  /** Somebody chose another instant for a call that waits; null: now. */
  | { kind: "moved"; dueAt: number | null }
  | { kind: "dialPlaced"; attemptId: string; carrierCallId: string }
  /** The carrier said no. `permanent`: this number will never work. */
  | { kind: "dialRefused"; attemptId: string; permanent: boolean; reason: string }
  /** Our account may not dial or cannot reach the carrier: the call keeps its place and the attempt does not count. */
  | { kind: "dialImpossible"; attemptId: string; reason: string }
  | { kind: "dialUnknown"; attemptId: string }
  /** `learned`: we asked, because nothing was heard of the call for a while. */
  | {
      kind: "carrierReported";
      attemptId: string;
      carrierCallId: string;
      status: CarrierStatus;
      learned?: true;
    }
  /** The carrier asks what to do with a phone in somebody's hand: it was picked up, or its stream ended. `token` is fresh. */
  | {
      kind: "pickedUp";
      attemptId: string;
      carrierCallId: string;
      token: StreamToken;
      after: "ringing" | "stream";
    }
  | { kind: "streamAdmitted"; attemptId: string; token: string }
  | { kind: "streamOpened"; attemptId: string; epoch: number }
  | { kind: "streamLost"; attemptId: string; epoch: number }
  /** `message`: its greeting is over, and the carrier leaves these words before it hangs up. */
  | {
      kind: "machineAnswered";
      attemptId: string;
      carrierCallId: string;
      answeredBy: string;
      message?: string;
    }
  /** `say`: to somebody who listens, spoken by the carrier before the phone is put down. */
  | { kind: "hangUpAsked"; end: End; say?: string }
  /** A person wants to speak in place of the agent. */
  | { kind: "holdTaken"; holder: Holder & { kind: "person" } }
  /** The agent speaks again; `accountId`: only if this person holds the call; null: whoever does. */
  | { kind: "holdEnded"; by: Actor; accountId: string | null; instruction?: string }
  | { kind: "cancelAsked"; by: Actor }
  /** The carrier does not know the call (any more). */
  | { kind: "lostAtCarrier"; attemptId: string }
  /** `events`: what the analyst found; stored with the end in one write. */
  | { kind: "summedUp"; events: NewCallEvent[]; outcome: Outcome | null };

/** What has to be done because of a step; performed by ports after the new state was stored. Each is safe to do twice. */
export type Effect =
  | { kind: "dial"; attempt: Attempt }
  | { kind: "endPhone"; carrierCallId: string }
  | { kind: "setAlarm"; alarm: "call.due" | "call.reconcile" | "call.wrapUp"; at: number }
  | { kind: "prepareVoice" }
  | { kind: "releaseActor" }
  | { kind: "nudgeQueue" };
