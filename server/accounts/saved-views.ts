import type { Caller } from "#server/accounts/caller.ts";
import { retryLostUpsert } from "#server/database/upsert.ts";
import { Failure } from "#server/lib/failure.ts";
import { newId } from "#server/lib/ids.ts";
import type { SavedView } from "#shared/contract/views.ts";
import type { Connection } from "mongoose";

const MOST_VIEWS = 20;

type Views = { views: SavedView[] };

export type SavedViews = {
  list(caller: Caller): Promise<Views>;
  /** @throws Failure NOT_POSSIBLE when there are twenty */
  save(caller: Caller, view: Omit<SavedView, "viewId">): Promise<Views>;
  remove(caller: Caller, viewId: string): Promise<Views>;
};

/** Filters that an account keeps under names [CL373]: one document for each account, so that its limit is one condition. */
export function createSavedViews({ connection }: { connection: Connection }): SavedViews {
  const documents = connection.collection<{ _id: string } & Views>("savedViews");
  const list = async ({ accountId }: Caller) => ({
    views: (await documents.findOne({ _id: accountId }))?.views ?? [],
  });
  return {
    list,
    async save(caller, view) {
      const _id = caller.accountId;
      const one: SavedView = { ...view, viewId: newId("view") };
      await retryLostUpsert(() =>
        documents.updateOne({ _id }, { $setOnInsert: { views: [] } }, { upsert: true }),
      );
      const renewed = await documents.updateOne(
        { _id, "views.name": view.name },
        { $set: { "views.$": one } },
      );
      if (renewed.matchedCount === 1) return list(caller);
      const room = { [`views.${MOST_VIEWS - 1}`]: { $exists: false } };
      const added = await documents.updateOne(
        { _id, "views.name": { $ne: view.name }, ...room },
        { $push: { views: one } },
      );
      if (added.matchedCount === 0) throw new Failure("NOT_POSSIBLE");
      return list(caller);
    },
    async remove(caller, viewId) {
      await documents.updateOne({ _id: caller.accountId }, { $pull: { views: { viewId } } });
      return list(caller);
    },
  };
}
