import type { Role } from "#shared/contract/account.ts";

/** Who is asking: an account that was proven by its session, bearer token or an outside issuer's JWT. */
export type Caller = {
  accountId: string;
  name: string;
  email: string;
  role: Role;
  /** The business a business account speaks for; null for the other roles. */
  businessId: string | null;
  /** Came with a signed link to this one call, and may do nothing else. */
  onlyCallId?: string;
};
