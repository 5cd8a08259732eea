import { fillSchema, type Suggestions } from "#server/sandbox/analyst/fill-schema.ts";
import { lastUserText, type MessageRequest } from "#server/sandbox/analyst/message-request.ts";
import { analyseCall } from "#server/sandbox/analyst/rules/call-analysis.ts";
import { classifyLead } from "#server/sandbox/analyst/rules/lead.ts";

function summaryAlone(suggestions: Suggestions | null): string | null {
  const summary = suggestions?.["summary"];
  return summary && "value" in summary && typeof summary.value === "string" ? summary.value : null;
}

/** The text of the answer: JSON for the asked schema, or a few plain words. Follows from the newest user message alone. */
export function composeAnswer(request: MessageRequest): string {
  const message = lastUserText(request);
  const suggestions = analyseCall(message) ?? classifyLead(message);
  const schema = request.output_config?.format?.schema;
  if (schema) return JSON.stringify(fillSchema(schema, suggestions ?? {}));
  return (
    summaryAlone(suggestions) ??
    "This analyst knows transcripts and requests only; there is nothing it can say about this text."
  );
}
