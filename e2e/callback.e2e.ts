import { enterAs, test } from "#e2e/support/browser.ts";
import { newBusiness, newConsumer } from "#e2e/support/world.ts";
import { expect } from "@playwright/test";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Tomorrow at noon on the browser's clock: legal everywhere. */
const tomorrowNoon = (): string => `${new Date(Date.now() + DAY_MS).toLocaleDateString("en-CA")}T12:00`;

test("[UI10] from a request to a booked callback, and its cancel", async ({ page, world }) => {
  const [consumer, business] = await Promise.all([newConsumer(world), newBusiness(world)]);
  const { businessId } = await business.api.business.profile();
  await enterAs(page, world, consumer);
  await page.getByLabel("In your own words").fill("The pipe under my kitchen sink is leaking.");
  await page.getByLabel("Kind of help").selectOption("plumbing");
  await page.getByLabel("Postal code").fill("94110");
  await page.getByRole("button", { name: "Find businesses" }).click();
  await expect(page.getByRole("heading", { name: /can help/ })).toBeVisible();
  const leadId = page.url().split("/").at(-1) ?? "";
  await expect(page.getByRole("link", { name: "Pick a time" })).toHaveCount(0);
  await business.api.business.respondToMatch({ leadId, response: "interested" });

  await page.locator(`a[href="/book/${leadId}/${businessId}"]`).click();
  await page.getByLabel("Day and time").fill(tomorrowNoon());
  await page.getByRole("button", { name: "Book this call" }).click();
  await expect(page).toHaveURL(/\/c\/call_/);
  const callId = page.url().split("/").at(-1) ?? "";
  const status = page.getByTestId("call-status");
  await expect(status).toContainText("Booked for");
  await expect(page.getByRole("listitem").filter({ hasText: "Booked" })).toHaveAttribute(
    "aria-current",
    "step",
  );

  await page.getByRole("button", { name: "Cancel call" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel call" }).click();
  await expect(status).toHaveText("Cancelled");
  await expect(page.getByRole("list", { name: "How far your call is" })).toHaveCount(0);
  expect(await consumer.api.call.get({ callId })).toMatchObject({
    status: "cancelled",
    endReason: "cancelled_before_dialing",
    attempts: [],
  });
});
