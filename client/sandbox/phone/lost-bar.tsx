import { PHONE } from "#client/sandbox/copy.ts";
import type { LinkState } from "#client/sandbox/phone/phone-link.ts";
import { useNowMs } from "#client/ui/clock.ts";
import { spanText } from "#client/ui/format.ts";
import { WifiOff } from "lucide-react";

/** Says since when the sandbox is out of reach; nothing of the page is taken away. */
export function LostBar({ connection }: { connection: LinkState["connection"] }) {
  const nowMs = useNowMs();
  return (
    <output className="block">
      {connection.is === "lost" && (
        <span className="flex flex-wrap items-center gap-x-2 bg-wait-soft px-4 py-2 text-body text-ink">
          <WifiOff aria-hidden size={16} className="text-wait" />
          <strong className="font-medium">{PHONE.lostSince}</strong>
          <span aria-hidden className="figures">
            {spanText(nowMs - connection.sinceMs)}
          </span>
          <span>{PHONE.lostHint}</span>
        </span>
      )}
    </output>
  );
}
