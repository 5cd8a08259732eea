import { CHROMIUM_FLAGS, chromiumPath } from "#e2e/support/chromium.ts";
import { serveSyntheticWall } from "#e2e/wall-bench/synthetic-wall.ts";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium, type Page } from "playwright-core";

/**
 * `npm run wall-bench`: how smoothly the wall is drawn while many calls move (e2e/wall-bench/README.md). The board is invented, the page and its
 * browser are real. `--pictures folder` also takes pictures.
 */
const { values } = parseArgs({
  options: {
    live: { type: "string", default: "200" },
    queued: { type: "string", default: "1000" },
    move: { type: "string", default: "20" },
    seconds: { type: "string", default: "10" },
    pictures: { type: "string" },
  },
});

type Frames = { seconds: number; frames: number; p50Ms: number; p95Ms: number; longestMs: number };

/** The time between frames for so long, while the queue is scrolled through. */
function measure(page: Page, seconds: number): Promise<Frames> {
  return page.evaluate(async (forSeconds) => {
    const scroller = document.querySelector("[data-testid=queue]");
    const times: number[] = [];
    const startMs = performance.now();
    for (let lastMs = startMs; lastMs - startMs < forSeconds * 1_000;) {
      const nowMs = await new Promise<number>(requestAnimationFrame);
      times.push(nowMs - lastMs);
      lastMs = nowMs;
      if (scroller !== null) scroller.scrollTop = (scroller.scrollTop + 24) % (scroller.scrollHeight + 1);
    }
    const sorted = times.slice(1).toSorted((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
    return { seconds: forSeconds, frames: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95), longestMs: at(1) };
  }, seconds);
}

const wall = await serveSyntheticWall({
  live: Number(values.live),
  queued: Number(values.queued),
  movePercent: Number(values.move),
});
const browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_FLAGS });
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${wall.baseUrl}/wall`);
  await page.getByTestId("wall-tile").first().waitFor();
  await page.getByTestId("queue").waitFor();
  const { seconds, frames, p50Ms, p95Ms, longestMs } = await measure(page, Number(values.seconds));
  const drawn = await page.locator("[data-queue-row]").count();
  console.log(
    `${values.live} live calls, ${values.move} % of them move 4 times a second; ${values.queued} queued`,
  );
  console.log(
    `${(frames / seconds).toFixed(1)} frames/s over ${seconds} s; frame p50 ${p50Ms} ms, p95 ${p95Ms} ms, longest ${longestMs} ms`,
  );
  console.log(`rows of the queue in the page: ${drawn}`);
  if (values.pictures !== undefined) await takePictures(values.pictures);
} finally {
  await browser.close();
  await wall.stop();
}

async function takePictures(folder: string) {
  mkdirSync(folder, { recursive: true });
  for (const [name, width, height] of [
    ["desktop", 1440, 900],
    ["phone", 390, 844],
  ] as const) {
    for (const scheme of ["light", "dark"] as const) {
      const context = await browser.newContext({ viewport: { width, height } });
      await context.addInitScript((theme) => localStorage.setItem("ringside.theme", theme), scheme);
      const page = await context.newPage();
      await page.goto(`${wall.baseUrl}/wall`);
      await page.getByTestId("wall-tile").first().waitFor();
      await page.getByTestId("queue").waitFor();
      await page.screenshot({ path: join(folder, `wall-${name}-${scheme}.png`) });
      await context.close();
    }
  }
}
