import { useNowMs } from "#client/ui/clock.ts";
import { instantText, moneyText } from "#client/ui/format.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { RequestQuota } from "#shared/contract/call-request.ts";
import { useQuery } from "@tanstack/react-query";

/** The hour slides on by itself. */
const REFRESH_MS = 60_000;

/** Undefined until it is known; without it nothing is said about limits. */
export function useQuota(): RequestQuota | undefined {
  return useQuery(rpc.business.quota.queryOptions({ refetchInterval: REFRESH_MS })).data;
}

/** "7 of 10 this hour", or when the next one is possible. */
export function quotaText({ left, limit, nextFreeAt }: RequestQuota, nowMs: number): string {
  if (left > 0 || nextFreeAt === null) return `${left} of ${limit} this hour`;
  return `None this hour, the next at ${instantText(nextFreeAt, nowMs)}`;
}

/** What a call is likely to cost and how many are left. */
export function QuotaLine() {
  const nowMs = useNowMs();
  const quota = useQuota();
  if (quota === undefined) return null;
  const { low, high } = quota.estimatedCostCents;
  const cost = low === high ? `about ${moneyText(low)}` : `probably ${moneyText(low)} to ${moneyText(high)}`;
  return (
    <p className={`figures text-dense ${quota.left === 0 ? "font-medium text-wait" : "text-muted"}`}>
      Cost: {cost}. Calls left: {quotaText(quota, nowMs)}.
    </p>
  );
}
