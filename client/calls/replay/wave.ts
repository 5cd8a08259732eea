/** Columns of a drawn waveform, however long the call is. */
export const WAVE_COLUMNS = 400;

export type Lane = { levels: Uint8Array; perSecond: number; startMs: number };

/** The loudest level in each column of a time line that ends at `endMs`. */
export function columnsOf({ levels, perSecond, startMs }: Lane, endMs: number): Uint8Array {
  const columns = new Uint8Array(WAVE_COLUMNS);
  const barMs = 1000 / perSecond;
  for (const [bar, level] of levels.entries()) {
    const first = Math.floor(((startMs + bar * barMs) / endMs) * WAVE_COLUMNS);
    const last = Math.ceil(((startMs + (bar + 1) * barMs) / endMs) * WAVE_COLUMNS);
    for (let column = Math.max(0, first); column < Math.min(last, WAVE_COLUMNS); column++) {
      columns[column] = Math.max(columns[column] ?? 0, level);
    }
  }
  return columns;
}

/** A path of upright bars around the middle of a lane of this height; quiet voices are drawn louder than they are, so that they are seen. */
export function wavePath(columns: Uint8Array, height: number): string {
  const middle = height / 2;
  return [...columns]
    .flatMap((level, column) => {
      const reach = Math.sqrt(level / 255) * middle;
      return level === 0
        ? []
        : `M${column + 0.5} ${(middle - reach).toFixed(1)}V${(middle + reach).toFixed(1)}`;
    })
    .join("");
}

export const levelsOf = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
