import { createStore, useStore } from "#client/ui/store.ts";

export type ThemeChoice = "system" | "light" | "dark";
const KEY = "ringside.theme";

function stored(): ThemeChoice {
  const value = readSetting(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

/** Storage may be blocked; a setting that cannot be read has its default. */
export function readSetting(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Blocked storage: the default applies.
  }
}

export function writeSetting(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    return; // Blocked storage: the choice lives until the page is closed.
  }
}

const choice = createStore<ThemeChoice>("system");
/** Pages that are dark unless the person chose otherwise (the wall). */
const darkByDefault = createStore(false);

function apply() {
  const chosen = choice.get();
  const scheme = chosen === "system" && darkByDefault.get() ? "dark" : chosen;
  if (scheme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = scheme;
}

/** Reads the stored choice and keeps the document in step with it; once, before the first render. */
export function startTheme(): void {
  choice.set(stored());
  choice.subscribe(apply);
  darkByDefault.subscribe(apply);
  apply();
}

export function useThemeChoice(): [ThemeChoice, (next: ThemeChoice) => void] {
  const current = useStore(choice);
  return [
    current,
    (next) => {
      writeSetting(KEY, next);
      choice.set(next);
    },
  ];
}

/** For an effect: this page is dark by default until the returned function runs. */
export function preferDark(): () => void {
  darkByDefault.set(true);
  return () => darkByDefault.set(false);
}
