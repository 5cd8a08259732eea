import { expectAccessible, test } from "#e2e/support/browser.ts";
import { signIn } from "#e2e/support/api.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
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

  const tile = page
    .getByTestId("wall-tile")
    .filter({ hasText: /Agent|Caller/ })
    .first();
  await expect(tile).toBeVisible({ timeout: 120_000 });
  await expectAccessible(page, "wall");
  await tile.getByRole("link").click();

  await expect(page.getByTestId("call-status")).toBeVisible();
  await expect(page.getByTestId("draft").first()).toBeVisible({ timeout: 60_000 });
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
  await expect(page.locator(`[data-call-id="${started?.callId}"]`)).toBeVisible({ timeout: 60_000 });

  async function allOnBoard() {
    const { live, waiting, recent } = await api.supervisor.board();
    return [...live, ...waiting, ...recent];
  }
});
