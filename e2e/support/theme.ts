import type { Page } from "playwright-core";

export type Scheme = "light" | "dark";

/** Shows the page in this scheme, once what moves has settled. */
export async function showIn(page: Page, scheme: Scheme): Promise<void> {
  await page.evaluate(async (theme) => {
    document.documentElement.dataset["theme"] = theme;
    const ending = () =>
      document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity);
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await drawn();
    // A colour that is inherited begins to change anew when its parent's has changed: until nothing moves any more.
    for (let moving = ending(); moving.length > 0; moving = ending()) {
      await Promise.allSettled(moving.map((one) => one.finished));
      await drawn();
    }
  }, scheme);
}
