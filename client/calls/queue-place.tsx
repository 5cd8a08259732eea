import { ageText, placeText } from "#client/calls/queue-words.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import { isWaiting } from "#shared/call/status.ts";
import type { CallView } from "#shared/call/view.ts";
import type { CallPlace } from "#shared/contract/call-request.ts";
import { useQuery } from "@tanstack/react-query";
import { Clock, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** The line moves while one waits in it. */
const REFRESH_MS = 5_000;

/** Where a call stands and which number will call; undefined until it is known, and once nobody waits any more. */
export function usePlace({ callId, status }: Pick<CallView, "callId" | "status">): CallPlace | undefined {
  const query = useQuery(
    rpc.call.place.queryOptions({
      input: { callId },
      enabled: isWaiting(status),
      refetchInterval: status === "queued" ? REFRESH_MS : false,
    }),
  );
  return query.data;
}

/** A fact about a call with its icon. */
export function Fact({ icon: Icon, children }: { icon: LucideIcon; children: ReactNode }) {
  return (
    <p className="flex items-start gap-2">
      <Icon aria-hidden size={18} className="mt-0.5 shrink-0 text-muted" />
      <span>{children}</span>
    </p>
  );
}

/** The place in the line, the wait, and how old both are. */
export function QueuePlace({ place, audience }: { place: CallPlace; audience: "staff" | "consumer" }) {
  const nowMs = useServerNowMs();
  return (
    <Fact icon={Clock}>
      <output className="figures font-medium">{placeText(place, audience)}</output>{" "}
      <span className="figures whitespace-nowrap text-muted">{ageText(place, nowMs)}</span>
    </Fact>
  );
}
