import { watchMarketNews } from "#client/wire/market-watch.ts";
import { rpc } from "#client/wire/rpc.ts";
import { onLink, onMessage, watchMarket } from "#client/wire/socket.ts";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

/** While the component is there, requests, matches and the inbox are asked for again as soon as the server says that they changed. */
export function useLiveMarket(): void {
  const cache = useQueryClient();
  useEffect(() => {
    return watchMarketNews({
      watch: watchMarket,
      onLink,
      onChanged: (listener) => onMessage((message) => message.kind === "market" && listener(message.leadId)),
      refresh: (leadIds) => refresh(cache, leadIds),
      after(delayMs, task) {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
    });
  }, [cache]);
}

function refresh(cache: QueryClient, leadIds: ReadonlySet<string> | null) {
  void cache.invalidateQueries({ queryKey: rpc.business.leads.key() });
  void cache.invalidateQueries({ queryKey: rpc.lead.list.key() });
  void cache.invalidateQueries({ queryKey: rpc.lead.get.key() });
  if (leadIds === null) {
    void cache.invalidateQueries({ queryKey: rpc.lead.matches.key() });
    return;
  }
  for (const leadId of leadIds) {
    void cache.invalidateQueries({ queryKey: rpc.lead.matches.key({ input: { leadId } }) });
  }
}
