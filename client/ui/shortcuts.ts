import { createStore, useStore } from "#client/ui/store.ts";
import { readSetting, writeSetting } from "#client/ui/theme.ts";
import { useHotkeys } from "react-hotkeys-hook";

const KEY = "ringside.shortcuts";
const singleKeys = createStore(readSetting(KEY) !== "off");

/** Whether single keys act; people who dictate switch them off (WCAG 2.1.4). */
export function useSingleKeys(): [boolean, (next: boolean) => void] {
  const on = useStore(singleKeys);
  return [
    on,
    (next) => {
      writeSetting(KEY, next ? "on" : "off");
      singleKeys.set(next);
    },
  ];
}

const isDialogOpen = (): boolean => document.querySelector("[role=dialog], [role=alertdialog]") !== null;

/** A key such as "shift+x" or "g>i", or several of them with commas between; silent in fields, in dialogs and when single keys are off. */
export function useShortcut(keys: string, run: (event: KeyboardEvent) => void, isEnabled = true): void {
  const [on] = useSingleKeys();
  useHotkeys(
    keys,
    (event) => {
      if (isDialogOpen()) return;
      event.preventDefault();
      run(event);
    },
    {
      enabled: on && isEnabled,
      useKey: keys === "?" || keys === "/",
      // Space presses the button that has the focus.
      ignoreEventWhen: (event) => keys === "space" && isControl(event.target),
    },
  );
}

const isControl = (target: EventTarget | null) =>
  target instanceof Element && target.closest("button, a, summary, [role=button]") !== null;
const isApple = (): boolean => /mac|iphone|ipad/i.test(navigator.userAgent);

/** What sends a form, as it is written on this machine's keys. */
export const SEND_KEYS = isApple() ? "⌘ ⏎" : "Ctrl ⏎";

/** What opens the palette, as it is written on this machine's keys. */
export const PALETTE_KEYS = isApple() ? "⌘ K" : "Ctrl K";

/** ⌘ or Ctrl with K, also from a field; not over an open dialog. No single key, so it acts always. */
export function usePaletteKeys(open: () => void): void {
  useHotkeys(
    "meta+k, ctrl+k",
    (event) => {
      event.preventDefault();
      if (!isDialogOpen()) open();
    },
    { enableOnFormTags: true },
  );
}

/** ⌘ or Ctrl with Enter sends a form, from any of its fields. No single key, so it acts always. */
export function useSendKeys(send: () => void, isEnabled = true): void {
  useHotkeys("meta+enter, ctrl+enter", send, { enabled: isEnabled, enableOnFormTags: true });
}
