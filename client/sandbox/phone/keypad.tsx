import { PHONE } from "#client/sandbox/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { useSingleKeys } from "#client/ui/shortcuts.ts";
import { useEffect } from "react";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const NAMES: Record<string, string> = { "*": "star", "#": "hash" };

/** The twelve keys of a phone; outside fields the keyboard presses them too. */
export function Keypad({ press }: { press: (key: string) => void }) {
  const [on] = useSingleKeys();
  useEffect(() => {
    const listen = ({ key, target, metaKey, ctrlKey }: KeyboardEvent) => {
      const isTyping = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
      if (on && !isTyping && !metaKey && !ctrlKey && KEYS.includes(key)) press(key);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [on, press]);
  return (
    <fieldset className="rounded-card border border-line bg-surface p-4 sm:p-6 lg:max-w-md">
      <legend className="sr-only">{PHONE.keypad}</legend>
      <div className="grid grid-cols-3 gap-2">
        {KEYS.map((key) => (
          <Button
            key={key}
            size="touch"
            aria-label={`${PHONE.keypad}: ${NAMES[key] ?? key}`}
            onPress={() => press(key)}
          >
            <span className="figures text-large">{key}</span>
          </Button>
        ))}
      </div>
    </fieldset>
  );
}
