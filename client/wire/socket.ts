import { linkToken } from "#client/wire/call-link.ts";
import { browserNowMs } from "#client/ui/clock.ts";
import { createStore } from "#client/ui/store.ts";
import { noteServerTime } from "#client/wire/server-clock.ts";
import { type CallEvent, callEventSchema, type Draft, draftSchema } from "#shared/call/events.ts";
import { type Board, boardSchema } from "#shared/call/summary.ts";
import { callViewSchema } from "#shared/call/view.ts";
import {
  type ClientToServer,
  OUTDATED_PAGE,
  PROTOCOL_VERSION,
  type ServerToClient,
  type SocketError,
  type SoundLane,
  type CallWatchers,
  type WatchReply,
  watchersSchema,
} from "#shared/contract/sockets.ts";
import type { Socket } from "socket.io-client";
import { z } from "zod";

type LinkState =
  | { state: "off" }
  | { state: "connecting" }
  | { state: "up"; heardAtMs: number }
  | { state: "lost"; sinceMs: number }
  /** The server was replaced by a newer one; only a reload helps. */
  | { state: "outdated" };

type Message =
  | { kind: "event"; event: CallEvent & { callId: string } }
  | { kind: "draft"; draft: Draft }
  | { kind: "revoked"; callId: string }
  | ({ kind: "watchers" } & CallWatchers)
  | { kind: "market"; leadId: string }
  | { kind: "sound"; callId: string; lane: SoundLane; frameNumber: number; bytes: Uint8Array }
  | { kind: "levels"; callId: string; agent: number; consumer: number }
  | { kind: "board"; board: Board };

const ANSWER_WITHIN_MS = 8_000;
const REFUSED_RETRY_MS = 5_000;

const link = createStore<LinkState>({ state: "off" });
const listeners = new Set<(message: Message) => void>();
let socket: Socket<ServerToClient, ClientToServer> | undefined;
let opening = false;

/** The state of the one socket of this page. */
export const linkState = { get: link.get, subscribe: link.subscribe };

/** Opens the socket unless it is open; the library comes only when it is needed. */
export async function openSocket(): Promise<void> {
  if (opening || socket !== undefined) return;
  opening = true;
  link.set({ state: "connecting" });
  const { io } = await import("socket.io-client");
  if (!opening) return;
  const token = linkToken();
  const auth = { protocol: PROTOCOL_VERSION, ...(token !== null && { token }) };
  socket = io({ transports: ["websocket"], withCredentials: true, auth });
  listen(socket);
}

/** Closes it for good, on sign-out. */
export function closeSocket(): void {
  opening = false;
  socket?.close();
  socket = undefined;
  link.set({ state: "off" });
}

function listen(opened: Socket<ServerToClient, ClientToServer>) {
  const up = () => link.set({ state: "up", heardAtMs: browserNowMs() });
  const lost = () => {
    if (link.get().state !== "off") link.set({ state: "lost", sinceMs: lostSince() });
  };
  opened.on("connect", up);
  opened.io.on("ping", up);
  opened.on("disconnect", (reason) => {
    lost();
    // The library comes back by itself except when the server closed the door.
    if (reason === "io server disconnect") setTimeout(() => opened.connect(), REFUSED_RETRY_MS);
  });
  opened.on("connect_error", ({ message }) => {
    if (message === OUTDATED_PAGE) return link.set({ state: "outdated" });
    lost();
    if (!opened.active && socket === opened) setTimeout(() => opened.connect(), REFUSED_RETRY_MS);
  });
  opened.on("call:event", hearEvent);
  opened.on("call:draft", (sent) => {
    const draft = draftSchema.safeParse(sent);
    if (draft.success) tell({ kind: "draft", draft: draft.data });
  });
  opened.on("call:revoked", ({ callId }) => tell({ kind: "revoked", callId }));
  opened.on("call:audio", (callId, lane, frameNumber, sent) =>
    tell({ kind: "sound", callId, lane, frameNumber, bytes: new Uint8Array(sent) }),
  );
  opened.on("call:watchers", (sent) => {
    const watchers = watchersSchema.safeParse(sent);
    if (watchers.success) tell({ kind: "watchers", ...watchers.data });
  });
  opened.on("call:levels", (levels) => tell({ kind: "levels", ...levels }));
  opened.on("market:changed", ({ leadId }) => tell({ kind: "market", leadId }));
  opened.on("board:update", (sent) => {
    const board = boardSchema.safeParse(sent);
    if (!board.success) return;
    noteServerTime(board.data.at);
    tell({ kind: "board", board: board.data });
  });
}

