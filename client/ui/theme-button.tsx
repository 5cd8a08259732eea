import { IconButton } from "#client/ui/button.tsx";
import { type ThemeChoice, useThemeChoice } from "#client/ui/theme.ts";
import { Monitor, Moon, Sun } from "lucide-react";

const NEXT: Record<ThemeChoice, ThemeChoice> = { system: "light", light: "dark", dark: "system" };
const ICON = { system: Monitor, light: Sun, dark: Moon } as const;

/** Goes around the three choices: as the system has it, light, dark. */
export function ThemeButton() {
  const [choice, choose] = useThemeChoice();
  const Icon = ICON[choice];
  return (
    <IconButton label={`Theme: ${choice}`} onPress={() => choose(NEXT[choice])}>
      <Icon aria-hidden size={18} />
    </IconButton>
  );
}
