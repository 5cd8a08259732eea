import { useNowMs } from "#client/ui/clock.ts";
import { spanText } from "#client/ui/format.ts";
import { useStore } from "#client/ui/store.ts";
import type { LiveCall } from "#client/wire/live-call.ts";
import { linkState } from "#client/wire/socket.ts";
import { isFinal } from "#shared/call/status.ts";
import { Radio, WifiOff } from "lucide-react";

/** How old what is shown may be. */
export function ConnectionAge({ call }: { call: LiveCall }) {
  const nowMs = useNowMs();
  const link = useStore(linkState);
  if (isFinal(call.view.status)) return null;
  if (call.link.state === "lost") {
    return (
      <p className="figures flex items-center gap-1.5 text-dense font-medium text-wait">
        <WifiOff aria-hidden size={14} />
        Live view lost {spanText(nowMs - call.link.sinceMs)} ago, the call goes on
      </p>
    );
  }
  const heardAtMs = Math.max(call.heardAtMs, link.state === "up" ? link.heardAtMs : 0);
  return (
    <p className="figures flex items-center gap-1.5 text-dense text-muted">
      <Radio aria-hidden size={14} className="text-live" />
      Live view connected, updated {spanText(nowMs - heardAtMs)} ago
    </p>
  );
}
