import type { contract } from "#shared/contract/contract.ts";
import type { ClientToServer } from "#shared/contract/sockets.ts";

/** Who asks. The lead and the call of every request belong to `consumer` and `business`; `link` has only the signed link to that call. */
export const PEOPLE = [
  "anonymous",
  "link",
  "consumer",
  "otherConsumer",
  "business",
  "otherBusiness",
  "supervisor",
] as const;
export type Person = (typeof PEOPLE)[number];

type Contract = typeof contract;
/** `lead.submit`, `call.get` …: every procedure there is. */
export type ProcedureName = {
  [Area in keyof Contract & string]: `${Area}.${keyof Contract[Area] & string}`;
}[keyof Contract & string];

/** The ids that requests are about. */
export type Ids = { leadId: string; businessId: string; callId: string; holdId: string; tomorrow: string };

export type Row = {
  /** Roles that may ask at all; the others get 403, whatever they ask for. */
  may: readonly ("consumer" | "business" | "supervisor")[];
  /** `own`: about the asker alone. `lead`, `call`, `match` (a business that a lead was matched to): somebody's; for others it does not exist. */
  about: "own" | "lead" | "call" | "match";
  /** What others get who have the role, when it is not 404. */
  foreign?: number;
  /** A signed link to the call may do this, too. */
  byLink?: true;
  input?: (ids: Ids) => Record<string, unknown>;
};

const CONSUMERS = ["consumer"] as const;
const BUSINESSES = ["business"] as const;
const SUPERVISORS = ["supervisor"] as const;
const EVERYBODY = ["consumer", "business", "supervisor"] as const;

const byLead = ({ leadId }: Ids) => ({ leadId });
const byCall = ({ callId }: Ids) => ({ callId });
const call: Row = { may: EVERYBODY, about: "call", byLink: true, input: byCall };
const STAFF = ["business", "supervisor"] as const;
const steer: Row = {
  may: STAFF,
  about: "call",
  input: ({ callId }) => ({ callId, text: "Ask when somebody is at home." }),
};
const objective = "Find out what is broken and when somebody may come by.";

/**
 * One row for each procedure, in the order in which they are asked: what reads first, what ends things last. A new procedure without a row does
 * not compile.
 */
