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
  // A place of its own: leads of the demo are not offered to it.
  const postalCode = "59001";
  const business = await newBusiness(world, [postalCode]);
  const older = await callCase(world, "endless", business, { postalCode });
  const newer = await callCase(world, "endless", business, { postalCode });
  await business.api.business.respondToMatch({ leadId: older.leadId, response: "declined" });
  await enterAs(page, world, business);
  await expect(page.getByText("No new leads")).toBeVisible();
  const views = page.getByRole("navigation", { name: "Views" });
  await views.getByRole("link", { name: "Interested 1" }).click();
  await expect(page).toHaveURL(/view=interested/);
  // A key moves in the list that is there, and the address changes before the list.
  await expect(page.getByRole("link", { name: /kitchen sink/ })).toBeVisible();
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

test("[UI22] [UI35] a call that waits is moved to another time, and then made now", async ({
  page,
  world,
}) => {
  const { business, consumer, leadId } = await callCase(world, "endless");
  const scheduledTime = new Date(Date.now() + DAY_MS).toISOString();
  const asked = { leadId, objective: OBJECTIVE, scheduledTime };
  const { call_id: callId } = await business.api.business.requestAICall(asked);
  await enterAs(page, world, business);
  await page.goto(`${world.baseUrl}/calls/${callId}`);
  await page.getByRole("button", { name: "Reveal" }).click();
  await expect(page.getByText(consumer.number)).toBeVisible();
  await page.getByRole("button", { name: "Hide" }).click();
  await expect(page.getByText(consumer.number)).toHaveCount(0);
  await page.getByRole("button", { name: "Reschedule" }).click();
  const dialog = page.getByRole("dialog", { name: "Move this call" });
  const field = dialog.getByLabel("New day and time, yours");
  await field.fill("2035-01-01T10:00");
  await dialog.getByRole("button", { name: "Move the call" }).click();
  await expect(dialog.getByText(/passed or is too far away/)).toBeVisible();
  const laterAt = new Date(Date.now() + 3 * DAY_MS);
  await field.fill(`${laterAt.toISOString().slice(0, "2026-12-08".length)}T10:15`);
  await page.keyboard.press("Control+Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByTestId("call-status")).toContainText("10:15 AM");

  await page.getByRole("button", { name: "Call now" }).click();
  await expect(page.getByTestId("call-status")).toContainText(/Dialing|Ringing|Live/);
  await expect(page.getByRole("button", { name: "Reschedule" })).toHaveCount(0);
  await page.goto(`${world.baseUrl}/inbox?lead=${leadId}`);
  await expect(page.locator(`a[href="/calls/${callId}"]`)).toContainText(OBJECTIVE);
  await business.api.call.cancel({ callId });
});

test("[UI20] calls are found by words, state and result; the words stay out of the address", async ({
  page,
  world,
}) => {
  const { business, request } = await callCase(world, "endless");
  const callId = await request();
  await business.api.call.cancel({ callId });
  await enterAs(page, world, business);
  await page.getByRole("link", { name: "Calls" }).click();
  // By its address: the inbox, which stays until the calls are there, has links with her name too.
  const row = page.locator(`a[href="/calls/${callId}"]`);
  await expect(row).toContainText("Maria Lopez");
  await page.keyboard.press("/");
  await page.keyboard.type("nobody of that name");
  await expect(page.getByText("No such calls")).toBeVisible();
  await page.getByLabel("Search names and objectives").fill("maria");
  await expect(row).toBeVisible();
  expect(page.url()).not.toMatch(/maria/i);
  await page.getByLabel("State").selectOption("Completed");
  await expect(page.getByText("No such calls")).toBeVisible();
  await expect(page).toHaveURL(/status=completed/);
  await page.getByLabel("State").selectOption("All states");
  await page.getByLabel("State").press("Tab");
  await page.getByLabel("Result").blur();
  await page.keyboard.press("j");
  await expect(row).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/calls/${callId}`));
  await page.goBack();
  await expect(page.getByLabel("Search names and objectives")).toHaveValue("maria");
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
