type Place = { top: number; left: number };

/** Tiles of one row start at the same height, but for what a zoomed page rounds. */
const SAME_ROW_PX = 4;

/** The tile that an arrow key leads to from tile `index`; null when there is none or the key is no arrow. `places` in reading order. */
export function nextTile(places: readonly Place[], index: number, key: string): number | null {
  const from = places[index];
  if (from === undefined) return null;
  switch (key) {
    case "ArrowRight":
      return index + 1 < places.length ? index + 1 : null;
    case "ArrowLeft":
      return index > 0 ? index - 1 : null;
    case "ArrowDown":
      return nearest(places, from, (place) => place.top - from.top);
    case "ArrowUp":
      return nearest(places, from, (place) => from.top - place.top);
    default:
      return null;
  }
}

/** In the next row that way, the tile that is closest to the same column. */
function nearest(places: readonly Place[], from: Place, awayPx: (place: Place) => number): number | null {
  const beyond = places.flatMap((place, index) =>
    awayPx(place) > SAME_ROW_PX
      ? { index, away: awayPx(place), aside: Math.abs(place.left - from.left) }
      : [],
  );
  const rowPx = Math.min(...beyond.map((one) => one.away));
  const row = beyond.filter((one) => one.away <= rowPx + SAME_ROW_PX);
  return row.toSorted((a, b) => a.aside - b.aside)[0]?.index ?? null;
}
