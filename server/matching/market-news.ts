import type { MarketFeed } from "#server/leads/market-feed.ts";
import type { MatchableLead } from "#server/leads/leads.ts";
import { errorFields, type Logger } from "#server/lib/logger.ts";
import type { MatchStore } from "#server/matching/match-store.ts";

export type MarketNews = {
  /**
   * Tells the consumer of each lead and the businesses it was matched to that something about it changed: a match, an answer, a consent, a
   * status. Call it after the change was stored. It reads whom that concerns afterwards, so nobody waits for it; what is lost shows at the next refetch.
   */
  announce(leadIds: string[]): void;
};

type Parts = {
  feed: MarketFeed;
  logger: Logger;
  matches: Pick<MatchStore, "businessesOf">;
  leadsById(leadIds: string[]): Promise<Pick<MatchableLead, "leadId" | "consumerId">[]>;
};

export function createMarketNews({ feed, logger, matches, leadsById }: Parts): MarketNews {
  return {
    announce(leadIds) {
      if (leadIds.length === 0) return;
      tell(leadIds).catch((error: unknown) =>
        logger.warn(errorFields(error), "who is concerned by a changed lead could not be read"),
      );
    },
  };

  async function tell(leadIds: string[]) {
    const [leads, businesses] = await Promise.all([leadsById(leadIds), matches.businessesOf(leadIds)]);
    for (const { leadId, consumerId } of leads) {
      feed.marketChanged({ leadId, consumerId, businessIds: businesses.get(leadId) ?? [] });
    }
  }
}
