import { callReaches } from "#e2e/support/api.ts";
import { enterAs, expectAccessible, expectFits, test } from "#e2e/support/browser.ts";
import { callCase } from "#e2e/support/world.ts";
import { expect } from "@playwright/test";

test("[UI57][UI59] staff listen to a live call with a key: both meters move, lanes are muted, and the page says what is heard", async ({
  page,
  world,
}) => {
  const { business, request } = await callCase(world, "endless");
  // The agent is heard while it says its opening, which may be over before a slow page is there.
  await enterAs(page, world, business);
  const callId = await request();
  await page.goto(`${world.baseUrl}/calls/${callId}`);
  await callReaches(business.api, callId, ["in_progress"]);
  const sound = page.getByRole("region", { name: "Sound" });
  await expect(sound.getByRole("button", { name: "Listen" })).toBeVisible();
  await page.keyboard.press("l");
  await expect(sound.getByText("You hear the call. Nobody hears you.")).toBeVisible();
  for (const name of ["Agent", "Maria Lopez"])
    await expect(sound.getByRole("meter", { name })).not.toHaveAttribute("aria-valuenow", "0");
  await sound.getByRole("button", { name: "Mute Agent" }).click();
  await page.keyboard.press("m");
  await expect(sound.getByRole("button", { name: "Unmute Maria Lopez" })).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  await expectFits(page, "listening");
  await expectAccessible(page, "listening");
  await page.keyboard.press("l");
  await expect(sound.getByRole("button", { name: "Listen" })).toBeVisible();
  await business.api.call.hangUp({ callId });
  await expect(sound).toHaveCount(0);
});