export const ROWS = {
  "account.me": { may: EVERYBODY, about: "own" },
  "account.sendPhoneCode": {
    may: EVERYBODY,
    about: "own",
    input: () => ({ phoneNumber: "not a number" }),
  },
  "account.verifyPhone": {
    may: EVERYBODY,
    about: "own",
    input: () => ({ phoneNumber: "not a number", code: "000000" }),
  },
  "lead.submit": {
    may: CONSUMERS,
    about: "own",
    input: () => ({
      description: "My gutters overflow at every rain.",
      category: "dental",
      postalCode: "99999",
      timeZone: "America/Denver",
    }),
  },
  "lead.list": { may: CONSUMERS, about: "own" },
  "lead.get": { may: CONSUMERS, about: "lead", input: byLead },
  "lead.matches": { may: CONSUMERS, about: "lead", input: byLead },
  "lead.grantConsent": {
    may: CONSUMERS,
    about: "lead",
    input: ({ leadId, businessId }) => ({
      leadId,
      businessIds: [businessId],
      aiCalls: true,
      recording: false,
    }),
  },
  "lead.requestCallback": {
    may: CONSUMERS,
    about: "lead",
    input: ({ leadId, businessId, tomorrow }) => ({ leadId, businessId, preferredTime: tomorrow }),
  },
  "lead.correct": {
    may: CONSUMERS,
    about: "lead",
    input: ({ leadId }) => ({ leadId, urgency: "this_week" }),
  },
  "business.profile": { may: BUSINESSES, about: "own" },
  "business.updateProfile": { may: BUSINESSES, about: "own", input: () => ({ name: "Acme Plumbing" }) },
  "business.leads": { may: BUSINESSES, about: "own" },
  "business.quota": { may: BUSINESSES, about: "own" },
  // Businesses learn that a lead went to others, and nothing of it.
  "business.respondToMatch": {
    may: BUSINESSES,
    about: "lead",
    foreign: 409,
    input: ({ leadId }) => ({ leadId, response: "interested" }),
  },
  "business.previewPrompt": {
    may: BUSINESSES,
    about: "lead",
    foreign: 409,
    input: ({ leadId }) => ({ leadId, objective }),
  },
  "business.callingHours": { may: BUSINESSES, about: "lead", foreign: 409, input: byLead },
  "business.requestAICall": {
    may: BUSINESSES,
    about: "lead",
    foreign: 409,
    input: ({ leadId, tomorrow }) => ({ leadId, objective, scheduledTime: tomorrow }),
  },
  "booking.slots": {
    may: CONSUMERS,
    about: "match",
    input: ({ businessId, tomorrow }) => ({ businessId, from: tomorrow, days: 1, timeZone: "UTC" }),
  },
  "booking.hold": {
    may: CONSUMERS,
    about: "match",
    input: ({ businessId, tomorrow }) => ({ businessId, startsAt: tomorrow }),
  },
  // A foreign hold and none at all are the same: nothing is released.
  "booking.release": { may: CONSUMERS, about: "own", input: ({ holdId }) => ({ holdId }) },
  "call.list": { may: EVERYBODY, about: "own" },
  "call.get": call,
  "call.events": call,
  "call.place": call,
  "call.revealNumber": { may: STAFF, about: "call", input: byCall },
  "call.recording": call,
  "call.waveform": call,
  "call.reschedule": {
    ...call,
    input: ({ callId, tomorrow }) => ({ callId, scheduledTime: tomorrow }),
  },
  "call.whisper": steer,
  "call.sayExactly": steer,
  "call.addNote": steer,
  "call.flag": { ...steer, input: ({ callId }) => ({ callId, reason: "Call back by hand." }) },
  "call.takeOver": { may: ["business", "supervisor"], about: "call", input: byCall },
  "call.giveBack": { may: ["business", "supervisor"], about: "call", input: byCall },
  "call.hangUp": call,
  "call.correctSummary": {
    ...call,
    may: CONSUMERS,
    input: ({ callId }) => ({ callId, text: "It was about something else." }),
  },
  "call.deleteSummary": { ...call, may: CONSUMERS },
  "audit.list": { may: ["business", "supervisor"], about: "own" },
  "views.list": { may: ["business", "supervisor"], about: "own" },
  "views.save": {
    may: ["business", "supervisor"],
    about: "own",
    input: () => ({ name: "Failed", status: "failed" }),
  },
  // A foreign view and none at all are the same: nothing is removed.
  "views.remove": { may: ["business", "supervisor"], about: "own", input: () => ({ viewId: "view_0" }) },
  "supervisor.board": { may: SUPERVISORS, about: "own" },
  "supervisor.queue": { may: SUPERVISORS, about: "own" },
  "supervisor.alerts": { may: SUPERVISORS, about: "own" },
  "supervisor.acknowledgeAlert": {
    may: SUPERVISORS,
    about: "own",
    input: () => ({ alertId: "alert_00000000" }),
  },
  "supervisor.suppress": {
    may: SUPERVISORS,
    about: "own",
    input: () => ({ phoneNumber: "not a number" }),
  },
  "supervisor.pauseDialing": {
    may: SUPERVISORS,
    about: "own",
    input: () => ({ reason: "Nobody is to be called." }),
  },
  "call.callNow": call,
  "call.cancel": call,
  "supervisor.resumeDialing": { may: SUPERVISORS, about: "own" },
  "supervisor.startDemoCall": { may: SUPERVISORS, about: "own" },
  "lead.revokeConsent": {
    may: CONSUMERS,
    about: "lead",
    input: ({ leadId, businessId }) => ({ leadId, businessIds: [businessId] }),
  },
  "lead.close": { may: CONSUMERS, about: "lead", input: byLead },
  "account.stopAllCalls": { may: CONSUMERS, about: "own" },
} satisfies Record<ProcedureName, Row>;

/** An array: several arguments. */
type SocketRow = Pick<Row, "may" | "about" | "byLink"> & { input?: (ids: Ids) => object };

/** One row for each event that a client may send. */
export const SOCKET_ROWS = {
  "call:watch": { may: EVERYBODY, about: "call", byLink: true, input: byCall },
  // Whoever does not watch it may stop watching it.
  "call:unwatch": { may: EVERYBODY, about: "own", byLink: true, input: byCall },
  "call:listen": { may: ["business", "supervisor"], about: "call", input: byCall },
  "call:unlisten": { may: ["business", "supervisor"], about: "own", input: byCall },
  "call:mic": {
    may: ["business", "supervisor"],
    about: "call",
    input: ({ callId }) => [callId, Buffer.alloc(0)],
  },
  "market:watch": { may: ["consumer", "business"], about: "own" },
  "board:watch": { may: SUPERVISORS, about: "own" },
} satisfies Record<keyof ClientToServer, SocketRow>;

const roleOf = (person: Exclude<Person, "anonymous">): Row["may"][number] => {
  if (person === "supervisor") return "supervisor";
  return person === "business" || person === "otherBusiness" ? "business" : "consumer";
};

/** The status or, for who may ask about what there is, `"answered"`: anything but a refusal of the person. */
export function expected(row: Row, person: Person): number | "answered" {
  if (person === "anonymous") return 401;
  if (person === "link" && row.byLink !== true) return 403;
  if (!row.may.includes(roleOf(person))) return 403;
  const isForeign = person === "otherConsumer" || person === "otherBusiness";
  if (row.about !== "own" && isForeign) return row.foreign ?? 404;
  return "answered";
}
