import {
  docField,
  environmentOf,
  isSet,
  namespaceOf,
  timeCheck,
  type Command,
} from "#server/database/embedded/commands/request.ts";
import {
  deleteMatching,
  updateMatching,
  type StatementContext,
} from "#server/database/embedded/commands/statements.ts";
import { failedToParse } from "#server/database/embedded/errors.ts";
import { parseFilter } from "#server/database/embedded/query/parse.ts";
import { parseProjection } from "#server/database/embedded/query/projection.ts";
import { docOf, type Doc } from "#server/database/embedded/values/value.ts";

/** `findAndModify`: changes or removes one document and answers it as it was, or as it is now (`new`). */
export const findAndModify: Command = (request, state) => {
  const { body } = request;
  const context: StatementContext = {
    engine: state.engine,
    ns: namespaceOf(request),
    environment: environmentOf(request, state),
    checkTime: timeCheck(request, state),
  };
  const parts = { filter: docField(body, "query"), sort: docField(body, "sort"), hint: body["hint"] };
  const update = body["update"];
  const removes = isSet(body["remove"]);
  if (removes === (update !== undefined)) {
    throw failedToParse(
      removes
        ? "Cannot specify both an update and remove=true"
        : "Either an update or remove=true must be specified",
    );
  }
  const shown = projector(body, context);
  if (update === undefined) {
    if (isSet(body["new"]) || isSet(body["upsert"]))
      throw failedToParse("Cannot specify both new=true or upsert=true and remove=true");
    const { deleted, last } = deleteMatching(context, parts, true);
    return docOf({ lastErrorObject: docOf({ n: deleted }), value: last ? shown(last) : null, ok: 1 });
  }
  const result = updateMatching(context, {
    ...parts,
    update,
    arrayFilters: body["arrayFilters"],
    multi: false,
    upsert: isSet(body["upsert"]),
    isShown: true,
  });
  const value = isSet(body["new"]) ? result.after : result.before;
  const lastErrorObject = docOf({
    n: result.matched + (result.upserted ? 1 : 0),
    updatedExisting: result.matched > 0,
    upserted: result.upserted?.id,
  });
  return docOf({ lastErrorObject, value: value ? shown(value) : null, ok: 1 });
};

function projector(body: Doc, context: StatementContext): (doc: Doc) => Doc {
  const filter = parseFilter(docField(body, "query"), context.environment);
  const projection = parseProjection(docField(body, "fields"), context.environment, { kind: "find", filter });
  return projection ?? ((doc) => doc);
}
