import { callReaches, journalOf } from "#e2e/support/api.ts";
import { enterAs, test } from "#e2e/support/browser.ts";
import { LISTENER } from "#e2e/support/scripts.ts";
import { callCase } from "#e2e/support/world.ts";
import { expect } from "@playwright/test";

const QUESTION = "Is there a dog in the house?";

test("a whisper is heard as the agent's question, the page says that it was used, and the consumer sees nothing of it", async ({
  page,
  world,
}) => {
  const { business, consumer, request } = await callCase(world, LISTENER);
  const callId = await request();
  await enterAs(page, world, business);
  await page.goto(`${world.baseUrl}/calls/${callId}`);
  await callReaches(business.api, callId, ["in_progress"]);
  await expect(page.getByTestId("watchers")).toHaveText("Watching: Acme Plumbing");
  const field = page.getByLabel("Whisper to the agent");
  await expect(field).toBeVisible();
  await page.keyboard.press("w");
  await expect(field).toBeFocused();
  await page.keyboard.type(QUESTION);
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue("");
  const whisper = page.getByTestId("steer").filter({ hasText: QUESTION });
  await expect(whisper).toContainText("Acme Plumbing");
  await field.blur();
  await page.keyboard.press("n");
  await page.getByRole("dialog").getByLabel("Note").fill("Has asked twice before.");
  await page.getByRole("dialog").getByRole("button", { name: "Save note" }).click();
  await expect(page.getByTestId("note")).toContainText("Has asked twice before.");

  // Spoken after the opening, and heard to its end.
  await expect(whisper).toContainText(/used at \d\d:\d\d/, { timeout: 90_000 });
  const { heard } = await world.sandbox.onlyCall(consumer.number);
  expect(heard.map(({ text }) => text).join(" ")).toContain(QUESTION);
  const [steer] = (await business.api.call.get({ callId })).steers;
  const journal = await journalOf(business.api, callId);
  expect(journal).toContainEqual(expect.objectContaining({ type: "steer.used", steerId: steer?.steerId }));
  const theirs = await consumer.api.call.get({ callId });
  expect([theirs.steers, theirs.notes]).toEqual([[], []]);
  expect((await journalOf(consumer.api, callId)).map(({ type }) => type)).not.toContain("steer.whispered");
  await business.api.call.hangUp({ callId });
});
