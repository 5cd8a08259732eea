import { firstBatch } from "#server/database/embedded/commands/read.ts";
import {
  countField,
  docField,
  documentList,
  environmentOf,
  isSet,
  namespace,
  timeCheck,
  type Command,
  type Request,
  type ServerState,
} from "#server/database/embedded/commands/request.ts";
import {
  deleteMatching,
  insertOne,
  updateMatching,
  type StatementContext,
} from "#server/database/embedded/commands/statements.ts";
import { badValue, ServerError, toServerError } from "#server/database/embedded/errors.ts";
import { encodeDoc } from "#server/database/embedded/values/encode.ts";
import { isNumeric, toNumber } from "#server/database/embedded/values/numbers.ts";
import { docOf, newDoc, type Doc } from "#server/database/embedded/values/value.ts";

type Totals = {
  nErrors: number;
  nInserted: number;
  nMatched: number;
  nModified: number;
  nUpserted: number;
  nDeleted: number;
};

/** `bulkWrite`: statements on several collections in one command. */
export const bulkWrite: Command = (request, state) => {
  const operations = documentList(request, "ops").map(({ doc }) => doc);
  const namespaces = documentList(request, "nsInfo").map(({ doc }) => splitNamespace(doc["ns"]));
  const isOrdered = request.body["ordered"] === undefined || isSet(request.body["ordered"]);
  const errorsOnly = isSet(request.body["errorsOnly"]);
  const totals: Totals = { nErrors: 0, nInserted: 0, nMatched: 0, nModified: 0, nUpserted: 0, nDeleted: 0 };
  const results: Uint8Array[] = [];
  for (const [index, operation] of operations.entries()) {
    const [name = ""] = Object.keys(operation);
    const target = isNumeric(operation[name]) ? namespaces[toNumber(operation[name])] : undefined;
    try {
      if (!target) throw badValue("The operation names no namespace of nsInfo.");
      const outcome = runOperation(request, state, target, name, operation, totals);
      if (!errorsOnly) results.push(encodeDoc(docOf({ ok: 1, idx: index, ...outcome })));
    } catch (thrown) {
      totals.nErrors += 1;
      const error = toServerError(thrown);
      results.push(
        encodeDoc(
          docOf({ ok: 0, idx: index, n: 0, code: error.code, errmsg: error.message, ...error.details }),
        ),
      );
      if (isOrdered) break;
    }
  }
  const batchSize = countField(docField(request.body, "cursor"), "batchSize", 101);
  const reply = firstBatch(
    state,
    "admin.$cmd.bulkWrite",
    results[Symbol.iterator](),
    batchSize,
    false,
    false,
  );
  return docOf({ ...reply, ...totals });
};

function splitNamespace(ns: Doc[string] | undefined): string {
  if (typeof ns !== "string" || !ns.includes("."))
    throw new ServerError(73, "A namespace of nsInfo is not valid.");
  return namespace(ns.slice(0, ns.indexOf(".")), ns.slice(ns.indexOf(".") + 1));
}

function runOperation(
  request: Request,
  state: ServerState,
  ns: string,
  name: string,
  operation: Doc,
  totals: Totals,
): Doc {
  const context: StatementContext = {
    engine: state.engine,
    ns,
    environment: environmentOf(request, state, operation),
    checkTime: timeCheck(request, state),
  };
  switch (name) {
    case "insert": {
      const doc = docField(operation, "document");
      insertOne(context, state.engine.ensureCollection(ns, newDoc()), doc, encodeDoc(doc));
      totals.nInserted += 1;
      return docOf({ n: 1 });
    }
    case "update":
      return runUpdate(context, operation, totals);
    case "delete": {
      const parts = { filter: docField(operation, "filter"), sort: newDoc(), hint: operation["hint"] };
      const { deleted } = deleteMatching(context, parts, !isSet(operation["multi"]));
      totals.nDeleted += deleted;
      return docOf({ n: deleted });
    }
    default:
      throw new ServerError(9, `Unknown bulkWrite operation '${name}'.`);
  }
}

function runUpdate(context: StatementContext, operation: Doc, totals: Totals): Doc {
  const result = updateMatching(context, {
    filter: docField(operation, "filter"),
    update: operation["updateMods"] ?? null,
    arrayFilters: operation["arrayFilters"],
    multi: isSet(operation["multi"]),
    upsert: isSet(operation["upsert"]),
    sort: docField(operation, "sort"),
    hint: operation["hint"],
    isShown: false,
  });
  totals.nMatched += result.matched;
  totals.nModified += result.modified;
  totals.nUpserted += result.upserted ? 1 : 0;
  const upserted = result.upserted ? docOf({ _id: result.upserted.id }) : undefined;
  return docOf({ n: result.matched + (upserted ? 1 : 0), nModified: result.modified, upserted });
}
