import type { RealtimeServerEvent } from "openai/resources/realtime/realtime";

/** A server event without its `event_id`, which the session adds when it sends. */
export type ServerEvent = { readonly type: RealtimeServerEvent["type"] } & Readonly<Record<string, unknown>>;

export type Emit = (event: ServerEvent) => void;

/** A client event refused as a whole: it becomes one `error` event and changes nothing. */
export class Refusal extends Error {
  readonly code: string;
  readonly param: string | null;

  constructor(code: string, message: string, param: string | null = null) {
    super(message);
    this.code = code;
    this.param = param;
  }
}

/** The body of an `error` event. `eventId` is the client's own id of the refused event. */
export function errorBody(
  code: string | null,
  message: string,
  param: string | null,
  eventId: string | null,
) {
  return { type: "invalid_request_error", code, message, param, event_id: eventId };
}

/** The filler that hides the length of a text delta on the real wire. */
export function obfuscation(delta: string): string {
  return "x".repeat(Math.max(1, 16 - (delta.length % 16)));
}
