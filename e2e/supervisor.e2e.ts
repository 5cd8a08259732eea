import { expectAccessible, test } from "#e2e/support/browser.ts";
import { signIn } from "#e2e/support/api.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import { callCase } from "#e2e/support/world.ts";
import { expect } from "@playwright/test";

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
  await business.api.call.cancel({ callId });

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
