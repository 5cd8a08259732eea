import type { PhoneCall } from "#e2e/support/sandbox.ts";
import type { CallEvent } from "#shared/call/events.ts";
import type { CallStatus, FinalStatus } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";

type Evidence = {
  readonly view: CallView;
  /** The carrier's record of every phone call to this person, oldest first. */
  readonly phone: readonly PhoneCall[];
  readonly events: readonly CallEvent[];
  /** With which statuses the call may end. */
  readonly finals: readonly FinalStatus[];
};

/** What may still be learned about a call that has ended. */
const LATE_FACTS: ReadonlySet<CallEvent["type"]> = new Set(["cost.updated", "recording.ready"]);

/** What the carrier's last word must be for our final status to be true. */
const CARRIER_SAYS: Partial<Record<CallStatus, readonly string[]>> = {
  completed: ["completed"],
  voicemail: ["completed"],
  no_answer: ["no-answer"],
  busy: ["busy"],
};

function statusProblems({ view, phone, finals }: Evidence): string[] {
  const problems: string[] = [];
  if (!finals.some((final) => final === view.status)) {
    problems.push(`ended ${view.status} (${view.endReason}), may end ${finals.join(" or ")}`);
  }
  const last = phone.at(-1);
  const told = CARRIER_SAYS[view.status];
  if (told !== undefined && !told.includes(last?.status ?? "never dialled")) {
    problems.push(`ended ${view.status}, at the carrier ${last?.status ?? "never dialled"}`);
  }
  if (view.status === "completed" && last?.answeredBy?.startsWith("machine")) {
    problems.push("a machine counts as a talk");
  }
  return problems;
}

function ringProblems({ view, phone }: Evidence): string[] {
  const problems = phone.filter(({ rings }) => rings > 1).map(() => "one dial rang twice");
  const rang = phone.filter(({ rings }) => rings > 0).length;
  if (rang > view.attempts.length) problems.push(`${rang} rings in ${view.attempts.length} attempts`);
  if (phone.length > view.attempts.length) {
    problems.push(`${phone.length} dials in ${view.attempts.length} attempts`);
  }
  return problems;
}

function journalProblems({ events, view }: Evidence): string[] {
  const problems: string[] = [];
  if (events.some(({ seq }, index) => seq !== index + 1)) problems.push("the journal is not 1..n");
  const ends = events.filter(({ type }) => type === "call.ended");
  if (ends.length !== 1) problems.push(`call.ended came ${ends.length} times`);
  const end = events.findIndex(({ type }) => type === "call.ended");
  const late = events.slice(end + 1).filter(({ type }) => !LATE_FACTS.has(type));
  if (end >= 0 && late.length > 0) problems.push(`after the end: ${late.map(({ type }) => type).join(", ")}`);
  const segments = view.transcript.map(({ segmentId }) => segmentId);
  if (new Set(segments).size !== segments.length) problems.push("a segment came twice");
  return problems;
}

/** Everything about one finished call that is not as it must be: its status against the carrier's record, rings, the journal. */
export function checkCall(evidence: Evidence): string[] {
  const { view, phone } = evidence;
  const live = phone.filter(({ status }) =>
    ["queued", "initiated", "ringing", "in-progress"].includes(status),
  );
  return [
    ...statusProblems(evidence),
    ...ringProblems(evidence),
    ...journalProblems(evidence),
    // A phone that is being put down at this very moment is looked at again when everything is quiet.
    ...(view.status === "cancelled" && live.some(({ rings, status }) => rings > 0 && status === "ringing")
      ? ["cancelled, and a phone still rings"]
      : []),
  ];
}
