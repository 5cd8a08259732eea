import { CallDetailPanel } from "#client/sandbox/console/call-detail.tsx";
import { CallList } from "#client/sandbox/console/call-list.tsx";
import { FaultPanel } from "#client/sandbox/console/fault-panel.tsx";
import { MessageList } from "#client/sandbox/console/message-list.tsx";
import { sandboxApi } from "#client/sandbox/console/sandbox-api.ts";
import { CONSOLE } from "#client/sandbox/copy.ts";
import { EmptyState, Problem } from "#client/ui/states.tsx";
import { useQuery } from "@tanstack/react-query";
import { MousePointerClick } from "lucide-react";
import { useState } from "react";

const EVERY_MS = 1_000;

/** What an engineer sees of the simulated world: its calls, what each did, and what is about to go wrong. */
export function ConsolePage() {
  const [sid, setSid] = useState<string | null>(null);
  const calls = useQuery({
    queryKey: ["calls"],
    queryFn: () => sandboxApi.calls(),
    refetchInterval: EVERY_MS,
    retry: false,
  });
  return (
    <main className="mx-auto flex w-full max-w-[100rem] flex-1 flex-col gap-6 px-4 py-6">
      <title>{CONSOLE.title}</title>
      {calls.isError && (
        <Problem>
          <strong className="font-medium">{CONSOLE.loadFailed}</strong> {CONSOLE.loadFailedHint}
        </Problem>
      )}
      <div className="grid items-start gap-6 lg:grid-cols-[20rem_minmax(0,1fr)_20rem]">
        <div className="flex flex-col gap-6">
          <CallList calls={calls.data} picked={sid} pick={setSid} />
          <MessageList />
        </div>
        {sid === null ? (
          <div className="rounded-card border border-dashed border-line">
            <EmptyState icon={MousePointerClick} title={CONSOLE.pick} />
          </div>
        ) : (
          <CallDetailPanel key={sid} sid={sid} />
        )}
        <FaultPanel />
      </div>
    </main>
  );
}
