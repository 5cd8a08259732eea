import { expectAccessible, test } from "#e2e/support/browser.ts";
import { signIn } from "#e2e/support/api.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import { callCase } from "#e2e/support/world.ts";
import { expect, type Locator, type Page } from "@playwright/test";

const CONSUMER = "Wilhelmina Wallner";

test("a supervisor sees a call run on the wall, follows its words, and starts another", async ({
  page,
  world,
}) => {
  const { api } = await signIn(world.baseUrl, DEMO_PEOPLE.supervisor.email, DEMO_PASSWORD);
  await page.goto(world.baseUrl);
  await expectAccessible(page, "sign-in with demo people");
  await page.getByRole("button", { name: /^Demo supervisor/ }).click();
  await expect(page.getByRole("heading", { name: "Wall", exact: true })).toBeVisible();

  // A call of its own: a demo call may be saying goodbye just when it is opened.
  const { business, request } = await callCase(world, "endless", undefined, { consumerName: CONSUMER });
  const callId = await request();
  const tile = page.getByTestId("wall-tile").filter({ hasText: CONSUMER });
  await expect(tile).toContainText(/Agent|Consumer/, { timeout: 120_000 });
  await expectAccessible(page, "wall");
  await tile.getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(`/calls/${callId}`));
  await expect(page.getByTestId("draft").first()).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page, "live call");
  const lastLine = () => page.getByTestId("segment").last().getAttribute("data-segment-id");
  const before = await lastLine();
  await expect.poll(lastLine, { timeout: 60_000 }).not.toBe(before);

  await page.getByRole("link", { name: "Wall" }).click();
  await wallByKeyboard(page, tile);
  await business.api.call.cancel({ callId });
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

/** [UI41] [UI42] [UI44] Filters in the address, a call selected by key, and the question before many are cancelled; nothing is cancelled. */
async function wallByKeyboard(page: Page, tile: Locator) {
  await expect(tile).toBeVisible();
  await expect(page.getByTestId("wall-figures")).toContainText(
    /Live \d+ · Queue \d+.* · Needs you \d+ · Today/,
  );
  await page.keyboard.press("p");
  await expect(page.getByText(/Updates are paused/)).toBeVisible();
  await tile.getByRole("link").focus();
  await page.keyboard.press("x");
  await expect(page.getByText("1 call selected")).toBeVisible();
  await page.keyboard.press("Shift+X");
  const question = page.getByRole("alertdialog", { name: "Cancel 1 call?" });
  await expect(question.getByRole("button", { name: "Keep them" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Clear selection" }).click();
  await expect(page.getByText("1 call selected")).toBeHidden();
  await page.getByTestId("pause-updates").click();
  await page.getByLabel("Sort").selectOption("Longest first");
  await expect(page).toHaveURL(/\/wall\?sort=longest$/);
  await page.reload();
  await expect(page.getByLabel("Sort")).toHaveValue("longest");
  await page.getByLabel("Sort").selectOption("Who needs help");
  await expect(page).toHaveURL(/\/wall$/);
}
