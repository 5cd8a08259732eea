import { SHELL } from "#client/shell/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { useNowMs } from "#client/ui/clock.ts";
import { spanText } from "#client/ui/format.ts";
import { useStore } from "#client/ui/store.ts";
import { linkState } from "#client/wire/socket.ts";
import { OUTDATED_PAGE } from "#shared/contract/sockets.ts";
import { LoaderCircle, WifiOff } from "lucide-react";

/** A lost link is told after a moment: a page change or a short hiccup is no news. */
const TELL_AFTER_MS = 1_500;

/** "● Connected" in the bar; the amber bar says the rest. */
export function ConnectionMark() {
  const link = useStore(linkState);
  if (link.state === "off") return null;
  const isUp = link.state === "up";
  return (
    <output
      className={`inline-flex items-center gap-1.5 text-dense ${isUp ? "text-muted" : "font-medium text-wait"}`}
    >
      {isUp ? (
        <span aria-hidden className="size-2 rounded-full bg-live" />
      ) : (
        <LoaderCircle aria-hidden size={14} className="animate-spin" />
      )}
      <span className="max-sm:sr-only">{isUp ? SHELL.connected : SHELL.connecting}</span>
    </output>
  );
}

/** What is on the screen may be old, and since when. */
export function ConnectionBar() {
  const nowMs = useNowMs();
  const link = useStore(linkState);
  if (link.state === "outdated") return <OutdatedBar />;
  if (link.state !== "lost" || nowMs - link.sinceMs < TELL_AFTER_MS) return null;
  return (
    <div className="flex items-center justify-center gap-2 border-b border-wait bg-wait-soft px-4 py-1.5 text-dense font-medium text-wait">
      <WifiOff aria-hidden size={14} />
      <span role="alert" className="sr-only">
        {SHELL.lost}
      </span>
      <span aria-hidden className="figures">
        Connection lost {spanText(nowMs - link.sinceMs)} ago. What you see may be old.
      </span>
    </div>
  );
}

function OutdatedBar() {
  return (
    <div
      role="alert"
      className="flex items-center justify-center gap-3 border-b border-wait bg-wait-soft px-4 py-1.5 text-dense font-medium text-wait"
    >
      {OUTDATED_PAGE}
      <Button onPress={() => location.reload()}>{SHELL.reload}</Button>
    </div>
  );
}
