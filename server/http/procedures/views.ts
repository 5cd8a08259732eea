import type { SavedViews } from "#server/accounts/saved-views.ts";
import { forStaff } from "#server/http/procedures/base.ts";

/** `views.*` */
export function createViewProcedures(views: SavedViews) {
  return {
    list: forStaff.views.list.handler(({ context }) => views.list(context.caller)),
    save: forStaff.views.save.handler(({ context, input }) => views.save(context.caller, input)),
    remove: forStaff.views.remove.handler(({ context, input }) => views.remove(context.caller, input.viewId)),
  };
}
