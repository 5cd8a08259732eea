import { type CallEvent, callEventSchema } from "#shared/call/events.ts";

/** What an event may keep beside numbers: ids, codes, instants, and our own number. Every other text is blanked [PD2]. */
const KEPT = new Set(
  (
    "type at status outcome sentiment ended why how speaker holder kind role answeredBy fromNumber timeZone " +
    "callId businessId businessName leadId attemptId segmentId toolCallId noteId followUpCallId appointmentId " +
    "transferNumberId steerId accountId scheduledFor startsAt endsAt"
  ).split(" "),
);
/** Their `reason` is a code or the carrier's, not what somebody said. */
const WITH_CODE: ReadonlySet<CallEvent["type"]> = new Set(["call.ended", "attempt.ended"]);
/** There is no recording any more, and nothing is to say that there is. */
const UNTOLD: ReadonlySet<CallEvent["type"]> = new Set([
  "recording.started",
  "recording.stopped",
  "recording.ready",
  "recording.expired",
]);

/** The event without anything that a person said, was called or wanted. It still proves what was done, and when. */
export function erasedEvent(event: CallEvent): CallEvent {
  const { seq, at, type } = event;
  if (UNTOLD.has(type)) return { seq, at, type: "hidden" };
  if (type === "cost.updated") return event;
  if (type === "tool.called") return { ...event, arguments: {} };
  const reason = WITH_CODE.has(type) && "reason" in event ? { reason: event.reason } : {};
  return callEventSchema.parse({ ...blanked(event), ...reason });
}

function blanked(fields: object): Record<string, unknown> {
  const isStaff = "role" in fields && fields.role !== "consumer";
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]: [string, unknown]) => {
      if (typeof value === "string") return [key, KEPT.has(key) || (key === "name" && isStaff) ? value : ""];
      if (Array.isArray(value)) return [key, []];
      return [key, typeof value === "object" && value !== null ? blanked(value) : value];
    }),
  );
}
