import type { AnswerRequest } from "#server/voice/openai/response-sequencer.ts";
import type { VoiceTurn } from "#server/voice/voice.ts";
import type { RealtimeClientEvent } from "openai/resources/realtime/realtime";

/** The words as they stand between quotation marks: one line, and no mark that would end the quotation early. Neither is spoken. */
function quotable(words: string): string {
  return words.replace(/\s+/g, " ").trim().replace(/["“”]/g, "'");
}

/** Instructions of one answer replace the session's, so they begin with them. */
export function guidedInstructions(sessionInstructions: string, guidance: string): string {
  return `${sessionInstructions}\n\n${guidance}`;
}

export function sayInstructions(sessionInstructions: string, words: string): string {
  return guidedInstructions(
    sessionInstructions,
    `Say exactly these words and nothing else: "${quotable(words)}"`,
  );
}

export function createAnswer(requestId: string, request: AnswerRequest): RealtimeClientEvent {
  return {
    type: "response.create",
    event_id: requestId,
    response: {
      // A long text history once made models answer in writing; a phone needs sound.
      output_modalities: ["audio"],
      metadata: { client_event_id: requestId, purpose: request.purpose },
      ...(request.instructions === null ? {} : { instructions: request.instructions }),
      ...(request.purpose === "say" ? { tool_choice: "none" } : {}),
    },
  };
}

/** `id`: ours, at most 32 characters, by which its arrival is known. */
export function noteItem(text: string, id?: string): RealtimeClientEvent {
  return {
    type: "conversation.item.create",
    item: {
      ...(id !== undefined && { id }),
      type: "message",
      role: "system",
      content: [{ type: "input_text", text }],
    },
  };
}

export function toolResultItem(toolCallId: string, output: string): RealtimeClientEvent {
  return {
    type: "conversation.item.create",
    item: { type: "function_call_output", call_id: toolCallId, output },
  };
}

type SpokenTurn = Extract<VoiceTurn, { speaker: "agent" | "consumer" }>;

function toolCallItem(turn: Extract<VoiceTurn, { speaker: "tool" }>): RealtimeClientEvent {
  const { toolCallId, name, argumentsJson } = turn;
  return {
    type: "conversation.item.create",
    item: { type: "function_call", call_id: toolCallId, name, arguments: argumentsJson },
  };
}

/** The turns in which somebody spoke. */
export const isSpoken = (turn: VoiceTurn): turn is SpokenTurn =>
  turn.speaker === "agent" || turn.speaker === "consumer";

/** Earlier turns as text: the service accepts no assistant audio from outside. `id` is ours, so that spoken turns can be taken back. */
export function historyItems(id: string, turn: VoiceTurn): RealtimeClientEvent[] {
  switch (turn.speaker) {
    case "agent":
      return [
        {
          type: "conversation.item.create",
          item: {
            id,
            type: "message",
            role: "assistant",
            content: [{ type: "output_text", text: turn.text }],
          },
        },
      ];
    case "consumer":
      return [
        {
          type: "conversation.item.create",
          item: { id, type: "message", role: "user", content: [{ type: "input_text", text: turn.text }] },
        },
      ];
    case "note":
      return [noteItem(turn.text)];
    case "tool":
      return [toolCallItem(turn), toolResultItem(turn.toolCallId, turn.output)];
  }
}

/** The same turns as one note: a model that takes up a written conversation in writing is shown no written conversation. */
export function historyNote(turns: readonly SpokenTurn[]): RealtimeClientEvent {
  const lines = turns.map(({ speaker, text }) => `${speaker === "agent" ? "You" : "Caller"}: ${text}`);
  return noteItem(["What was said on the phone so far. Go on by speaking.", ...lines].join("\n"));
}
