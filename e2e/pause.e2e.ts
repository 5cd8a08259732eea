import { signIn } from "#e2e/support/api.ts";
import { expectAccessible, test } from "#e2e/support/browser.ts";
import { callCase } from "#e2e/support/world.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import { expect } from "@playwright/test";

test("[CL261] a supervisor pauses all dialling with a reason, on a phone and by keyboard; a request waits until it is resumed", async ({
  page,
  world,
}) => {
  const { api } = await signIn(world.baseUrl, DEMO_PEOPLE.supervisor.email, DEMO_PASSWORD);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(world.baseUrl);
  await page.getByRole("button", { name: /^Demo supervisor/ }).click();
  const pause = page.getByRole("button", { name: "Pause dialling", exact: true });
  await expect(pause).toBeVisible();
  try {
    await pause.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Pause all dialling?" });
    await expect(dialog.getByRole("textbox", { name: "Reason" })).toBeFocused();
    await expectAccessible(page, "pause dialog");
    await page.keyboard.press("Enter");
    await expect(dialog.getByText("Please say why, in three characters or more.")).toBeVisible();
    await page.keyboard.type("The carrier has a fault");
    await page.keyboard.press("Enter");
    const banner = page.getByRole("region", { name: "Dialling is paused" });
    await expect(banner).toContainText("The carrier has a fault");
    await expect(pause).toBeHidden();
    await expectAccessible(page, "wall while dialling is paused");

    const { business, request } = await callCase(world, "pleasant");
    const callId = await request();
    expect(await business.api.call.get({ callId })).toMatchObject({ status: "queued", attempts: [] });
    await page.setViewportSize({ width: 1440, height: 900 });
    await expectAccessible(page, "wide wall while dialling is paused");
    await banner.getByRole("button", { name: "Resume dialling" }).click();
    await expect(banner).toBeHidden();
    await expect(pause).toBeVisible();
    await expect
      .poll(async () => (await business.api.call.get({ callId })).attempts.length, { timeout: 60_000 })
      .toBeGreaterThan(0);
  } finally {
    await api.supervisor.resumeDialing();
  }
});
