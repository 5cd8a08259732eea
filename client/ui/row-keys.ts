import { useShortcut } from "#client/ui/shortcuts.ts";
import { type RefObject, useRef } from "react";

/**
 * J and K move the focus through the links of a list that carry `data-row`, starting at the focused or the current one; Enter opens the
 * one that has the focus, because it is a link. `onRow` gets the number of the row that was reached.
 */
export function useRowKeys(onRow?: (index: number) => void): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null);
  const step = (by: 1 | -1) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const focused = rows.findIndex((row) => row === document.activeElement);
    const current = focused < 0 ? rows.findIndex((row) => row.hasAttribute("aria-current")) : focused;
    const index = current < 0 ? 0 : current + by;
    const row = rows[index];
    if (row === undefined) return;
    row.focus();
    onRow?.(index);
  };
  useShortcut("j", () => step(1));
  useShortcut("k", () => step(-1));
  return list;
}
