import { callEnds, callReaches, journalOf } from "#e2e/support/api.ts";
import { enterAs, shownTranscript, test } from "#e2e/support/browser.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase } from "#e2e/support/world.ts";
import { expect } from "@playwright/test";

test("a call that rings is cancelled: the page says so, and the phone is quiet", async ({ page, world }) => {
  const { consumer, business, leadId } = await callCase(world, "no-answer");
  await enterAs(page, world, business);
  await page.goto(`${world.baseUrl}/inbox?lead=${leadId}`);
  await page.getByRole("button", { name: "Request AI call" }).click();
  const composer = page.getByRole("dialog");
  await composer.getByRole("button", { name: "Place call" }).click();
  await expect(composer.getByLabel("Objective")).toHaveAttribute("aria-invalid", "true");
  await composer.getByLabel("Objective").fill("Find out when somebody may come by.");
  await composer.getByRole("button", { name: "Place call" }).click();

  const status = page.getByTestId("call-status");
  await expect(status).toContainText("Ringing", { timeout: 60_000 });
  await page.getByRole("button", { name: "Cancel call" }).click();
  const question = page.getByRole("alertdialog");
  await expect(question.getByRole("button", { name: "Keep it" })).toBeFocused();
  await question.getByRole("button", { name: "Cancel call" }).click();
  await expect(status).toHaveText("Cancelled");
  await expect(page.getByRole("button", { name: "Cancel call" })).toHaveCount(0);
  await expect(page.getByText("The call was cancelled before anybody answered.")).toBeVisible();
  const phone = await world.sandbox.onlyCall(consumer.number);
  expect([phone.rings, phone.status]).toEqual([1, "canceled"]);
});

test("the connection drops: a bar says since when, and afterwards not a word is missing", async ({
  browser,
  world,
}) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  // A call that is over when it shall be, and not before the page has lost it.
  const { business, request } = await callCase(world, "endless");
  await enterAs(page, world, business);
  const callId = await request();
  await page.goto(`${world.baseUrl}/calls/${callId}`);
  await callReaches(business.api, callId, ["in_progress"]);
  await expect(page.getByTestId("call-status")).toContainText("Live");
  const bar = page.getByText(/Connection lost .* ago/);
  await expect(bar).toHaveCount(0);

  await context.setOffline(true);
  await expect(bar).toBeVisible({ timeout: 90_000 });
  const linesOf = async () => (await business.api.call.get({ callId })).transcript.length;
  const shown = await linesOf();
  await until("more was said", async () => (await linesOf()) > shown + 1);
  await business.api.call.hangUp({ callId });
  const view = await callEnds(business.api, callId);
  await expect(page.getByTestId("call-status")).toContainText("Live");

  await context.setOffline(false);
  await expect(page.getByTestId("call-status")).toContainText("Completed", { timeout: 60_000 });
  await expect(bar).toHaveCount(0);
  const lines = view.transcript.map(({ segmentId, speaker, text }) => ({ segmentId, speaker, text }));
  await expect.poll(() => shownTranscript(page)).toEqual(lines);
  expect((await journalOf(business.api, callId)).at(-1)?.seq).toBe(view.seq);
  await context.close();
});
