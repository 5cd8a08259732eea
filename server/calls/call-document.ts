import type { CallState } from "#server/calls/state/call-state.ts";
import type { CalleePlace } from "#server/compliance/callee-places.ts";
import type { DialReceipt } from "#server/compliance/may-dial.ts";
import type { CarrierCallRow } from "#server/calls/cost/carrier-calls.ts";
import type { VoiceTotals } from "#shared/call/cost.ts";
import type { CallEvent, Draft } from "#shared/call/events.ts";
import type { CallStatus } from "#shared/call/status.ts";
import type { CallSummary } from "#shared/call/summary.ts";

/** What the agent may know of the people and the matter; only what the call needs (PRODUCT C4). */
export type CallBriefing = {
  businessName: string;
  legalName: string;
  voice: string;
  /** Where a message on an answering machine asks to call, E.164; null: no message is left. Calls of before have none. */
  callbackNumber?: string | null;
  consumerName: string;
  category: string;
  need: string;
  objective: string;
  /** Two words that the agent says first, and only the pages of this call show. Calls of before have none. */
  codeWords?: string;
  /** IANA, where the callee lives: times are told on this clock. */
  timeZone: string;
  /** Where calling hours are judged: the call must be legal in each. Calls of before have none; for them it is the zone. */
  places?: CalleePlace[];
};

/** Where calling hours of a call are judged. */
export const placesOf = ({ timeZone, places }: CallBriefing): CalleePlace[] =>
  places ?? [{ timeZone, state: null }];

/**
 * The truth of one call (DESIGN §2.1): every invariant is kept by one conditional update of this document. `revision` grows with each
 * update that a decision was based on; `epoch` with each stream. Dates are stored as dates so that indexes order them.
 */
export type CallDocument = {
  _id: string;
  revision: number;
  /** Number of the newest journal event. */
  seq: number;
  status: CallStatus;
  state: CallState;
  epoch: number;
  /** Server instance of the actor that owns `epoch`. */
  owner: string | null;
  /** Its heartbeat: raised each second, and by whoever doubts that it lives (dialing/owner-silence.ts). */
  beat: number;
  businessId: string;
  leadId: string;
  consumerId: string;
  /** The call in which the person asked for this one; a unique index lets a call lead to one other at most. */
  followUpOf: string | null;
  requestedAt: Date;
  /** When its turn began to count; kept through retries, null while it was never due. */
  queuedAt: Date | null;
  /** Since when it is in the line this time; null while it is not. */
  inLineAt: Date | null;
  dueAt: Date | null;
  endedAt: Date | null;
  /** Sealed E.164 number (place: calls/phone/callId). */
  phone: string;
  /** Blind index of the number. */
  personKey: string;
  /** The same while an attempt is under way; a partial unique index lets one person be dialled once at a time. */
  livePersonKey: string | null;
  briefing: CallBriefing;
  /** Why each attempt was allowed to ring, the newest twenty; calls of before have none. */
  dialReceipts?: (DialReceipt & { attemptId: string })[];
  /** They asked in this call not to be called again; it is in the journal. */
  optedOut: boolean;
  summary: CallSummary;
  /** What the voice model has used so far; only grows. The actor's heartbeat keeps it, so that a killed server loses a second of it at most. */
  usage: VoiceTotals;
  /** The carrier's calls of all attempts, for the bill. */
  carrierCalls: CarrierCallRow[];
  /** When the carrier is asked what the call cost; null: not over, nothing to pay, or settled. */
  settleDueAt: Date | null;
  /** How often it was asked. */
  settleTries: number;
  /** Id of the last batch an actor recorded: a batch whose reply was lost is not written twice. */
  lastRecordId: string | null;
  /** The newest order of staff for the agent, and when it was given; calls without one have neither. */
  steerSeq?: number;
  steeredAt?: Date;
  /** The last drafts of the utterance being spoken; not part of the journal. */
  draft: Draft | null;
  /** The journal after `archivedSeq`, without a hole. */
  journal: CallEvent[];
  /** Up to here the journal is in `callEvents` only; calls of before have all of it, or their newest 400 events, in `journal`. */
  archivedSeq?: number;
};

/** Everything but the journal: what decisions need. */
export type CallHead = Omit<CallDocument, "journal">;

/** Archive of the whole journal; `_id` is `callId:seq`, so that writing twice is harmless. */
export type ArchivedEvent = { _id: string; callId: string; seq: number; event: CallEvent };
