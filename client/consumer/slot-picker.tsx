import { ClosedTimes } from "#client/consumer/closed-times.tsx";
import { CONSUMER } from "#client/consumer/copy.ts";
import { DayStrip } from "#client/consumer/day-strip.tsx";
import { closestTo, dayOf, dayWords, onDay, slotText, weekAt, weekOf } from "#client/consumer/slot-days.ts";
import { Closest, SlotList } from "#client/consumer/slot-list.tsx";
import type { SlotHold } from "#client/consumer/use-slot-hold.ts";
import { Button } from "#client/ui/button.tsx";
import { browserNowMs } from "#client/ui/clock.ts";
import { cityOf, countText, deviceTimeZone } from "#client/ui/format.ts";
import { Select } from "#client/ui/select.tsx";
import { ErrorState, Problem, Skeleton } from "#client/ui/states.tsx";
import { timeZoneOptions } from "#client/ui/time-zones.ts";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { OfferedSlots } from "#shared/contract/booking.ts";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

/** As far ahead as a call may be asked for, in weeks. */
const LAST_WEEK = 8;
const CLOSEST = 3;
/** Others book too; coming back to the page asks again as well. */
const REFRESH_MS = 30_000;

export type PickerProps = {
  businessId: string;
  hold: SlotHold;
  confirmLabel: string;
  isConfirming: boolean;
  onConfirm: () => void;
};

/** The free times of a business, a week at a time, on the clock of a city that the person chooses. */
export function SlotPicker(props: PickerProps) {
  const [todayMs] = useState(browserNowMs);
  const [timeZone, setTimeZone] = useState(deviceTimeZone);
  const [week, setWeek] = useState(0);
  const [day, setDay] = useState<string | null>(null);
  const { from, days, shown } = weekAt(week, todayMs, timeZone);
  const query = useQuery(
    rpc.booking.slots.queryOptions({
      input: { businessId: props.businessId, from, days, timeZone },
      refetchInterval: REFRESH_MS,
      placeholderData: keepPreviousData,
    }),
  );
  const show = (startsAt: string) => {
    setWeek(weekOf(startsAt, todayMs, timeZone));
    setDay(dayOf(startsAt, timeZone));
  };
  return (
    <div className="flex flex-col gap-4">
      <Select
        label={`Times in ${cityOf(timeZone)}`}
        value={timeZone}
        onChange={setTimeZone}
        options={timeZoneOptions(timeZone)}
      />
      {query.isPending && <Skeleton rows={3} rowClass="h-14" />}
      {query.data === undefined && query.isError && (
        <ErrorState
          title={CONSUMER.slotsFailed}
          detail={problemSentence(query.error)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data !== undefined && (
        <Week
          {...props}
          offered={query.data}
          days={shown}
          timeZone={timeZone}
          day={day}
          onDay={setDay}
          onShow={show}
          onBefore={week === 0 ? null : () => setWeek(week - 1)}
          onAfter={week === LAST_WEEK ? null : () => setWeek(week + 1)}
        />
      )}
    </div>
  );
}

type WeekProps = PickerProps & {
  offered: OfferedSlots;
  days: readonly string[];
  timeZone: string;
  day: string | null;
  onDay: (day: string) => void;
  onShow: (startsAt: string) => void;
  onBefore: (() => void) | null;
  onAfter: (() => void) | null;
};

function Week(props: WeekProps) {
  const { offered, days, timeZone, hold, onShow } = props;
  const firstFree = days.find((day) => onDay(offered.slots, day, timeZone).length > 0);
  const chosen = days.find((day) => day === props.day) ?? firstFree ?? days[0] ?? "";
  const slots = onDay(offered.slots, chosen, timeZone);
  const choose = (startsAt: string) => {
    onShow(startsAt);
    hold.choose(startsAt);
  };
  return (
    <>
      <DayStrip
        days={days}
        slots={offered.slots}
        timeZone={timeZone}
        chosen={chosen}
        onChoose={props.onDay}
        onBefore={props.onBefore}
        onAfter={props.onAfter}
      />
      <output className="figures">
        {dayWords(chosen).whole}: {countText(slots.length, "time")} free
      </output>
      {hold.problem !== null && <Problem>{hold.problem}</Problem>}
      {hold.gone !== null && (
        <Closest slots={closestTo(hold.gone, offered.slots, CLOSEST)} timeZone={timeZone} onChoose={choose} />
      )}
      <SlotList {...props} slots={slots} />
      {slots.length === 0 && offered.nextFreeAt !== null && (
        <NextFree startsAt={offered.nextFreeAt} timeZone={timeZone} onShow={onShow} />
      )}
      <ClosedTimes closed={onDay(offered.closed, chosen, timeZone)} timeZone={timeZone} />
    </>
  );
}

type NextFreeProps = { startsAt: string; timeZone: string; onShow: (startsAt: string) => void };

function NextFree({ startsAt, timeZone, onShow }: NextFreeProps) {
  return (
    <p className="flex flex-wrap items-center justify-between gap-2">
      <span className="figures text-muted">
        Nothing free on this day. Next: {dayWords(dayOf(startsAt, timeZone)).whole},{" "}
        {slotText(startsAt, timeZone)}
      </span>
      <Button size="touch" onPress={() => onShow(startsAt)}>
        {CONSUMER.slotShow}
      </Button>
    </p>
  );
}
