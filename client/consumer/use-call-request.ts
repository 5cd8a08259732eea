import { rpc } from "#client/wire/rpc.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

/** Asks one business for a call and goes to its page; `onBooked` hears the instant it waits for, null when it is due now. */
export function useCallRequest(onBooked: (scheduledFor: string | null) => void) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return useMutation(
    rpc.lead.requestCallback.mutationOptions({
      onSuccess: async ({ call_id: callId, scheduled_for: scheduledFor }) => {
        onBooked(scheduledFor);
        void queryClient.invalidateQueries({ queryKey: rpc.call.key() });
        await navigate({ to: "/c/$callId", params: { callId } });
      },
    }),
  );
}
