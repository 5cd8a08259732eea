import { linkToken } from "#client/wire/call-link.ts";
import type { contract } from "#shared/contract/contract.ts";
import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import type { ContractRouterClient } from "@orpc/contract";
import { createTanstackQueryUtils } from "@orpc/tanstack-query";

const link = new RPCLink({
  url: () => new URL("/rpc", window.location.origin),
  headers: () => bearerOf(linkToken()),
});

const bearerOf = (token: string | null) => (token === null ? {} : { authorization: `Bearer ${token}` });

/** Every procedure as a typed function; the session cookie says who asks, or the signed link of the page. */
export const client: ContractRouterClient<typeof contract> = createORPCClient(link);

/** The same procedures as query and mutation options for TanStack Query. */
export const rpc = createTanstackQueryUtils(client);
