import type { CallEvent, Draft } from "#shared/call/events.ts";
import type { Board } from "#shared/call/summary.ts";
import type { CallView } from "#shared/call/view.ts";
import type { ErrorCode } from "#shared/contract/errors.ts";
import { callIdSchema } from "#shared/ids.ts";
import { z } from "zod";

/** Grows when a message changes its meaning. A page sends its own as `auth.protocol`; with another one the server refuses it. */
export const PROTOCOL_VERSION = 1;
/** `message` of the `connect_error` then: only a reload helps. */
export const OUTDATED_PAGE = "This page is older than the server. Please reload it.";

export const watchCallSchema = z.object({
  callId: callIdSchema,
  after: z.number().int().nonnegative().optional(),
});
/** `call:unwatch`, `call:listen`, `call:unlisten`. */
export const byCallSchema = z.object({ callId: callIdSchema });

/** `INTERNAL`: our fault, like HTTP 500. */
export type SocketError = { ok: false; code: ErrorCode | "INTERNAL"; message: string };

/** `view` is folded up to `seq`; `events` are those after `after` (all when it is 0 or left out). */
export type WatchReply =
  | { ok: true; view: CallView; events: CallEvent[]; seq: number; draft: Draft | null }
  | SocketError;

/** Which members of staff have the call's page open, on all servers, the first 50 by name; `listening`: they hear it, too. */
export const watchersSchema = z.object({
  callId: callIdSchema,
  watchers: z.array(z.object({ name: z.string(), listening: z.boolean() })),
});
export type CallWatchers = z.infer<typeof watchersSchema>;

/** Socket.IO, client → server; each is acknowledged (DESIGN §4). */
export type ClientToServer = {
  "call:watch": (request: z.input<typeof watchCallSchema>, reply: (answer: WatchReply) => void) => void;
  "call:unwatch": (
    request: z.input<typeof byCallSchema>,
    reply: (answer: { ok: true } | SocketError) => void,
  ) => void;
  /** From now on `call:audio` of this call comes; for its business and supervisors. */
  "call:listen": (
    request: z.input<typeof byCallSchema>,
    reply: (answer: { ok: true } | SocketError) => void,
  ) => void;
  "call:unlisten": (
    request: z.input<typeof byCallSchema>,
    reply: (answer: { ok: true } | SocketError) => void,
  ) => void;
  /**
   * While the caller holds the call: µ-law at 8 kHz from their microphone, whole frames of 20 ms, at most ten. Of somebody else, and what comes late, nobody
   * hears; the answer may be left out.
   */
  "call:mic": (
    callId: string,
    bytes: Uint8Array,
    reply?: (answer: { ok: true } | SocketError) => void,
  ) => void;
  /** Once per connection: news of the caller's own leads (consumer) or of the leads matched to their business. */
  "market:watch": (reply: (answer: { ok: true } | SocketError) => void) => void;
  "board:watch": (reply: (answer: { ok: true; board: Board } | SocketError) => void) => void;
};

/** Who is heard: our side (the agent, or the person who holds the call), or the consumer. */
export type SoundLane = "agent" | "consumer";

/** Socket.IO, server → client. */
export type ServerToClient = {
  /** In `seq` order; ask again with `call:watch {after}` when one is missing. */
  "call:event": (event: CallEvent & { callId: string }) => void;
  /** An utterance still being spoken; never stored as an event. */
  "call:draft": (draft: Draft) => void;
  /** To staff who watch the call, whenever somebody comes or goes. */
  "call:watchers": (message: CallWatchers) => void;
  /** The caller may no longer see this call. */
  "call:revoked": (message: { callId: string }) => void;
  /** A match, an answer, a consent or a status of this lead changed: ask again for what is shown of it. */
  "market:changed": (message: { leadId: string }) => void;
  /**
   * µ-law at 8 kHz, pieces of at least 100 ms, both lanes for the same span of time. `frameNumber`: of the first of its frames of 20 ms; a piece that does
   * not go on where the last one of its lane ended tells how much was left out. Numbers that fall back: the call goes on in a new stream.
   */
  "call:audio": (
    callId: string,
    lane: SoundLane,
    frameNumber: number,
    bytes: ArrayBuffer | Uint8Array,
  ) => void;
  /** How loud each side is, 0 to 255, about ten times a second; for staff who watch the call. */
  "call:levels": (message: { callId: string; agent: number; consumer: number }) => void;
  "board:update": (board: Board) => void;
};
