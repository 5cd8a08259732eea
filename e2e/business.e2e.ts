import { enterAs, test } from "#e2e/support/browser.ts";
import { callCase } from "#e2e/support/world.ts";
import { expect, type Page } from "@playwright/test";

const OBJECTIVE = "Find out what is leaking and when a plumber may come by.";
const DAY_MS = 86_400_000;
const LIMIT_PER_HOUR = 10;

const composer = (page: Page) => page.getByRole("dialog", { name: /^Request an AI call/ });
const place = (page: Page) => composer(page).getByRole("button", { name: "Place call" }).click();

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
  await expect(dialog.getByText(/this is .* AI assistant/)).toBeVisible();
  await dialog.getByText(/^What the agent is told/).click();
  await expect(dialog.getByRole("region", { name: "What the agent is told" })).toContainText(OBJECTIVE);
  await expect(dialog.getByText(/Calls left: 10 of 10 this hour/)).toBeVisible();
  await expect(dialog.getByText("Calls are allowed there now.")).toBeVisible();

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
