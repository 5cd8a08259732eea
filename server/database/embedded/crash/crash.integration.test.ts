import { afterAll, expect, test } from "vitest";
import { Ledger } from "#server/database/embedded/crash/ledger.ts";
import { crashRounds } from "#server/database/embedded/crash/rounds.ts";
import { testFolders } from "#server/database/embedded/test-process.ts";

const folders = testFolders();
afterAll(() => folders.remove());

test("[DB1] [DB3] every process killed while writing: nothing answered is lost, nothing half applied, indexes agree", async () => {
  const report = await crashRounds(folders.fresh(), 3, () => undefined);
  expect(report).toMatchObject({ rounds: 3, problems: [] });
  expect(report.answered).toBeGreaterThan(150);
});

test("the ledger notices what is lost, back again or half applied, and leaves open what was not answered", () => {
  const ledger = new Ledger();
  ledger.read("try insert a\ndone insert a\ntry insert b\ntry delete c\ndone delete c\ntry gr");
  ledger.read("try group g 4\ndone group g 4\ntry group g 8\n");
  const group = (versions: number[]) =>
    versions.map((version, at) => ({ _id: `g-group-${at}`, owner: "g", group: "g", version }));
  expect(ledger.compare([{ _id: "a", owner: "w" }, ...group([8, 8, 8, 8, 8])])).toEqual([]);
  expect(ledger.compare([{ _id: "c", owner: "w" }, ...group([4, 4, 4, 4, 8])])).toEqual([
    "lost: a",
    "back again: c",
    "half applied: g has 2 versions",
  ]);
  expect(ledger.compare([{ _id: "a", owner: "w" }, ...group([0, 0, 0, 0, 0])])).toEqual([
    "lost: an update of g",
  ]);
});
