import type { AuditAct } from "#shared/audit.ts";

/** Every fixed sentence of the list of acts. */
export const AUDIT = {
  title: "Who did what · Ringside",
  heading: "Who did what",
  lead: "Everything people did to calls by hand, kept for 400 days.",
  act: "Act",
  all: "All acts",
  ofCall: "Only about one call.",
  everything: "Show everything",
  empty: "Nothing yet",
  emptyHint: "Listening, steering, holding, ending, playing and exporting appear here with who and when.",
  failed: "The list didn't load.",
  older: "Older acts",
  openCall: "Open the call",
  link: "Who did what in this call",
} as const;

export const ACTS: Record<AuditAct, string> = {
  listened: "listened in",
  whispered: "whispered to the agent",
  said_exactly: "had the agent say something",
  took_over: "took the call over",
  gave_back: "gave the call back to the agent",
  transferred: "transferred the call",
  hung_up: "hung up",
  cancelled: "cancelled the call",
  noted: "wrote a note",
  flagged: "raised a flag",
  played_recording: "played the recording",
  revealed_number: "revealed the number",
  exported: "exported",
  paused_dialing: "paused all dialling",
  resumed_dialing: "resumed dialling",
  suppressed_number: "blocked a number",
};

export const ROLES = { consumer: "consumer", business: "business", supervisor: "supervisor" } as const;
