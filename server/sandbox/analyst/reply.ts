import { randomUUID } from "node:crypto";
import type { AnalystFault } from "#server/sandbox/analyst/analyst-faults.ts";
import { composeAnswer } from "#server/sandbox/analyst/compose-answer.ts";
import type { MessageRequest } from "#server/sandbox/analyst/message-request.ts";
import { countTokens, type InputUsage, usageBody } from "#server/sandbox/analyst/usage.ts";

/** What is answered, before it becomes one JSON body or a stream. */
export type Reply = {
  readonly id: string;
  readonly model: string;
  /** Null: a refusal without content. */
  readonly text: string | null;
  readonly stopReason: "end_turn" | "max_tokens" | "refusal";
  readonly input: InputUsage;
  readonly outputTokens: number;
};

/** An id of the service's shape: prefix and 24 letters or digits. */
export function newId(prefix: "msg" | "req"): string {
  return `${prefix}_${randomUUID().replaceAll("-", "").slice(0, 24)}`;
}

/** Cuts an answer to what fits into the tokens. */
function cutTo(text: string, tokens: number): string {
  let length = text.length;
  while (countTokens(text.slice(0, length)) > tokens) length--;
  return text.slice(0, length);
}

export function replyTo(request: MessageRequest, input: InputUsage, fault: AnalystFault | null): Reply {
  const head = { id: newId("msg"), model: request.model, input };
  if (fault?.kind === "refusal") return { ...head, text: null, stopReason: "refusal", outputTokens: 0 };
  const whole = composeAnswer(request);
  const wholeTokens = countTokens(whole);
  const allowed = fault?.kind === "maxTokens" ? Math.floor(wholeTokens / 2) : request.max_tokens;
  if (wholeTokens <= allowed)
    return { ...head, text: whole, stopReason: "end_turn", outputTokens: wholeTokens };
  return { ...head, text: cutTo(whole, allowed), stopReason: "max_tokens", outputTokens: allowed };
}

function stopDetails({ stopReason }: Reply) {
  return stopReason === "refusal" ? { type: "refusal", category: null, explanation: null } : null;
}

/** The message of a 200. */
export function messageBody(reply: Reply) {
  return {
    id: reply.id,
    type: "message",
    role: "assistant",
    model: reply.model,
    content: reply.text === null ? [] : [{ type: "text", text: reply.text, citations: null }],
    container: null,
    diagnostics: null,
    stop_details: stopDetails(reply),
    stop_reason: reply.stopReason,
    stop_sequence: null,
    usage: usageBody(reply.input, reply.outputTokens),
  };
}

type StreamEvent = { type: string } & Record<string, unknown>;

const DELTA_CHARACTERS = 40;

function textEvents(text: string): StreamEvent[] {
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${DELTA_CHARACTERS}}`, "g")) ?? [];
  return [
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "", citations: null } },
    { type: "ping" },
    ...pieces.map((piece) => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text: piece },
    })),
    { type: "content_block_stop", index: 0 },
  ];
}

/** The same message as server-sent events, in the service's order. */
export function streamEvents(reply: Reply): StreamEvent[] {
  const { stopReason, text, input, outputTokens } = reply;
  const begun = {
    ...messageBody({ ...reply, text: null, outputTokens: 1 }),
    stop_reason: null,
    stop_details: null,
  };
  const usage = usageBody(input, outputTokens);
  const delta = {
    stop_reason: stopReason,
    stop_sequence: null,
    stop_details: stopDetails(reply),
    container: null,
  };
  return [
    { type: "message_start", message: begun },
    ...(text === null ? [] : textEvents(text)),
    { type: "message_delta", delta, usage },
    { type: "message_stop" },
  ];
}
