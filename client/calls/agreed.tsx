import { CALLS } from "#client/calls/copy.ts";
import { cityOf, agreedTimeText } from "#client/ui/format.ts";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { CallView } from "#shared/call/view.ts";
import { CalendarCheck, PhoneForwarded } from "lucide-react";
import type { ReactNode } from "react";

type AgreedProps = {
  view: CallView;
  /** What can be done with the appointment, if anything. */
  action?: ReactNode;
};

/** What both sides can rely on after the call: the appointment and the next call. Nothing when nothing was agreed. */
export function Agreed({ view, action }: AgreedProps) {
  const nowMs = useServerNowMs();
  const { appointment, followUp } = view;
  if (appointment === null && followUp === null) return null;
  return (
    <section aria-label={CALLS.agreed} className="flex flex-col gap-2 border-b border-line p-4">
      {appointment !== null && (
        <p className="flex items-start gap-2">
          <CalendarCheck aria-hidden size={18} className="mt-0.5 shrink-0 text-live" />
          <span>
            <span className="text-muted">{CALLS.appointment} </span>
            <time dateTime={appointment.startsAt} className="font-medium">
              {agreedTimeText(appointment.startsAt, nowMs, appointment.timeZone)}
            </time>{" "}
            <span className="text-muted">({cityOf(appointment.timeZone)})</span>
          </span>
        </p>
      )}
      {followUp !== null && (
        <p className="flex items-start gap-2">
          <PhoneForwarded aria-hidden size={18} className="mt-0.5 shrink-0 text-sched" />
          <span>
            <span className="text-muted">{CALLS.nextCall} </span>
            <time dateTime={followUp.scheduledFor} className="font-medium">
              {agreedTimeText(followUp.scheduledFor, nowMs)}
            </time>
          </span>
        </p>
      )}
      {appointment !== null && action}
    </section>
  );
}
