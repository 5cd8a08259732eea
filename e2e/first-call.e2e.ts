import { apiWith, journalOf, PASSWORD } from "#e2e/support/api.ts";
import { shownTranscript, test } from "#e2e/support/browser.ts";
import { BRIEF } from "#e2e/support/scripts.ts";
import { freshNumber, freshPlace, type World } from "#e2e/support/world.ts";
import type { CallEvent } from "#shared/call/events.ts";
import { expect, type Page } from "@playwright/test";

const BUSINESS = "Acme Leak Repairs";
const OBJECTIVE = "Find out what is leaking and when a plumber may come by.";

async function signUpOnPage(page: Page, world: World, as: string, name: string, email: string) {
  await page.goto(`${world.baseUrl}/sign-up`);
  await page.getByRole("radio", { name: as }).check({ force: true });
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
}

async function saveProfile(page: Page, area: string) {
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Business name").fill(BUSINESS);
  await page.getByRole("checkbox", { name: "Plumbing" }).check({ force: true });
  await page.getByLabel("Areas").fill(area);
  await page.getByRole("button", { name: "Save profile" }).click();
  await expect(page.getByText("Profile saved.")).toBeVisible();
}

async function provePhone(page: Page, world: World, number: string) {
  await page.getByLabel("Phone number").fill(number);
  await page.getByRole("button", { name: "Text me a code" }).click();
  await expect(page.getByLabel("Code")).toBeFocused();
  const [code] = /\d{6}/.exec(await world.sandbox.textTo(number)) ?? [];
  await page.getByLabel("Code").fill(code ?? "");
  await page.getByRole("button", { name: "Confirm number" }).click();
  await expect(page.getByRole("heading", { name: "What do you need help with?" })).toBeVisible();
}

async function askForHelp(page: Page, area: string) {
  await page
    .getByLabel("In your own words")
    .fill("The pipe under my kitchen sink is leaking into the cabinet.");
  await page.getByLabel("Postal code").fill(area);
  await page.getByRole("button", { name: "Find businesses" }).click();
  const card = page.getByRole("article", { name: BUSINESS });
  await expect(card).toBeVisible();
  const ai = card.getByRole("checkbox", { name: /An AI assistant may call me/ });
  await expect(ai).not.toBeChecked();
  await expect(card.getByRole("checkbox", { name: /may record the call/ })).not.toBeChecked();
  await card.getByText(/An AI assistant may call me/).click();
  await card.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/^Saved\./)).toBeVisible();
}

async function requestCall(page: Page) {
  await page.getByRole("link", { name: "Inbox" }).click();
  await page.getByRole("link", { name: /leaking into the cabinet/ }).click();
  await page.getByRole("button", { name: "Interested" }).click();
  await page.getByRole("button", { name: "Request AI call" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Objective").fill(OBJECTIVE);
  await dialog.getByRole("button", { name: "Place call" }).click();
  await expect(page).toHaveURL(/\/calls\/call_/);
  return page.url().split("/").at(-1) ?? "";
}

const linesOf = (events: CallEvent[]) =>
  events
    .flatMap((event) => (event.type === "transcript.segment" ? [event] : []))
    .toSorted((a, b) => a.startMs - b.startMs)
    .map(({ segmentId, speaker, text }) => ({ segmentId, speaker, text }));

test("from two sign-ups to the summary of a call", async ({ browser, world }) => {
  const contexts = await Promise.all([browser.newContext(), browser.newContext()]);
  const [business, consumer] = await Promise.all([contexts[0].newPage(), contexts[1].newPage()]);
  const [stamp, area] = [`${process.pid}-${Date.now()}`, freshPlace()];
  await signUpOnPage(business, world, "A business that helps", BUSINESS, `acme-${stamp}@e2e.test`);
  await expect(business.getByText("Your profile comes first")).toBeVisible();
  await saveProfile(business, area);

  await signUpOnPage(consumer, world, "Somebody who needs help", "Nora Quinn", `nora-${stamp}@e2e.test`);
  const number = freshNumber();
  await world.sandbox.callee(number, BRIEF);
  await provePhone(consumer, world, number);
  await askForHelp(consumer, area);

  const callId = await requestCall(business);
  const status = business.getByTestId("call-status");
  await expect(status).toContainText("Live", { timeout: 60_000 });
  await expect(business.getByTestId("draft").first()).toBeVisible();
  await expect(business.getByTestId("segment").first()).toBeVisible({ timeout: 60_000 });

  // The consumer watches the same call, with their own words for it, and without what it costs.
  await consumer.goto(`${world.baseUrl}/c/${callId}`);
  await expect(
    consumer.getByRole("heading", { name: `An AI assistant calls you for ${BUSINESS}` }),
  ).toBeVisible();

  await expect(status).toContainText("Completed", { timeout: 240_000 });
  await expect(business.getByRole("heading", { name: "Summary" })).toBeVisible();
  await expect(business.getByText(/How it ended/)).toBeVisible();
  await expect(business.getByText(/\d (estimated|in all)/)).toBeVisible();
  await expect(consumer.getByTestId("call-status")).toContainText("Completed");
  await expect(consumer.getByText(/\d (estimated|in all)/)).toHaveCount(0);

  // What both see is what the journal has, word for word.
  const cookies = await contexts[0].cookies();
  const token = decodeURIComponent(cookies.find(({ name }) => name.includes("session_token"))?.value ?? "");
  const lines = linesOf(await journalOf(apiWith(world.baseUrl, token), callId));
  expect(lines.length).toBeGreaterThan(3);
  await expect.poll(() => shownTranscript(business)).toEqual(lines);
  await expect.poll(() => shownTranscript(consumer)).toEqual(lines);
  const phone = await world.sandbox.onlyCall(number);
  const shown = lines.filter(({ speaker }) => speaker === "consumer").map(({ text }) => text);
  expect(shown.join(" ")).toBe(phone.said.map(({ text }) => text).join(" "));
  await Promise.all(contexts.map((context) => context.close()));
});
