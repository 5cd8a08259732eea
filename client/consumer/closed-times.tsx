import { CONSUMER } from "#client/consumer/copy.ts";
import { slotText } from "#client/consumer/slot-days.ts";
import type { OfferedSlots, SlotRefusal } from "#shared/contract/booking.ts";

const WHY: Record<SlotRefusal, string> = {
  past: CONSUMER.closedPast,
  too_far: CONSUMER.closedTooFar,
  quiet_hours: CONSUMER.closedQuiet,
  business_closed: CONSUMER.closedBusiness,
  taken: CONSUMER.closedTaken,
};
const REASONS: readonly SlotRefusal[] = ["taken", "quiet_hours", "business_closed", "past", "too_far"];

type ClosedTimesProps = { closed: OfferedSlots["closed"]; timeZone: string };

/** Why the other hours of the day are not offered, in one line per reason. */
export function ClosedTimes({ closed, timeZone }: ClosedTimesProps) {
  if (closed.length === 0) return null;
  return (
    <details className="rounded-card border border-line px-3">
      <summary className="flex min-h-11 cursor-pointer items-center text-accent">
        {CONSUMER.closedWhy}
      </summary>
      <dl className="flex flex-col gap-2 pb-3">
        {REASONS.map((reason) => {
          const times = closed.filter((one) => one.reason === reason);
          if (times.length === 0) return null;
          return (
            <div key={reason}>
              <dt className="font-medium">{WHY[reason]}</dt>
              <dd className="figures text-muted">
                {times.map(({ startsAt }) => slotText(startsAt, timeZone)).join(", ")}
              </dd>
            </div>
          );
        })}
      </dl>
    </details>
  );
}
