import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
type Explained = { executionStats: { totalDocsExamined: number } };

test("[CL110] calls that the carrier owes a price for are found by their index, however many calls there were", async () => {
  const { db } = database();
  const settled = Array.from({ length: 300 }, (_, index) => ({
    _id: `call_settled${String(index).padStart(4, "0")}`,
    status: "completed",
    settleDueAt: index % 100 === 0 ? new Date(index) : null,
  }));
  await db.collection<{ _id: string }>("calls").insertMany(settled);
  const filter = { settleDueAt: { $type: "date", $lte: new Date(250) } };
  expect(await db.collection("calls").countDocuments(filter)).toBe(3);
  const explained = await db.command({ explain: { find: "calls", filter }, verbosity: "executionStats" });
  expect((explained as unknown as Explained).executionStats.totalDocsExamined).toBeLessThanOrEqual(3);
});
