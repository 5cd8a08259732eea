import { enterAs, linkTo, test } from "#e2e/support/browser.ts";
import { newBusiness, newConsumer } from "#e2e/support/world.ts";
import { expect } from "@playwright/test";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Noon in so many days, as the time field has it. */
const noonIn = (days: number): string =>
  `${new Date(Date.now() + days * DAY_MS).toLocaleDateString("en-CA")}T12:00`;

test("[UI10][UI12][UI13] from a request to a booked callback, and its cancel", async ({
  browser,
  page,
  world,
}) => {
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
  await page.getByLabel("Day and time").fill(noonIn(1));
  await page.getByRole("button", { name: "Book this call" }).click();
  await expect(page).toHaveURL(/\/c\/call_/);
  const callId = page.url().split("/").at(-1) ?? "";
  const status = page.getByTestId("call-status");
  await expect(status).toContainText("Booked for");
  await expect(page.getByRole("listitem").filter({ hasText: "Booked" })).toHaveAttribute(
    "aria-current",
    "step",
  );

  const { codeWords, scheduledFor } = await consumer.api.call.get({ callId });
  await expect(page.getByText(`“${codeWords}”`)).toBeVisible();

  await page.getByRole("button", { name: "Move" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Day and time").fill(noonIn(2));
  await sheet.getByRole("button", { name: "Move the call" }).click();
  await expect(sheet).toHaveCount(0);
  const moved = await consumer.api.call.get({ callId });
  expect(Date.parse(moved.scheduledFor ?? "") - Date.parse(scheduledFor ?? "")).toBeGreaterThan(DAY_MS / 2);

  // The link of a text message shows the same call to a browser that nobody signed in with.
  const stranger = await browser.newPage();
  await stranger.goto(world.baseUrl + linkTo(callId));
  await expect(stranger.getByText(`“${codeWords}”`)).toBeVisible();
  await expect(stranger.getByRole("button", { name: "Stop all calls to me" })).toHaveCount(0);

  await page.getByRole("button", { name: "Cancel call" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel call" }).click();
  await expect(status).toHaveText("Cancelled");
  await expect(stranger.getByTestId("call-status")).toHaveText("Cancelled");
  await stranger.close();
  await expect(page.getByRole("list", { name: "How far your call is" })).toHaveCount(0);
  expect(await consumer.api.call.get({ callId })).toMatchObject({
    status: "cancelled",
    endReason: "cancelled_before_dialing",
    attempts: [],
  });
});
