import type { Caller } from "#server/accounts/caller.ts";
import { createSavedViews } from "#server/accounts/saved-views.ts";
import { useTestDatabase } from "#server/database/test-database.suite.ts";
import { expect, test } from "vitest";

const database = useTestDatabase();
const caller = (name: string): Caller => ({
  accountId: `acc_${name}`,
  name,
  email: `${name}@people.test`,
  role: "supervisor",
  businessId: null,
});

test("[CL373] a view is kept under its name, for its account alone", async () => {
  const views = createSavedViews({ connection: database().connection });
  const [sam, dana] = [caller("sam"), caller("dana")];
  await views.save(sam, { name: "Failed", status: "failed" });
  await views.save(sam, { name: "Voicemail", outcome: "voicemail" });
  const { views: again } = await views.save(sam, { name: "Failed", status: "busy" });
  expect(again).toMatchObject([
    { name: "Failed", status: "busy" },
    { name: "Voicemail", outcome: "voicemail" },
  ]);
  expect((await views.list(dana)).views).toEqual([]);
  const [first] = again;
  await views.remove(dana, first?.viewId ?? "");
  expect((await views.list(sam)).views).toHaveLength(2);
  expect((await views.remove(sam, first?.viewId ?? "")).views).toMatchObject([{ name: "Voicemail" }]);
});

test("[CL373] twenty are the most, also when they come at once; a known name still takes another filter", async () => {
  const views = createSavedViews({ connection: database().connection });
  const ada = caller("ada");
  const saved = await Promise.allSettled(
    Array.from({ length: 30 }, (_, index) => views.save(ada, { name: `View ${index}` })),
  );
  expect(saved.filter(({ status }) => status === "fulfilled")).toHaveLength(20);
  const { views: kept } = await views.list(ada);
  expect(kept).toHaveLength(20);
  await views.save(ada, { name: kept[0]?.name ?? "", status: "failed" });
  await expect(views.save(ada, { name: "One more" })).rejects.toMatchObject({ code: "NOT_POSSIBLE" });
});
