import { bothTimes } from "#client/business/composer-form.ts";
import { BUSINESS } from "#client/business/copy.ts";
import { useNowMs } from "#client/ui/clock.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { BusinessLead } from "#shared/lead.ts";
import { useQuery } from "@tanstack/react-query";
import { Clock, PhoneOutgoing } from "lucide-react";

const REFRESH_MS = 60_000;

/** Whether the law lets the person of a lead be called now, and from when on otherwise. Nothing while nobody knows: without a number there is no answer. */
export function CallingHoursNow({ lead }: { lead: Pick<BusinessLead, "leadId" | "timeZone"> }) {
  const nowMs = useNowMs();
  const { data } = useQuery(
    rpc.business.callingHours.queryOptions({
      input: { leadId: lead.leadId },
      refetchInterval: REFRESH_MS,
    }),
  );
  if (data === undefined) return null;
  const Icon = data.allowedNow ? PhoneOutgoing : Clock;
  return (
    <p
      className={`figures flex items-start gap-1.5 text-dense ${data.allowedNow ? "text-live" : "text-wait"}`}
    >
      <Icon aria-hidden size={14} className="mt-0.5 shrink-0" />
      {data.allowedNow ? BUSINESS.hoursNow : laterText(data.allowedFrom, lead.timeZone, nowMs)}
    </p>
  );
}

function laterText(allowedFrom: string | null, timeZone: string, nowMs: number): string {
  if (allowedFrom === null) return BUSINESS.hoursNever;
  return `Calls are allowed from ${bothTimes(allowedFrom, timeZone, nowMs)}.`;
}
