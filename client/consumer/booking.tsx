import { callbackText } from "#shared/consent-text.ts";
import { CONSUMER } from "#client/consumer/copy.ts";
import { OwnTime } from "#client/consumer/own-time.tsx";
import { type PickerProps, SlotPicker } from "#client/consumer/slot-picker.tsx";
import { useCallRequest } from "#client/consumer/use-call-request.ts";
import { useSlotHold } from "#client/consumer/use-slot-hold.ts";
import { showToast } from "#client/ui/toast.tsx";
import { rpc } from "#client/wire/rpc.ts";
import type { ConsumerMatch } from "#shared/lead.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

type NewBookingProps = { leadId: string; match: ConsumerMatch };

/** A first time: an offered one, or one of the person's own. */
export function NewBooking({ leadId, match: { businessId, legalName } }: NewBookingProps) {
  const hold = useSlotHold(businessId);
  const request = useCallRequest(() => showToast(CONSUMER.booked));
  const { holdId } = hold;
  const confirm = () => {
    if (holdId !== null) request.mutate({ leadId, businessId, holdId }, { onError: hold.refused });
  };
  return (
    <>
      <p className="text-dense text-muted">{callbackText(legalName)}</p>
      <TimeChoice
        businessId={businessId}
        hold={hold}
        confirmLabel={CONSUMER.slotConfirm}
        ownLabel={CONSUMER.bookConfirm}
        isPending={request.isPending}
        onConfirm={confirm}
        onAsk={(preferredTime, onError) => request.mutate({ leadId, businessId, preferredTime }, { onError })}
      />
    </>
  );
}

type MovedBookingProps = { callId: string; businessId: string };

/** Another time for a call that has one; it keeps that until it has the new one. */
export function MovedBooking({ callId, businessId }: MovedBookingProps) {
  const hold = useSlotHold(businessId);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const move = useMutation(
    rpc.call.reschedule.mutationOptions({
      onSuccess: async () => {
        showToast(CONSUMER.moved);
        void queryClient.invalidateQueries({ queryKey: rpc.call.key() });
        await navigate({ to: "/c/$callId", params: { callId } });
      },
    }),
  );
  const { startsAt, holdId } = hold;
  const confirm = () => {
    if (startsAt === null || holdId === null) return;
    move.mutate({ callId, scheduledTime: startsAt }, { onError: hold.refused });
  };
  return (
    <>
      <p className="text-muted">{CONSUMER.moveHint}</p>
      <TimeChoice
        businessId={businessId}
        hold={hold}
        confirmLabel={CONSUMER.slotMove}
        ownLabel={CONSUMER.moveConfirm}
        isPending={move.isPending}
        onConfirm={confirm}
        onAsk={(scheduledTime, onError) => move.mutate({ callId, scheduledTime }, { onError })}
      />
    </>
  );
}

type TimeChoiceProps = Omit<PickerProps, "isConfirming"> & {
  ownLabel: string;
  isPending: boolean;
  onAsk: (instant: string, onError: (error: unknown) => void) => void;
};

/** An offered time, or one of the person's own. */
function TimeChoice({ ownLabel, isPending, onAsk, ...picker }: TimeChoiceProps) {
  return (
    <>
      <SlotPicker {...picker} isConfirming={isPending} />
      <OwnTime submitLabel={ownLabel} onAsk={onAsk} isPending={isPending} />
    </>
  );
}
