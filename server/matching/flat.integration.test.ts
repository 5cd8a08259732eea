import { readsAt } from "#server/matching/market-reads.suite.ts";
import { expect, test } from "vitest";

test("[MA11] [MA12] matching and inbox read no more when businesses and leads are many more", async () => {
  const few = await readsAt({ businesses: 750, leads: 2_000 });
  const many = await readsAt({ businesses: 3_000, leads: 6_000 });
  expect(Object.keys(few)).toHaveLength(7);
  for (const [name, { queries }] of Object.entries(many)) {
    const most = name === "the matches of a lead" ? 4 : name.includes("lead") ? 20 : 11;
    expect([name, queries <= most]).toEqual([name, true]);
  }
  for (const [name, { documents, keys }] of Object.entries(few)) {
    // Every limit is reached at both sizes; a scan would read two to four times as much.
    expect([name, (many[name]?.documents ?? 0) <= documents * 1.2 + 20]).toEqual([name, true]);
    expect([name, (many[name]?.keys ?? 0) <= keys * 1.2 + 20]).toEqual([name, true]);
  }
}, 120_000);
