/** The socket and the cache, as far as news of the marketplace need them. */
export type MarketParts = {
  /** Asks the server for news; rejects when it does not answer in time. */
  watch(): Promise<{ ok: boolean }>;
  onLink(listener: (isUp: boolean) => void): () => void;
  onChanged(listener: (leadId: string) => void): () => void;
  /** What is shown of these leads is out of date; null: nobody knows what was missed. */
  refresh(leadIds: ReadonlySet<string> | null): void;
  after(delayMs: number, task: () => void): () => void;
};

const RETRY_MS = 2_000;
/** News of one moment, such as a profile that fits fifty leads, are one refetch. */
const GATHER_MS = 200;

/** Watches the marketplace until the returned function is called: after each (re)connection it asks for news and refreshes once. */
export function watchMarketNews({ watch, onLink, onChanged, refresh, after }: MarketParts): () => void {
  let stopRetry = () => {};
  let stopGathering = () => {};
  let changed = new Set<string>();
  let isFirst = true;
  let isUp = false;

  const ask = async () => {
    stopRetry();
    const reply = await watch().catch(() => null);
    if (!isUp) return;
    if (reply === null) {
      stopRetry = after(RETRY_MS, () => void ask());
      return;
    }
    if (reply.ok && !isFirst) refresh(null);
    isFirst = false;
  };
  const stops = [
    onChanged((leadId) => {
      if (changed.size === 0) {
        stopGathering = after(GATHER_MS, () => {
          const leadIds = changed;
          changed = new Set();
          refresh(leadIds);
        });
      }
      changed.add(leadId);
    }),
    onLink((up) => {
      isUp = up;
      if (up) void ask();
      else stopRetry();
    }),
  ];
  return () => {
    isUp = false;
    stopRetry();
    stopGathering();
    for (const stop of stops) stop();
  };
}
