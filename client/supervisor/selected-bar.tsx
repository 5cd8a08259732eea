import { cancelMany } from "#client/supervisor/cancel-many.ts";
import { SUPERVISOR } from "#client/supervisor/copy.ts";
import type { Selection } from "#client/supervisor/use-selection.ts";
import { Button } from "#client/ui/button.tsx";
import { ConfirmDialog } from "#client/ui/dialog.tsx";
import { countText } from "#client/ui/format.ts";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { showToast } from "#client/ui/toast.tsx";
import { client } from "#client/wire/rpc.ts";
import { X } from "lucide-react";
import { useState } from "react";

/** What is done to all selected calls at once; there while any is selected. */
export function SelectedBar({ selection }: { selection: Selection }) {
  const [isAsking, setAsking] = useState(false);
  const [done, setDone] = useState<number | null>(null);
  const ids = [...selection.ids];
  useShortcut("shift+x", () => setAsking(true), ids.length > 0 && done === null);
  useShortcut("x", toggleFocused(selection));
  if (ids.length === 0) return null;
  const cancelAll = async () => {
    setDone(0);
    const cancel = (callId: string) => client.call.cancel({ callId });
    const { cancelled, tooLate, failed } = await cancelMany(ids, cancel, setDone);
    setDone(null);
    selection.keep(failed);
    const parts = [
      `${countText(cancelled.length, "call")} cancelled.`,
      ...(tooLate.length > 0 ? [`For ${tooLate.length} it was too late.`] : []),
      ...(failed.length > 0 ? [`${failed.length} could not be cancelled and stay selected.`] : []),
    ];
    showToast(parts.join(" "), failed.length > 0 ? "bad" : "good");
  };
  return (
    <section
      aria-label={SUPERVISOR.cancelSelected}
      className="sticky bottom-3 z-10 flex flex-wrap items-center justify-between gap-2 rounded-card border border-accent bg-surface p-3 shadow-overlay"
    >
      <output className="figures font-medium">
        {done === null
          ? `${countText(ids.length, "call")} selected`
          : `Cancelling ${Math.min(done + 1, ids.length)} of ${ids.length}…`}
      </output>
      <span className="flex gap-2">
        <Button size="dense" look="quiet" isDisabled={done !== null} onPress={() => selection.keep([])}>
          {SUPERVISOR.clearSelection}
        </Button>
        <Button size="dense" look="danger" isPending={done !== null} onPress={() => setAsking(true)}>
          <X aria-hidden size={14} />
          {SUPERVISOR.cancelSelected}
          <kbd aria-hidden className="hidden font-sans text-meta lg:inline">
            ⇧X
          </kbd>
        </Button>
      </span>
      <ConfirmDialog
        title={`Cancel ${countText(ids.length, "call")}?`}
        body={SUPERVISOR.cancelBody}
        confirmLabel={`Cancel ${countText(ids.length, "call")}`}
        keepLabel={SUPERVISOR.cancelKeep}
        isOpen={isAsking}
        onConfirm={() => void cancelAll()}
        onClose={() => setAsking(false)}
      />
    </section>
  );
}

/** X: the call that has the focus, on a tile or in the queue. */
const toggleFocused = (selection: Selection) => () => {
  const callId = document.activeElement?.closest("[data-call-id]")?.getAttribute("data-call-id");
  if (callId !== null && callId !== undefined) selection.toggle(callId);
};
