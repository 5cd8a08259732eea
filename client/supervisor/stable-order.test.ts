import { countMoved, type Placed, placeTiles } from "#client/supervisor/stable-order.ts";
import fc from "fast-check";
import { expect, test } from "vitest";

type Call = { callId: string };
const walls = fc
  .uniqueArray(fc.record({ callId: fc.constantFrom("a", "b", "c", "d", "e", "f"), isAbove: fc.boolean() }), {
    selector: (one) => one.callId,
  })
  .map((rows) => rows.map(({ callId, isAbove }): Placed<Call> => ({ call: { callId }, isAbove })));
const placesOf = (tiles: readonly Placed<Call>[]) => tiles.map((one) => `${one.call.callId} ${one.isAbove}`);

test("[UI5] nothing that is shown moves while the wall is held, and whoever is new comes last", () => {
  fc.assert(
    fc.property(walls, walls, (shown, wanted) => {
      const next = placeTiles(shown, wanted, true);
      expect(placesOf(next).slice(0, shown.length)).toEqual(placesOf(shown));
      const all = new Set([...shown, ...wanted].map((one) => one.call.callId));
      expect(next.map((one) => one.call.callId).toSorted()).toEqual([...all].toSorted());
    }),
  );
});

test("[UI5] once it is let go, or put in order, the tiles are as they should be and none is out of place", () => {
  fc.assert(
    fc.property(walls, walls, (shown, wanted) => {
      const next = placeTiles(shown, wanted, false);
      expect(placesOf(next)).toEqual(placesOf(wanted));
      expect(countMoved(next, wanted)).toBe(0);
    }),
  );
});

test("[UI5] what is out of place is counted: places, sections, and who has left", () => {
  const tile = (callId: string, isAbove = false): Placed<Call> => ({ call: { callId }, isAbove });
  const shown = [tile("a"), tile("b"), tile("c")];
  const moved = (wanted: Placed<Call>[]) => countMoved(placeTiles(shown, wanted, true), wanted);
  expect(moved([tile("a"), tile("b"), tile("c")])).toBe(0);
  expect(moved([tile("a"), tile("b"), tile("c"), tile("d")])).toBe(0);
  expect(moved([tile("b"), tile("a"), tile("c")])).toBe(2);
  expect(moved([tile("a", true), tile("b"), tile("c")])).toBe(1);
  expect(moved([tile("b"), tile("c")])).toBe(1);
});

test("a tile is drawn as it is now, not as it was", () => {
  const now = { callId: "a", status: "in_progress" };
  const before = { call: { callId: "a", status: "ringing" }, isAbove: false };
  expect(placeTiles([before], [{ call: now, isAbove: true }], true)).toEqual([{ call: now, isAbove: false }]);
});
