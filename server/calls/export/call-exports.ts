import type { Caller } from "#server/accounts/caller.ts";
import type { Audit } from "#server/audit/audit.ts";
import type { CallAccess } from "#server/calls/call-access.ts";
import type { CallPage } from "#server/calls/call-queries.ts";
import { CSV_START, csvLine } from "#server/calls/export/csv.ts";
import type { Limits } from "#server/database/limits.ts";
import { Failure } from "#server/lib/failure.ts";
import type { Segment } from "#shared/call/events.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import type { ExportFormat } from "#shared/export.ts";

type Deps = {
  access: Pick<CallAccess, "head" | "list" | "view">;
  audit: Pick<Audit, "record">;
  limits: Pick<Limits, "take">;
};

/** A file that is written while it is sent. */
export type Export = { fileName: string; format: ExportFormat; text: AsyncIterable<string> };

const PER_PAGE = 100;
const PER_HOUR = { max: 60, windowMs: 3_600_000 };

/** Calls and transcripts as files [CL370–CL372]: what the person may see, with names and numbers masked; each is written down as an act. */
export class CallExports {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** For businesses and supervisors, newest first. @throws Failure FORBIDDEN, RATE_LIMITED */
  async calls(by: Caller, filter: Omit<CallPage, "before" | "limit">, format: ExportFormat): Promise<Export> {
    if (by.role === "consumer") throw new Failure("FORBIDDEN");
    await this.#allow(by);
    await this.#deps.audit.record(by, "exported", null);
    const rows = this.#rows(by, filter);
    const text = format === "csv" ? csvOf(CALL_COLUMNS, rows) : jsonList("calls", rows);
    return { fileName: `calls.${format}`, format, text };
  }

  /** For whoever may see the call. @throws Failure FORBIDDEN (by a signed link), NOT_FOUND, RATE_LIMITED */
  async transcript(by: Caller, callId: string, format: ExportFormat): Promise<Export> {
    if (by.onlyCallId !== undefined) throw new Failure("FORBIDDEN");
    const call = await this.#deps.access.head(by, callId);
    await this.#allow(by);
    await this.#deps.audit.record(by, "exported", call);
    const { transcript } = await this.#deps.access.view(by, callId);
    const rows = given(transcript.map(transcriptRow));
    const text = format === "csv" ? csvOf(TRANSCRIPT_COLUMNS, rows) : jsonList("transcript", rows);
    return { fileName: `transcript-${callId}.${format}`, format, text };
  }

  async #allow(by: Caller): Promise<void> {
    const place = await this.#deps.limits.take({ who: by.accountId, action: "export", ...PER_HOUR });
    if (!place.ok) throw new Failure("RATE_LIMITED", { retryAfterSeconds: place.retryAfterSeconds });
  }

  /** A page at a time, as fast as they are taken: memory holds one. */
  async *#rows(by: Caller, filter: Omit<CallPage, "before" | "limit">): AsyncGenerator<CallRow> {
    let before: string | undefined;
    for (;;) {
      const { calls, next } = await this.#deps.access.list(by, { ...filter, before, limit: PER_PAGE });
      for (const call of calls) yield callRow(call);
      if (next === null) return;
      before = next;
    }
  }
}

type CallRow = ReturnType<typeof callRow>;
type TranscriptRow = ReturnType<typeof transcriptRow>;

function callRow(call: CallSummary) {
  return {
    callId: call.callId,
    requestedAt: call.requestedAt,
    status: call.status,
    outcome: call.outcome,
    business: call.businessName,
    consumer: maskedName(call.consumerName),
    phone: call.consumerPhone,
    objective: call.objective,
    attempts: call.attemptNumber,
    scheduledFor: call.scheduledFor,
    answeredAt: call.answeredAt,
    endedAt: call.endedAt,
    totalCents: call.totalCents,
  };
}

function transcriptRow({ startMs, endMs, speaker, text, heardText, interrupted }: Segment) {
  return {
    startMs,
    endMs,
    speaker,
    text,
    heardText: heardText ?? null,
    interrupted: interrupted === true ? "yes" : "no",
  };
}

const CALL_COLUMNS: readonly (keyof CallRow)[] = [
  "callId",
  "requestedAt",
  "status",
  "outcome",
  "business",
  "consumer",
  "phone",
  "objective",
  "attempts",
  "scheduledFor",
  "answeredAt",
  "endedAt",
  "totalCents",
];
const TRANSCRIPT_COLUMNS: readonly (keyof TranscriptRow)[] = [
  "startMs",
  "endMs",
  "speaker",
  "text",
  "heardText",
  "interrupted",
];

/** "Maria Lopez" → "Maria L." */
export function maskedName(name: string): string {
  const [first = "", ...others] = name.trim().split(/\s+/);
  const last = others.at(-1);
  return last === undefined ? first : `${first} ${[...last][0] ?? ""}.`;
}

type Row = Record<string, string | number | null>;

async function* csvOf<Column extends string>(
  columns: readonly Column[],
  rows: AsyncIterable<Record<Column, string | number | null>>,
) {
  yield CSV_START + csvLine(columns);
  for await (const row of rows) yield csvLine(columns.map((column) => row[column]));
}

async function* jsonList(name: string, rows: AsyncIterable<Row>) {
  yield `{"${name}":[`;
  let comma = "";
  for await (const row of rows) {
    yield `${comma}\n${JSON.stringify(row)}`;
    comma = ",";
  }
  yield "\n]}\n";
}

async function* given<One>(all: readonly One[]) {
  yield* all;
}