function lostSince(): number {
  const current = link.get();
  return current.state === "lost" ? current.sinceMs : browserNowMs();
}

const envelopeSchema = z.object({ callId: z.string(), seq: z.number(), at: z.string() });

/** A newer server may send types this page does not know; they count, so that no number seems to be missing. */
function hearEvent(sent: unknown) {
  const envelope = envelopeSchema.safeParse(sent);
  if (!envelope.success) return;
  const { callId, seq, at } = envelope.data;
  const known = callEventSchema.safeParse(sent);
  noteServerTime(at);
  const event: CallEvent = known.success ? known.data : { seq, at, type: "hidden" };
  tell({ kind: "event", event: { ...event, callId } });
}

function tell(message: Message) {
  for (const listener of listeners) listener(message);
}

/** Every message of the server, checked. */
export function onMessage(listener: (message: Message) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Tells at once whether the socket is up, then each change. */
export function onLink(listener: (isUp: boolean) => void): () => void {
  let told = link.get().state === "up";
  listener(told);
  return link.subscribe(() => {
    const isUp = link.get().state === "up";
    if (isUp !== told) listener(isUp);
    told = isUp;
  });
}

function openedSocket() {
  if (socket === undefined) throw new Error("The socket is not open.");
  return socket.timeout(ANSWER_WITHIN_MS);
}

/** Asks for one call from number `after` on; rejects when no answer comes in time. */
export async function watchCall(callId: string, after: number): Promise<WatchReply> {
  const reply = await openedSocket().emitWithAck("call:watch", { callId, after });
  if (!reply.ok) return reply;
  const events = z.array(z.unknown()).parse(reply.events).map(eventOrHidden);
  return { ...reply, events, view: callViewSchema.parse(reply.view) };
}

const numberedSchema = z.object({ seq: z.number(), at: z.string() });

function eventOrHidden(sent: unknown): CallEvent {
  const known = callEventSchema.safeParse(sent);
  return known.success ? known.data : { ...numberedSchema.parse(sent), type: "hidden" };
}

export function unwatchCall(callId: string): void {
  // Nobody waits for this answer: a server that missed it drops the watch when the socket closes.
  openedSocket().emit("call:unwatch", { callId }, () => undefined);
}

export function listenCall(callId: string): Promise<{ ok: true } | SocketError> {
  return openedSocket().emitWithAck("call:listen", { callId });
}

export function unlistenCall(callId: string): void {
  // Nobody waits for this answer: a server that missed it drops the listener when the socket closes.
  socket?.emit("call:unlisten", { callId }, () => undefined);
}

/** Sound of the microphone; what can't go out now is dropped. */
export function sendMic(callId: string, mulaw: Uint8Array): void {
  if (socket?.connected === true) socket.volatile.emit("call:mic", callId, mulaw);
}

export function watchMarket(): Promise<{ ok: true } | SocketError> {
  return openedSocket().emitWithAck("market:watch");
}

export async function watchBoard(): Promise<{ ok: true; board: Board } | SocketError> {
  const reply = await openedSocket().emitWithAck("board:watch");
  return reply.ok ? { ok: true, board: boardSchema.parse(reply.board) } : reply;
}
