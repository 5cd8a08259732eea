import { enterAs, expectAccessible, expectFits, test } from "#e2e/support/browser.ts";
import { callCase } from "#e2e/support/world.ts";
import { expect } from "@playwright/test";

test("[SB77][SB78] a person answers a simulated call in the browser, and what they type is in the transcript", async ({
  page,
  context,
  world,
}) => {
  const { business, consumer, request } = await callCase(world, "silent");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${world.sandbox.baseUrl}/sandbox/phone`);
  await expectAccessible(page, "browser phone, off");
  await page.getByLabel("Phone number").fill(consumer.number);
  await page.getByRole("button", { name: "I answer this number myself" }).click();
  await expect(page.getByText("Nothing rings yet")).toBeVisible();

  const callId = await request();
  await expect(page.getByText(/^Ringing/)).toBeVisible();
  await expectAccessible(page, "browser phone, ringing");
  await page.getByRole("button", { name: "Answer", exact: true }).click();
  // Whoever says nothing for half a minute is left; looking at a page may take that long.
  const say = async (words: string) => {
    await page.getByRole("textbox", { name: "Say something" }).fill(words);
    await page.getByRole("button", { name: "Say it" }).click();
  };
  await say("Hello, this is a real person.");

  const live = await context.newPage();
  await enterAs(live, world, business);
  await live.goto(`${world.baseUrl}/calls/${callId}`);
  await expect(live.getByText("Hello, this is a real person.").first()).toBeVisible();
  // The agent's opening, word for word, at the phone.
  await expect(page.locator("[data-who=caller]").filter({ hasText: "AI" }).first()).toBeVisible();
  await say("One moment, please.");
  await expectAccessible(page, "browser phone, talking");
  await expectFits(page, "browser phone, talking");

  await say("One moment more.");
  const engineer = await context.newPage();
  await engineer.goto(`${world.sandbox.baseUrl}/sandbox`);
  await engineer.getByRole("button", { name: consumer.number }).click();
  await expect(engineer.getByRole("button", { name: "Tear the socket" })).toBeEnabled();
  await engineer.getByLabel("Only to this number").fill(consumer.number);
  await expect(engineer.getByText(/is your Ringside code/)).toBeVisible();
  await expectAccessible(engineer, "calls and faults");
  await expectFits(engineer, "calls and faults");

  await page.getByRole("button", { name: "Hang up" }).click();
  await expect(page.getByText("You hung up")).toBeVisible();
  await expect(live.getByText(/How it ended/)).toBeVisible();
  await page.getByRole("button", { name: "Hand the number back" }).click();
});
