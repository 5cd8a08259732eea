import type { Slot } from "#server/booking/slots.ts";
import type { CallHead } from "#server/calls/call-document.ts";
import type { Appointment } from "#shared/call/events.ts";

/** Another call that was planned; a call leads to one at most. */
export type PlannedCall = { followUpCallId: string; scheduledFor: string };

/** What came of the wish to be called another time. `outside`: not an hour in which this person may be called; `from` is the next one. */
export type FollowUp =
  | { kind: "planned"; planned: PlannedCall }
  | { kind: "outside"; from: number }
  | { kind: "forbidden" };

/** What the agent's tools may do outside the conversation. All of it is about this call's own business, lead and person. */
export type ToolServices = {
  /** Free hours of the business from `fromMs` on, a handful; instants. */
  freeSlots(call: CallHead, fromMs: number): Promise<Slot[]>;
  /** Books or moves; null when the hour is not free any more. Booking it again changes nothing. */
  book(call: CallHead, startAt: number): Promise<Appointment | null>;
  bookedIn(call: CallHead): Promise<Appointment | null>;
  /** Plans another call at this instant; when there is one already, that one is the answer. */
  followUp(call: CallHead, atMs: number): Promise<FollowUp>;
  plannedAfter(call: CallHead): Promise<PlannedCall | null>;
};
