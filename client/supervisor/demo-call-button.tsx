import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { useMutation } from "@tanstack/react-query";
import { PhoneOutgoing } from "lucide-react";

/** Starts a call between demo people; it shows up on the wall by itself. */
export function DemoCallButton() {
  const start = useMutation(
    rpc.supervisor.startDemoCall.mutationOptions({
      onSuccess: () => showToast(SUPERVISOR.demoStarted),
      onError: (error) => showToast(problemSentence(error), "bad"),
    }),
  );
  return (
    <Button
      look="primary"
      data-testid="start-demo-call"
      isPending={start.isPending}
      onPress={() => start.mutate({})}
    >
      <PhoneOutgoing aria-hidden size={16} />
      {SUPERVISOR.demoStart}
    </Button>
  );
}
