import { Agreed } from "#client/calls/agreed.tsx";
import { calendarFile } from "#client/consumer/calendar-file.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { buttonClass } from "#client/ui/button.tsx";
import { useServerNowMs } from "#client/wire/server-clock.ts";
import type { CallView } from "#shared/call/view.ts";
import { CalendarPlus } from "lucide-react";

/** What was agreed on the phone, and the way into one's own calendar. */
export function AgreedCard({ view }: { view: CallView }) {
  const nowMs = useServerNowMs();
  const { appointment, businessName } = view;
  return (
    <Agreed
      view={view}
      action={
        appointment !== null && (
          <a
            download={CONSUMER.calendarFileName}
            href={`data:text/calendar;charset=utf-8,${encodeURIComponent(calendarFile(appointment, businessName, nowMs))}`}
            className={buttonClass("secondary", "touch", "mt-1 self-start")}
          >
            <CalendarPlus aria-hidden size={18} />
            {CONSUMER.addToCalendar}
          </a>
        )
      }
    />
  );
}
