import { IconButton } from "#client/ui/button.tsx";
import { createStore, useStore } from "#client/ui/store.ts";
import { X } from "lucide-react";

type ToastMessage = { key: number; text: string; tone: "good" | "bad" };

const SHOWN_MS = 6_000;
/** The oldest message leaves when a fourth one comes. */
const MOST = 3;
const messages = createStore<readonly ToastMessage[]>([]);
let lastKey = 0;

/** Says something once, in a corner, for six seconds. Nothing personal goes in here. */
export function showToast(text: string, tone: ToastMessage["tone"] = "good"): void {
  lastKey += 1;
  const key = lastKey;
  messages.set([...messages.get().slice(1 - MOST), { key, text, tone }]);
  setTimeout(() => dismiss(key), SHOWN_MS);
}

function dismiss(key: number) {
  messages.set(messages.get().filter((one) => one.key !== key));
}

export function ToastRegion() {
  const shown = useStore(messages);
  return (
    <output
      aria-label="Messages"
      className="pointer-events-none fixed inset-x-4 bottom-20 z-40 flex flex-col items-center gap-2 sm:inset-x-auto sm:right-6 sm:bottom-6 sm:items-end"
    >
      {shown.map((one) => (
        <div
          key={one.key}
          className={`pointer-events-auto flex max-w-sm items-center gap-2 rounded-card border bg-surface py-1 pr-1 pl-4 shadow-overlay ${
            one.tone === "bad" ? "border-bad" : "border-line"
          }`}
        >
          <span>{one.text}</span>
          <IconButton label="Dismiss" onPress={() => dismiss(one.key)}>
            <X aria-hidden size={16} />
          </IconButton>
        </div>
      ))}
    </output>
  );
}
