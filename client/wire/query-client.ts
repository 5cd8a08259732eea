import { problemCode } from "#client/wire/errors.ts";
import { meKey } from "#client/wire/session.ts";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

const RETRIES = 2;

function createQueryClient(): QueryClient {
  /** A session that ended while the page was open: the signed-in layout sees it and asks to sign in again. */
  const onError = (error: unknown) => {
    if (problemCode(error) === "UNAUTHENTICATED") created.setQueryData(meKey, null);
  };
  const created: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // Without a network a request fails and says so. Held back, it would be sent later, when nobody expects it any more.
      mutations: { networkMode: "always" },
      queries: {
        networkMode: "always",
        staleTime: 5_000,
        retry: (failures, error) => problemCode(error) === "UNREACHABLE" && failures < RETRIES,
      },
    },
  });
  return created;
}

export const queryClient = createQueryClient();
