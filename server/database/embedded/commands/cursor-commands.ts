import {
  countField,
  type Command,
  type Reply,
  type ServerState,
} from "#server/database/embedded/commands/request.ts";
import { cursorReply, takeBatch, type Cursor } from "#server/database/embedded/cursors.ts";
import { errorReply, toServerError, typeMismatch } from "#server/database/embedded/errors.ts";
import { isNumeric } from "#server/database/embedded/values/numbers.ts";
import { docOf, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** How long a change stream's `getMore` waits for an event when the client does not say. */
const DEFAULT_WAIT_MS = 1_000;
const MAX_WAIT_MS = 60_000;
const UNLIMITED = 1_000_000;

/** `getMore`. On a change stream it waits for the next event, at most `maxTimeMS`. */
export const getMore: Command = (request, state) => {
  const { body } = request;
  const ns = `${request.database}.${String(body["collection"])}`;
  const cursor = state.cursors.use(body["getMore"], ns);
  const most = countField(body, "batchSize", 0) || UNLIMITED;
  if (cursor.kind === "changes") {
    const waitMs = Math.min(countField(body, "maxTimeMS", DEFAULT_WAIT_MS), MAX_WAIT_MS);
    return nextChanges(cursor, state, most, waitMs);
  }
  const batch = takeFrom(cursor, state, most);
  return cursorReply("nextBatch", batch.documents, ns, batch.isDone ? undefined : cursor.id);
};

type DocumentCursor = Cursor & { kind: "documents" };
type ChangeCursor = Cursor & { kind: "changes" };

function takeFrom(cursor: DocumentCursor, state: ServerState, most: number): ReturnType<typeof takeBatch> {
  try {
    const batch = takeBatch(cursor.source, most, cursor.ahead);
    cursor.ahead = batch.ahead;
    if (batch.isDone) state.cursors.close(cursor.id);
    return batch;
  } catch (error) {
    state.cursors.close(cursor.id);
    throw error;
  }
}

function nextChanges(cursor: ChangeCursor, state: ServerState, most: number, waitMs: number): Reply {
  const ready = fetchEvents(cursor, state, most);
  if (ready.length > 0 || waitMs === 0 || cursor.stream.isOver) return changeReply(cursor, state, ready);
  return new Promise((resolve) => {
    const answer = (events: Doc[] | undefined): void => {
      timer.cancel();
      stopListening();
      resolve(events ? changeReply(cursor, state, events) : answerLate(cursor, state, most));
    };
    const timer = state.clock.after(waitMs, () => answer(undefined));
    const stopListening = state.changes.onChange(() => {
      const events = state.cursors.isOpen(cursor.id) ? peek(cursor, most) : undefined;
      if (events === undefined || events.length > 0) answer(events);
    });
  });
}

/** The events there are; `undefined` when fetching them failed, which the late answer reports. */
function peek(cursor: ChangeCursor, most: number): Doc[] | undefined {
  try {
    return cursor.stream.next(most);
  } catch {
    return undefined;
  }
}

function answerLate(cursor: ChangeCursor, state: ServerState, most: number): Doc {
  try {
    state.cursors.use(cursor.id, cursor.ns);
    return changeReply(cursor, state, fetchEvents(cursor, state, most));
  } catch (error) {
    return errorReply(toServerError(error));
  }
}

function changeReply(cursor: ChangeCursor, state: ServerState, events: Doc[]): Doc {
  const { isOver } = cursor.stream;
  const token = cursor.stream.resumeToken();
  if (isOver) state.cursors.close(cursor.id);
  return cursorReply("nextBatch", events, cursor.ns, isOver ? undefined : cursor.id, token);
}

function fetchEvents(cursor: ChangeCursor, state: ServerState, most: number): Doc[] {
  try {
    return cursor.stream.next(most);
  } catch (error) {
    state.cursors.close(cursor.id);
    throw error;
  }
}

/** `killCursors`. */
export const killCursors: Command = (request, state) => {
  const ids = request.body["cursors"];
  if (!Array.isArray(ids)) throw typeMismatch("The field 'cursors' must be an array.");
  const killed: Value[] = [];
  const missing: Value[] = [];
  for (const id of ids) {
    if (isNumeric(id) && state.cursors.close(id)) killed.push(id);
    else missing.push(id);
  }
  return docOf({
    cursorsKilled: killed,
    cursorsNotFound: missing,
    cursorsAlive: [],
    cursorsUnknown: [],
    ok: 1,
  });
};
