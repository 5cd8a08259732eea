import { enterAs, test } from "#e2e/support/browser.ts";
import { callCase, newBusiness } from "#e2e/support/world.ts";
import { expect, type Page } from "@playwright/test";

const OBJECTIVE = "Find out what is leaking and when a plumber may come by.";
const PHONE = { width: 390, height: 844 };
const DAY_MS = 86_400_000;
const LIMIT_PER_HOUR = 10;

const composer = (page: Page) => page.getByRole("dialog", { name: /^Request an AI call/ });
const place = (page: Page) => composer(page).getByRole("button", { name: "Place call" }).click();

test("[UI20] the inbox by keyboard, its views in the address, and one column on phones", async ({
  page,
  world,
}) => {
  const business = await newBusiness(world);
  const older = await callCase(world, "endless", business);
  const newer = await callCase(world, "endless", business);
  await business.api.business.respondToMatch({ leadId: older.leadId, response: "declined" });
  await enterAs(page, world, business);
  await expect(page.getByText("No new leads")).toBeVisible();
  const views = page.getByRole("navigation", { name: "Views" });
  await views.getByRole("link", { name: "Interested 1" }).click();
  await expect(page).toHaveURL(/view=interested/);
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`lead=${newer.leadId}`));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Maria Lopez" })).toBeFocused();
  await page.keyboard.press("c");
  await expect(composer(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Maria Lopez" })).toBeVisible();

  await page.setViewportSize(PHONE);
  await expect(views).toBeHidden();
  await page.getByRole("link", { name: "Interested" }).click();
  await views.getByRole("link", { name: "Done 1" }).click();
  await page.getByRole("link", { name: /kitchen sink/ }).click();
  await expect(page).toHaveURL(new RegExp(`view=done&lead=${older.leadId}`));
  await page.goBack();
  await expect(views).toBeVisible();
});

test("[UI6] a composer that is refused says why and offers the way out", async ({ page, world }) => {
  const { business, consumer, leadId } = await callCase(world, "endless");
  await enterAs(page, world, business);
  await page.goto(`${world.baseUrl}/inbox?lead=${leadId}`);
  await page.getByRole("button", { name: "Request AI call" }).click();
  const dialog = composer(page);

  await dialog.getByLabel("Objective").fill("Too short");
  await page.keyboard.press("Control+Enter");
  await expect(dialog.getByText(/at least 10 characters/)).toBeVisible();
  await dialog.getByLabel("Objective").fill(OBJECTIVE);

  await dialog.getByText("At a chosen time").click();
  await dialog.getByLabel("Day and time, yours").fill("2035-01-01T10:00");
  await place(page);
  await expect(dialog.getByText(/passed or is too far away/)).toBeVisible();
  await dialog.getByRole("button", { name: "Call now instead" }).click();
  await expect(dialog.getByRole("radio", { name: /^Now/ })).toBeChecked();

  await business.api.business.respondToMatch({ leadId, response: "declined" });
  await place(page);
  await dialog.getByRole("button", { name: "Say that you are interested" }).click();
  await expect(dialog.getByRole("alert")).toHaveCount(0);

  const scheduledTime = new Date(Date.now() + DAY_MS).toISOString();
  for (let asked = 0; asked < LIMIT_PER_HOUR; asked += 1) {
    await business.api.business.requestAICall({ leadId, objective: OBJECTIVE, scheduledTime });
  }
  await place(page);
  await expect(dialog.getByText(/as many calls as an hour allows. The next is possible at/)).toBeVisible();

  await consumer.api.account.stopAllCalls();
  await place(page);
  await expect(dialog.getByText(/asked not to be called/)).toBeVisible();
  await expect(page).toHaveURL(/\/inbox/);
});

test("[UI21] a list that can't be refreshed stays and says how old it is", async ({ page, world }) => {
  const { business, leadId } = await callCase(world, "endless");
  await enterAs(page, world, business);
  await page.goto(`${world.baseUrl}/inbox?view=interested`);
  await expect(page.getByText("Maria Lopez")).toBeVisible();
  await page.route("**/rpc/business/leads*", (route) => route.fulfill({ status: 500, body: "{}" }));
  // News that can't be fetched.
  await business.api.business.respondToMatch({ leadId, response: "interested" });
  await expect(page.getByText(/^Last refreshed .* ago/)).toBeVisible();
  await expect(page.getByText("Maria Lopez")).toBeVisible();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await expect(page.getByText(/^Last refreshed/)).toHaveCount(0);
});
