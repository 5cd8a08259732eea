import type { Screen } from "#e2e/screenshots/screens.ts";
import { showIn } from "#e2e/support/theme.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** Sharp text at a third of the bytes of a PNG. */
const WEBP_QUALITY = 72;

export type Size = { name: "desktop" | "phone"; width: number; height: number; scale: number };

export const SIZES: readonly Size[] = [
  { name: "desktop", width: 1440, height: 900, scale: 1 },
  { name: "phone", width: 390, height: 844, scale: 2 },
];

export type Studio = { folder: string; baseUrl: string };

/** Takes a screen in both schemes; the page stays where it is. */
export async function picture(
  page: Page,
  screen: Screen,
  size: Size,
  { folder, baseUrl }: Studio,
): Promise<void> {
  const { name, path, shows, before, open, after } = screen;
  await before?.(page);
  await page.goto(new URL(path, baseUrl).href);
  await page.getByText(shows).filter({ visible: true }).first().waitFor();
  await open?.(page);
  const devtools = await page.context().newCDPSession(page);
  for (const scheme of ["light", "dark"] as const) {
    await showIn(page, scheme);
    const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: WEBP_QUALITY });
    writeFileSync(join(folder, `${name}-${scheme}-${size.name}.webp`), Buffer.from(data, "base64"));
  }
  await devtools.detach();
  await after?.(page);
  if (before !== undefined) await page.unrouteAll({ behavior: "ignoreErrors" });
  console.log(`${name}, ${size.name}`);
}
