import { Checkbox } from "#client/ui/checkbox.tsx";
import { Dialog } from "#client/ui/dialog.tsx";
import { useShortcut, useSingleKeys } from "#client/ui/shortcuts.ts";
import { useState } from "react";

type KeyRow = { keys: string; does: string };

type KeyboardHelpProps = { rows: readonly KeyRow[] };

/** The list of keys, opened by `?`. */
export function KeyboardHelp({ rows }: KeyboardHelpProps) {
  const [isOpen, setOpen] = useState(false);
  const [on, setOn] = useSingleKeys();
  useShortcut("?", () => setOpen(true));
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="hidden rounded-control px-2 py-1 text-dense text-muted hover:bg-idle-soft lg:block"
      >
        Keyboard <kbd className="font-mono">?</kbd>
      </button>
      <Dialog title="Keyboard" isOpen={isOpen} onClose={() => setOpen(false)}>
        <dl className="mt-4 grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
          {rows.map((row) => (
            <div key={row.keys} className="contents">
              <dt>
                <kbd className="rounded-chip border border-line bg-sunken px-1.5 py-0.5 font-mono text-dense">
                  {row.keys}
                </kbd>
              </dt>
              <dd>{row.does}</dd>
            </div>
          ))}
        </dl>
        <div className="mt-4 border-t border-line pt-2">
          <Checkbox isSelected={on} onChange={setOn}>
            Single keys act
          </Checkbox>
        </div>
      </Dialog>
    </>
  );
}
