import {
  docField,
  documentList,
  environmentOf,
  isSet,
  namespaceOf,
  timeCheck,
  type Command,
  type Request,
  type ServerState,
} from "#server/database/embedded/commands/request.ts";
import {
  deleteMatching,
  insertOne,
  updateMatching,
  upsertedEntry,
  type StatementContext,
  type UpdateStatement,
} from "#server/database/embedded/commands/statements.ts";
import {
  failedToParse,
  ServerError,
  toServerError,
  writeErrorEntry,
} from "#server/database/embedded/errors.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { docOf, newDoc, type Doc, type Value } from "#server/database/embedded/values/value.ts";

/** More statements than this in one command are refused, as `hello` announces. */
export const MAX_WRITE_BATCH = 100_000;

function contextOf(request: Request, state: ServerState, ns: string, statement: Doc): StatementContext {
  return {
    engine: state.engine,
    ns,
    environment: environmentOf(request, state, statement),
    checkTime: timeCheck(request, state),
  };
}

/** Runs statements in order; an error ends an ordered batch and is only noted in an unordered one. */
function runBatch<T>(
  request: Request,
  statements: readonly T[],
  run: (statement: T, index: number) => void,
): Doc[] {
  if (statements.length === 0 || statements.length > MAX_WRITE_BATCH) {
    throw new ServerError(
      16,
      `Write batch sizes must be between 1 and ${MAX_WRITE_BATCH}. Got ${statements.length} operations.`,
    );
  }
  const isOrdered = request.body["ordered"] === undefined || isSet(request.body["ordered"]);
  const errors: Doc[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      errors.push(writeErrorEntry(index, toServerError(error)));
      if (isOrdered) break;
    }
  }
  return errors;
}

function withErrors(reply: Doc, errors: Doc[]): Doc {
  if (errors.length > 0) reply["writeErrors"] = errors;
  reply["ok"] = 1;
  return reply;
}

/** `insert`. */
export const insert: Command = (request, state) => {
  const ns = namespaceOf(request);
  const documents = documentList(request, "documents");
  const context = contextOf(request, state, ns, request.body);
  let n = 0;
  const errors = runBatch(request, documents, ({ doc, bytes }) => {
    insertOne(context, state.engine.ensureCollection(ns, newDoc()), doc, bytes);
    n += 1;
  });
  return withErrors(docOf({ n }), errors);
};

/** `update`. */
export const update: Command = (request, state) => {
  const ns = namespaceOf(request);
  const statements = documentList(request, "updates");
  let n = 0;
  let nModified = 0;
  const upserted: Value[] = [];
  const errors = runBatch(request, statements, ({ doc }, index) => {
    const result = updateMatching(contextOf(request, state, ns, doc), updateStatement(doc));
    n += result.matched + (result.upserted ? 1 : 0);
    nModified += result.modified;
    if (result.upserted) upserted.push(upsertedEntry(index, result.upserted.id));
  });
  const reply = docOf({ n, nModified });
  if (upserted.length > 0) reply["upserted"] = upserted;
  return withErrors(reply, errors);
};

function updateStatement(doc: Doc): UpdateStatement {
  const update = doc["u"];
  if (update === undefined) throw failedToParse("An update statement needs 'u'.");
  return {
    filter: docField(doc, "q"),
    update,
    arrayFilters: doc["arrayFilters"],
    multi: isSet(doc["multi"]),
    upsert: isSet(doc["upsert"]),
    sort: docField(doc, "sort"),
    hint: doc["hint"],
    isShown: false,
  };
}

/** `delete`. */
export const deleteCommand: Command = (request, state) => {
  const ns = namespaceOf(request);
  const statements = documentList(request, "deletes");
  let n = 0;
  const errors = runBatch(request, statements, ({ doc }) => {
    const parts = { filter: docField(doc, "q"), sort: newDoc(), hint: doc["hint"] };
    const { limit } = doc;
    n += deleteMatching(
      contextOf(request, state, ns, doc),
      parts,
      isNumeric(limit) && toNumber(limit) === 1,
    ).deleted;
  });
  return withErrors(docOf({ n }), errors);
};
