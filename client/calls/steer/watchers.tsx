import { STEER } from "#client/calls/steer/copy.ts";
import { useWatchers } from "#client/wire/use-watchers.ts";
import { Eye } from "lucide-react";

/** Which colleagues have this call open, and who of them hears it [UI53]. Nothing before the server has said so. */
export function Watchers({ callId }: { callId: string }) {
  const watchers = useWatchers(callId);
  if (watchers.length === 0) return null;
  const names = watchers.map(({ name, listening }) => (listening ? `${name} (${STEER.listening})` : name));
  return (
    <p
      data-testid="watchers"
      className="flex items-start gap-2 border-b border-line px-4 py-2 text-dense text-muted"
    >
      <Eye aria-hidden size={16} className="shrink-0" />
      <span className="wrap-anywhere">
        {STEER.watching} {names.join(", ")}
      </span>
    </p>
  );
}
