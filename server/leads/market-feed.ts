/** What became different about one lead, and whom it concerns. */
export type MarketChange = { leadId: string; consumerId: string; businessIds: string[] };

/** Where news of the marketplace goes to be seen. The Socket.IO edge implements it; it never blocks and never throws. */
export type MarketFeed = {
  /** After the change was stored. */
  marketChanged(change: MarketChange): void;
};
