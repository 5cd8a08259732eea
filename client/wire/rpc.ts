import type { contract } from "#shared/contract/contract.ts";
import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import type { ContractRouterClient } from "@orpc/contract";
import { createTanstackQueryUtils } from "@orpc/tanstack-query";

const link = new RPCLink({ url: () => new URL("/rpc", window.location.origin) });

/** Every procedure as a typed function; the session cookie says who asks. */
export const client: ContractRouterClient<typeof contract> = createORPCClient(link);

/** The same procedures as query and mutation options for TanStack Query. */
export const rpc = createTanstackQueryUtils(client);
