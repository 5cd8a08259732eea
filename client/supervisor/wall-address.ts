import { byNeed, helpNeed, longestFirst, NEEDS_YOU } from "#shared/call/help-need.ts";
import { isOnThePhone, isTalking } from "#shared/call/status.ts";
import type { CallSummary } from "#shared/call/summary.ts";
import { z } from "zod";

export const WALL_STATES = ["talking", "calling", "ending"] as const;
export const WALL_SORTS = ["need", "longest", "slowest", "newest"] as const;
type WallState = (typeof WALL_STATES)[number];

/** What the address says of the wall; what is left out narrows nothing. Names are no part of it [UI8]. */
export const wallAddressSchema = z.object({
  business: z.string().max(64).optional().catch(undefined),
  needs: z.literal("you").optional().catch(undefined),
  state: z.enum(WALL_STATES).optional().catch(undefined),
  sort: z.enum(WALL_SORTS).optional().catch(undefined),
});
export type WallAddress = z.infer<typeof wallAddressSchema>;

type Moment = { nowMs: number; timeLimitMs: number };

/** The calls that the address asks for, in the order it asks for; those that need somebody most first unless it says otherwise. */
export function wallCalls(live: readonly CallSummary[], address: WallAddress, at: Moment): CallSummary[] {
  const { business, needs, state, sort = "need" } = address;
  const wanted = live.filter(
    (call) =>
      (business === undefined || call.businessId === business) &&
      (state === undefined || stateOf(call) === state) &&
      (needs === undefined || needsYou(call, at)),
  );
  switch (sort) {
    case "need":
      return byNeed(wanted, at);
    case "longest":
      return wanted.toSorted(longestFirst);
    case "slowest":
      return wanted.toSorted(
        (a, b) => (b.lastLatencyMs ?? -1) - (a.lastLatencyMs ?? -1) || longestFirst(a, b),
      );
    case "newest":
      return wanted.toSorted((a, b) => longestFirst(b, a));
  }
}

export const needsYou = (call: CallSummary, at: Moment): boolean => helpNeed(call, at).score >= NEEDS_YOU;

function stateOf({ status }: CallSummary): WallState {
  if (isTalking(status)) return "talking";
  return isOnThePhone(status) && status !== "cancelling" ? "calling" : "ending";
}

/** The businesses that have calls here, by name; the one the address names stays although it has none. */
export function businessesOf(
  calls: readonly Pick<CallSummary, "businessId" | "businessName">[],
  named: string | undefined,
): { businessId: string; name: string }[] {
  const names = new Map(calls.map(({ businessId, businessName }) => [businessId, businessName]));
  names.delete("");
  if (named !== undefined && !names.has(named)) names.set(named, "Another business");
  return [...names]
    .map(([businessId, name]) => ({ businessId, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
