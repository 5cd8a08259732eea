import { expectAccessible, test } from "#e2e/support/browser.ts";
import { signIn } from "#e2e/support/api.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import { WORLD_BUSINESS } from "#e2e/support/world.ts";
import { expect } from "@playwright/test";

test("a supervisor sees a call run on the wall, follows its words, and starts another", async ({
  page,
  world,
}) => {
  const { api } = await signIn(world.baseUrl, DEMO_PEOPLE.supervisor.email, DEMO_PASSWORD);
  await page.goto(world.baseUrl);
  await expectAccessible(page, "sign-in with demo people");
  await page.getByRole("button", { name: /^Demo supervisor/ }).click();
  await expect(page.getByRole("heading", { name: "Wall", exact: true })).toBeVisible();

  // A demo call, not one that another journey left behind.
  const tile = page
    .getByTestId("wall-tile")
    .filter({ hasText: /Agent|Consumer/, hasNotText: WORLD_BUSINESS })
    .first();
  await expect(tile).toBeVisible({ timeout: 120_000 });
  await expectAccessible(page, "wall");
  const draft = page.getByTestId("draft").first();
  const summary = page.getByRole("heading", { name: "Summary" });
  // A call that was saying goodbye when it was opened is over soon: then the next one.
  for (let calls = 1; ; calls++) {
    await expect(tile).toBeVisible({ timeout: 120_000 });
    await tile.getByRole("link").click();
    await expect(page.getByTestId("call-status")).toBeVisible();
    await expect(draft.or(summary).first()).toBeVisible({ timeout: 60_000 });
    if (await draft.isVisible()) break;
    expect(calls).toBeLessThan(4);
    await page.getByRole("link", { name: "Wall" }).click();
  }
  await expectAccessible(page, "live call");
  const lastLine = () => page.getByTestId("segment").last().getAttribute("data-segment-id");
  const before = await lastLine();
  await expect.poll(lastLine, { timeout: 60_000 }).not.toBe(before);

  await page.getByRole("link", { name: "Wall" }).click();
  const known = new Set((await allOnBoard()).map(({ callId }) => callId));
  await page.getByTestId("start-demo-call").click();
  await expect(page.getByText("Demo call started.")).toBeVisible();
  const isNew = async () => (await allOnBoard()).some(({ callId }) => !known.has(callId));
  await expect.poll(isNew).toBe(true);
  const started = (await allOnBoard()).find(({ callId }) => !known.has(callId));
  // Live, waiting for its next attempt, or just ended: somewhere on the wall.
  await expect(page.getByText(started?.consumerName ?? "nobody").first()).toBeVisible({ timeout: 60_000 });

  async function allOnBoard() {
    const { live, waiting, recent } = await api.supervisor.board();
    return [...live, ...waiting, ...recent];
  }
});
