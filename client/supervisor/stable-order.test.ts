import { nextTiles } from "#client/supervisor/stable-order.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

const boards = fc
  .uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"))
  .map((ids) => ids.map((callId) => ({ callId })));
const idsOf = (tiles: readonly { callId: string }[]) => tiles.map((tile) => tile.callId);

test("[UI5] tiles that stay never change places, new ones come last", () => {
  fc.assert(
    fc.property(boards, boards, (shown, present) => {
      const next = idsOf(nextTiles(shown, present, false));
      const stayed = idsOf(shown).filter((id) => idsOf(present).includes(id));
      expect(next.slice(0, stayed.length)).toEqual(stayed);
      expect(next.toSorted()).toEqual(idsOf(present).toSorted());
    }),
  );
});

test("[UI5] while the board is held, nothing that is shown moves", () => {
  fc.assert(
    fc.property(boards, boards, (shown, present) => {
      expect(idsOf(nextTiles(shown, present, true)).slice(0, shown.length)).toEqual(idsOf(shown));
    }),
  );
});

test("a tile is drawn as it is now, not as it was", () => {
  const now = { callId: "a", status: "in_progress" };
  expect(nextTiles([{ callId: "a", status: "ringing" }], [now], true)).toEqual([now]);
});
