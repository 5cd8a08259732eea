/** One line of the palette: what it is called, what stands beside it, and what choosing it does. */
export type PaletteItem = { id: string; label: string; hint?: string; run: () => void };

/** "G W" of "g>w": keys as people read them. */
export const keysText = (keys: string): string => keys.toUpperCase().replaceAll(">", " ");

/** The items that hold every typed word, in any order and case. */
export function matching(items: readonly PaletteItem[], typed: string): readonly PaletteItem[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}
