import { STEER } from "#client/calls/steer/copy.ts";
import { actorName } from "#client/calls/steer/steer-panel.tsx";
import { RemarkDialog } from "#client/calls/steer/remark-dialog.tsx";
import { callTimeText } from "#client/calls/steer/steer-times.ts";
import { Button } from "#client/ui/button.tsx";
import { useShortcut } from "#client/ui/shortcuts.ts";
import type { CallView } from "#shared/call/view.ts";
import { Flag, StickyNote } from "lucide-react";
import { useState } from "react";

/** What staff wrote about a call, in every state of it, and the way to add to it [UI52]. */
export function RemarksPanel({ view }: { view: CallView }) {
  const [open, setOpen] = useState<"note" | "flag" | null>(null);
  useShortcut("n", () => setOpen("note"));
  useShortcut("f", () => setOpen("flag"));
  return (
    <section aria-labelledby="remarks-title" className="flex flex-col gap-3 border-b border-line p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 id="remarks-title" className="text-lead font-strong">
          {STEER.remarks}
        </h2>
        <div className="flex gap-2">
          <Button size="dense" onPress={() => setOpen("note")} className="max-sm:h-11">
            <StickyNote aria-hidden size={14} />
            {STEER.addNote}
          </Button>
          <Button size="dense" onPress={() => setOpen("flag")} className="max-sm:h-11">
            <Flag aria-hidden size={14} />
            {STEER.flag}
          </Button>
        </div>
      </div>
      <Remarks view={view} />
      <RemarkDialog kind={open} callId={view.callId} onClose={() => setOpen(null)} />
    </section>
  );
}

function Remarks({ view }: { view: CallView }) {
  const flags = view.flags.map(({ reason, at, by }, index) => ({
    key: `flag ${index}`,
    isFlag: true,
    text: reason,
    at,
    by,
  }));
  const notes = view.notes.map(({ noteId, text, at, by }) => ({ key: noteId, isFlag: false, text, at, by }));
  const all = [...flags, ...notes].toSorted((a, b) => b.at.localeCompare(a.at));
  if (all.length === 0) return <p className="text-muted">{STEER.noRemarks}</p>;
  return (
    <ul className="flex flex-col divide-y divide-line">
      {all.map(({ key, isFlag, text, at, by }) => (
        <li key={key} data-testid={isFlag ? "flag" : "note"} className="flex items-start gap-2 py-2">
          {isFlag ? (
            <Flag aria-label={STEER.flag} size={16} className="mt-0.5 shrink-0 text-wait" />
          ) : (
            <StickyNote aria-label={STEER.note} size={16} className="mt-0.5 shrink-0 text-muted" />
          )}
          <div className="min-w-0">
            <p className="wrap-anywhere whitespace-pre-line">{text}</p>
            <p className="figures text-meta text-muted">
              {actorName(by)}, {callTimeText(at, view)}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
