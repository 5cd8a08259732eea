import { SESSION_SECRET } from "#e2e/support/links.ts";
import { PASSWORD, type SignedIn } from "#e2e/support/api.ts";
import { showIn } from "#e2e/support/theme.ts";
import { startWorld, type World } from "#e2e/support/world.ts";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test as base } from "@playwright/test";

/** Time enough to look at a phone that rings. */
const RING_PATIENTLY = { RING_TIMEOUT_SECONDS: "120" };

/** Playwright's `test` with one running product for all journeys, demo people included. */
export const test = base.extend<object, { world: World }>({
  world: [
    // Playwright reads from the pattern which fixtures are wanted: none.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const world = await startWorld({ DEMO: "on", ...RING_PATIENTLY, SESSION_SECRET });
      await use(world);
      await world.stop();
    },
    { scope: "worker", timeout: 180_000 },
  ],
});

/** Signs in through the page, as a person does. */
export async function enterAs(page: Page, world: World, { email }: Pick<SignedIn, "email">): Promise<void> {
  await page.goto(`${world.baseUrl}/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
}

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** What a scheme can change; all other rules read the same page again. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** No violation of WCAG 2.2 A and AA that axe can find, in both schemes. */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  // Legacy mode: nothing of ours is in frames, and without it axe opens a page of its own for each look.
  const axe = {
    light: () => new AxeBuilder({ page }).setLegacyMode().withTags(WCAG),
    dark: () => new AxeBuilder({ page }).setLegacyMode().withRules(COLOUR_RULES),
  };
  for (const scheme of ["light", "dark"] as const) {
    await showIn(page, scheme);
    const { violations } = await axe[scheme]().analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
    expect(found, `${screen}, ${scheme}`).toEqual([]);
  }
}

/** Nothing is cut off at the side: the page is as wide as the screen. */
export async function expectFits(page: Page, screen: string): Promise<void> {
  const beyond = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await expect.poll(beyond, { message: `${screen} scrolls sideways` }).toBeLessThanOrEqual(0);
}

/** Every finished line of the transcript as the page shows it; the list draws only what is in view, so it is scrolled through. */
export function shownTranscript(page: Page): Promise<{ segmentId: string; speaker: string; text: string }[]> {
  return page.getByRole("log").evaluate(async (log) => {
    const lines = new Map<string, { segmentId: string; speaker: string; text: string }>();
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    log.scrollTop = 0;
    for (;;) {
      await drawn();
      for (const line of log.querySelectorAll<HTMLElement>("[data-testid=segment]")) {
        const { segmentId = "", speaker = "" } = line.dataset;
        const words = line.lastElementChild?.cloneNode(true);
        // That somebody was interrupted, and what was not heard any more, is said beside the words.
        if (words instanceof Element) for (const note of words.querySelectorAll("span")) note.remove();
        lines.set(segmentId, { segmentId, speaker, text: words?.textContent ?? "" });
      }
      if (log.scrollTop + log.clientHeight >= log.scrollHeight - 1) break;
      log.scrollTop += log.clientHeight / 2;
    }
    return [...lines.values()];
  });
}
