import { CONSUMER } from "#client/consumer/copy.ts";
import { dayOf, dayWords, type Slot, slotText } from "#client/consumer/slot-days.ts";
import type { SlotHold } from "#client/consumer/use-slot-hold.ts";
import { Button } from "#client/ui/button.tsx";
import { focusOnMount } from "#client/ui/text-field.tsx";
import { Check } from "lucide-react";

/** Before that the time that is left would only hurry people. */
const COUNT_DOWN_MS = 30_000;

type SlotListProps = {
  slots: readonly Slot[];
  timeZone: string;
  hold: SlotHold;
  confirmLabel: string;
  isConfirming: boolean;
  onConfirm: () => void;
};

/** The free times of one day; a tapped one becomes its own confirmation. */
export function SlotList({ slots, hold, ...rest }: SlotListProps) {
  const held = slots.find(({ startsAt }) => startsAt === hold.startsAt);
  return (
    <div className="flex flex-col gap-3">
      <ul className="grid grid-cols-3 gap-2">
        {slots.map((slot) => (
          <li key={slot.startsAt} className={slot === held ? "col-span-full" : ""}>
            {slot === held ? (
              <Confirm slot={slot} hold={hold} {...rest} />
            ) : (
              <Button
                size="touch"
                className="figures w-full max-sm:px-2"
                onPress={() => hold.choose(slot.startsAt)}
              >
                {slotText(slot.startsAt, rest.timeZone)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <CountDown leftMs={hold.leftMs} />
    </div>
  );
}

type ConfirmProps = Omit<SlotListProps, "slots"> & { slot: Slot };

function Confirm({ slot, timeZone, hold, confirmLabel, isConfirming, onConfirm }: ConfirmProps) {
  return (
    <div className="flex flex-wrap gap-2">
      <Button
        ref={focusOnMount}
        look="primary"
        size="touch"
        className="figures flex-1"
        isPending={hold.holdId === null || isConfirming}
        onPress={onConfirm}
      >
        <Check aria-hidden size={18} />
        {confirmLabel} {slotText(slot.startsAt, timeZone)}
      </Button>
      <Button look="quiet" size="touch" onPress={hold.letGo}>
        {CONSUMER.slotOther}
      </Button>
    </div>
  );
}

function CountDown({ leftMs }: { leftMs: number | null }) {
  if (leftMs === null || leftMs > COUNT_DOWN_MS) return null;
  return (
    <p className="figures text-wait" role="timer">
      We keep this time for you for {Math.ceil(leftMs / 1_000)} s more.
    </p>
  );
}

type ClosestProps = { slots: readonly Slot[]; timeZone: string; onChoose: (startsAt: string) => void };

/** Somebody was quicker: the times nearest to the one that is gone, the first of them with the focus. */
export function Closest({ slots, timeZone, onChoose }: ClosestProps) {
  return (
    <section aria-labelledby="gone-title" className="flex flex-col gap-2 rounded-card border border-wait p-3">
      <h2 id="gone-title" role="alert" className="font-medium">
        {slots.length === 0 ? CONSUMER.slotGoneNone : CONSUMER.slotGone}
      </h2>
      <ul className="flex flex-col gap-2">
        {slots.map(({ startsAt }, index) => (
          <li key={startsAt}>
            <Button
              {...(index === 0 && { ref: focusOnMount })}
              size="touch"
              className="figures w-full"
              onPress={() => onChoose(startsAt)}
            >
              {dayWords(dayOf(startsAt, timeZone)).whole}, {slotText(startsAt, timeZone)}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
