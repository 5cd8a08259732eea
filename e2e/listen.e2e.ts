import { callReaches, journalOf } from "#e2e/support/api.ts";
import { enterAs, expectAccessible, expectFits, test } from "#e2e/support/browser.ts";
import { LISTENER } from "#e2e/support/scripts.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase } from "#e2e/support/world.ts";
import { expect } from "@playwright/test";

test("[UI57][UI59][UI60][UI62] staff listen to a live call, take it over with their own microphone, and give it back", async ({
  page,
  world,
}) => {
  const { business, consumer, request } = await callCase(world, LISTENER);
  // The agent is heard while it says its opening, which may be over before a slow page is there.
  await enterAs(page, world, business);
  const callId = await request();
  await page.goto(`${world.baseUrl}/calls/${callId}`);
  await callReaches(business.api, callId, ["in_progress"]);
  const sound = page.getByRole("region", { name: "Sound" });
  const listen = sound.getByRole("button", { name: "Listen", exact: true });
  await expect(listen).toBeVisible();
  await page.keyboard.press("l");
  await expect(sound.getByText("You hear the call. Nobody hears you.")).toBeVisible();
  await expect(sound.getByRole("meter", { name: "Agent" })).not.toHaveAttribute("aria-valuenow", "0");
  await sound.getByRole("button", { name: "Mute Agent" }).click();
  await page.keyboard.press("m");
  await expect(sound.getByRole("button", { name: "Unmute Maria Lopez" })).toBeVisible();

  const takeOver = sound.getByRole("button", { name: "Take over" });
  await expect(takeOver).toBeEnabled({ timeout: 60_000 });
  await page.keyboard.press("t");
  await page.getByRole("alertdialog").getByRole("button", { name: "Take over" }).click();
  await expect(sound.getByText("You are on the call. The agent is silent and listens.")).toBeVisible();
  // The fake microphone beeps; nobody but the person is on our side of the line now.
  const meter = sound.getByRole("meter", { name: "Acme Plumbing" });
  await expect(meter).not.toHaveAttribute("aria-valuenow", "0");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectFits(page, "holding a call");
  await expectAccessible(page, "holding a call");
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.keyboard.press("t");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/What the agent should do/).fill("Ask whether Wednesday suits them.");
  await dialog.getByRole("button", { name: "Give back" }).click();
  await expect(takeOver).toBeVisible();
  const heardBefore = (await world.sandbox.onlyCall(consumer.number)).heard.length;
  await until("the agent speaks again", async () => {
    const { heard } = await world.sandbox.onlyCall(consumer.number);
    return heard.length > heardBefore;
  });
  const holders = (await journalOf(business.api, callId)).flatMap((event) =>
    event.type === "holder.changed" ? event.holder : [],
  );
  expect(holders).toEqual(["person", "agent"]);
  await page.keyboard.press("l");
  await expect(listen).toBeVisible();
  await business.api.call.hangUp({ callId });
  await expect(sound).toHaveCount(0);
});
