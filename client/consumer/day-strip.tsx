import { CONSUMER } from "#client/consumer/copy.ts";
import { dayWords, onDay, type Slot } from "#client/consumer/slot-days.ts";
import { IconButton } from "#client/ui/button.tsx";
import { countText } from "#client/ui/format.ts";
import { ChevronLeft, ChevronRight } from "lucide-react";

type DayStripProps = {
  days: readonly string[];
  slots: readonly Slot[];
  timeZone: string;
  chosen: string;
  onChoose: (day: string) => void;
  /** Null where there is no week before or after. */
  onBefore: (() => void) | null;
  onAfter: (() => void) | null;
};

/** A week of days, each with whether something is free. */
export function DayStrip({ days, slots, timeZone, chosen, onChoose, onBefore, onAfter }: DayStripProps) {
  const [first, last] = [days.at(0), days.at(-1)];
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center justify-between gap-2">
        <IconButton label={CONSUMER.weekBefore} isDisabled={onBefore === null} onPress={() => onBefore?.()}>
          <ChevronLeft aria-hidden size={20} />
        </IconButton>
        {first !== undefined && last !== undefined && (
          <p className="figures font-medium">
            {dayWords(first).whole} – {dayWords(last).whole}
          </p>
        )}
        <IconButton label={CONSUMER.weekAfter} isDisabled={onAfter === null} onPress={() => onAfter?.()}>
          <ChevronRight aria-hidden size={20} />
        </IconButton>
      </div>
      <ul className="grid grid-cols-7 gap-1">
        {days.map((day) => (
          <li key={day}>
            <DayButton
              day={day}
              free={onDay(slots, day, timeZone).length}
              isChosen={day === chosen}
              onChoose={() => onChoose(day)}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

type DayButtonProps = { day: string; free: number; isChosen: boolean; onChoose: () => void };

function DayButton({ day, free, isChosen, onChoose }: DayButtonProps) {
  const { weekday, date, month } = dayWords(day);
  const look = isChosen ? "border-accent bg-accent text-on-accent" : "border-control bg-surface";
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onChoose}
      className={`figures flex min-h-14 w-full flex-col items-center justify-center rounded-control border text-body focus-visible:ring-focus ${look}`}
    >
      <span>{weekday}</span>
      {/* A day without a free time keeps its contrast: it is struck out, not faded. */}
      <span className={`font-medium ${free === 0 ? "line-through" : ""}`}>{date}</span>
      {/* The name holds what is seen, so that it can be spoken to be pressed. */}
      <span className="sr-only">
        {month}, {countText(free, "time")} free
      </span>
    </button>
  );
}
