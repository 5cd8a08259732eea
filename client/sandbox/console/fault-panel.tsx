import { FaultForm } from "#client/sandbox/console/fault-form.tsx";
import { type ArmedFault, sandboxApi } from "#client/sandbox/console/sandbox-api.ts";
import { CONSOLE } from "#client/sandbox/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { Chip } from "#client/ui/chip.tsx";
import { Problem } from "#client/ui/states.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

const KEY = ["faults"];
const EVERY_MS = 1_000;

/** Arms what goes wrong next, and shows what still waits. */
export function FaultPanel() {
  const client = useQueryClient();
  const waiting = useQuery({
    queryKey: KEY,
    queryFn: () => sandboxApi.faults(),
    refetchInterval: EVERY_MS,
    retry: false,
  });
  const refresh = () => client.invalidateQueries({ queryKey: KEY });
  const arm = useMutation({
    mutationFn: sandboxApi.arm,
    onSuccess: () => {
      showToast(CONSOLE.armed);
      return refresh();
    },
  });
  const disarm = useMutation({
    mutationFn: sandboxApi.disarm,
    onSuccess: () => {
      showToast(CONSOLE.disarmed);
      return refresh();
    },
    onError: (error) => showToast(error.message, "bad"),
  });
  return (
    <section aria-label={CONSOLE.faults} className="flex flex-col gap-4">
      <div>
        <h2 className="text-h3">{CONSOLE.faults}</h2>
        <p className="text-dense text-muted">{CONSOLE.faultsHint}</p>
      </div>
      <FaultForm arm={arm.mutate} isPending={arm.isPending} />
      {arm.isError && <Problem>{arm.error.message}</Problem>}
      <section aria-label={CONSOLE.waiting} className="rounded-card border border-line bg-surface p-4">
        <div className="mb-2 flex items-center justify-between gap-2">
          <h3 className="text-body">{CONSOLE.waiting}</h3>
          <Button size="dense" onPress={() => disarm.mutate()} isDisabled={!waiting.data?.length}>
            {CONSOLE.disarm}
          </Button>
        </div>
        {waiting.data?.length === 0 && <p className="text-muted">{CONSOLE.noneWaiting}</p>}
        <ul className="flex flex-col gap-2">
          {waiting.data?.map((fault, index) => (
            // Faults have no identity: two alike are two.
            <li key={index}>
              <Waiting fault={fault} />
            </li>
          ))}
        </ul>
      </section>
    </section>
  );
}

const PEERS: Record<string, string> = CONSOLE.peers;

function Waiting({ fault: { peer, fault, times, target, ...about } }: { fault: ArmedFault }) {
  const rest = Object.entries(about).map(([name, value]) => `${name} ${String(value)}`);
  const where = typeof target === "string" ? `${target}: ` : "";
  return (
    <div className="flex items-start justify-between gap-2">
      <div className="min-w-0">
        <p className="font-medium wrap-anywhere">{where + fault}</p>
        <p className="figures text-dense text-muted wrap-anywhere">
          {[PEERS[peer] ?? peer, ...rest].join(", ")}
        </p>
      </div>
      <Chip tone="wait">{times} ×</Chip>
    </div>
  );
}
