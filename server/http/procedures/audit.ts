import type { Audit } from "#server/audit/audit.ts";
import { forStaff } from "#server/http/procedures/base.ts";

/** `audit.*` */
export function createAuditProcedures(audit: Pick<Audit, "list">) {
  return {
    list: forStaff.audit.list.handler(({ context, input }) => audit.list(context.caller, input)),
  };
}
