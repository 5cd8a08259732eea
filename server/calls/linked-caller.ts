import type { Accounts } from "#server/accounts/accounts.ts";
import type { CallLinks } from "#server/calls/call-links.ts";
import type { CallQueries } from "#server/calls/call-queries.ts";
import { LINK_PREFIX } from "#shared/call-link.ts";

type Parts = {
  links: Pick<CallLinks, "read">;
  queries: Pick<CallQueries, "consumerOf">;
  /** Who everybody else is. */
  callerOf: Accounts["callerOf"];
};

/**
 * Who is asking, with a signed link as one more credential: its bearer acts as the call's consumer and sees nothing but that call (`onlyCallId`).
 * A link that is forged or over is nobody, whatever cookie came with it.
 */
export function withCallLinks({ links, queries, callerOf }: Parts): Accounts["callerOf"] {
  return async (credentials, onCookies) => {
    const token = /^bearer\s+(\S+)\s*$/i.exec(credentials.authorization ?? "")?.[1] ?? "";
    if (!token.startsWith(LINK_PREFIX)) return callerOf(credentials, onCookies);
    const callId = links.read(token);
    const consumer = callId === null ? null : await queries.consumerOf(callId);
    if (callId === null || consumer === null) return null;
    const { accountId, name } = consumer;
    return { accountId, name, email: "", role: "consumer", businessId: null, onlyCallId: callId };
  };
}
