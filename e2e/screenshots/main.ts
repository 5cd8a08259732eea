import { assemble, type Cast, TIME_ZONE } from "#e2e/screenshots/cast.ts";
import { picture, type Size, SIZES, type Studio } from "#e2e/screenshots/camera.ts";
import { galleryOf } from "#e2e/screenshots/gallery.ts";
import {
  busyScreens,
  calmScreens,
  type Chapter,
  sandboxScreens,
  talkingScreens,
  type Viewer,
} from "#e2e/screenshots/screens.ts";
import { CHROMIUM_FLAGS, chromiumPath } from "#e2e/support/chromium.ts";
import { PASSWORD } from "#e2e/support/api.ts";
import { SESSION_SECRET } from "#e2e/support/links.ts";
import { until } from "#e2e/support/wait.ts";
import { startWorld, type World } from "#e2e/support/world.ts";
import { DEMO_PASSWORD } from "#server/accounts/demo-people.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

/**
 * `npm run screenshots [folder]`: every screen of the running product in `docs/`, and `docs/README.md` that shows them. The people and
 * their calls are made for it; nothing in the pictures is arranged but the moment.
 */
const docs = fileURLToPath(new URL("../../docs", import.meta.url));

/** So many lines at once: more calls than that stand in line. */
const LINES = 7;
const MIN_SPOKEN = 7;
const MIN_ON_WALL = 5;
/** Longer than a hello. */
const LINE_CHARACTERS = 24;
const WITHIN_MS = 300_000;

/** The page of each viewer in each size; it stays open. */
function studioPages(
  browser: Browser,
  baseUrl: string,
  cast: Cast,
): (viewer: Viewer, size: Size) => Promise<Page> {
  const pages = new Map<string, Page>();
  const { newcomer, maria, james, business, supervisor } = cast;
  const people = { newcomer, maria, james, business, supervisor };
  return async (viewer, { name, width, height, scale }) => {
    const open = pages.get(`${viewer} ${name}`);
    if (open !== undefined) return open;
    const context = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      locale: "en-US",
      timezoneId: TIME_ZONE,
      reducedMotion: "reduce",
    });
    if (viewer !== "nobody") {
      const { email } = people[viewer];
      const password = viewer === "supervisor" ? DEMO_PASSWORD : PASSWORD;
      const headers = { origin: baseUrl };
      const answer = await context.request.post(`${baseUrl}/api/auth/sign-in/email`, {
        headers,
        data: { email, password },
      });
      if (!answer.ok()) throw new Error(`The ${viewer} could not sign in: ${answer.status()}.`);
    }
    const page = await context.newPage();
    pages.set(`${viewer} ${name}`, page);
    return page;
  };
}

async function startSome({ supervisor }: Cast, count: number): Promise<void> {
  for (let started = 0; started < count; started += 1) await supervisor.api.supervisor.startDemoCall();
}

const boardOf = ({ supervisor }: Cast) => supervisor.api.supervisor.board();

/** Somebody who talks with the agent since a while. */
async function talking(cast: Cast): Promise<Chapter> {
  const callId = await cast.callJames();
  const { api } = cast.business;
  const spoken = async () => (await api.call.get({ callId })).transcript.length;
  await until("a call in full swing", async () => (await spoken()) >= MIN_SPOKEN, WITHIN_MS);
  return talkingScreens(callId);
}

/** All lines are taken and some wait. */
async function busy(cast: Cast): Promise<Chapter> {
  await startSome(cast, LINES);
  const spoken = async () =>
    (await boardOf(cast)).live.filter(({ lastLine }) => (lastLine?.text.length ?? 0) >= LINE_CHARACTERS);
  const waitingId = await cast.queueMaria();
  await until("calls in full swing", async () => (await spoken()).length >= MIN_ON_WALL, WITHIN_MS);
  return busyScreens(waitingId);
}

async function takeAll(world: World, browser: Browser, folder: string): Promise<readonly Chapter[]> {
  const cast = await assemble(world);
  const pageOf = studioPages(browser, world.baseUrl, cast);
  const studio: Studio = { folder, baseUrl: world.baseUrl };
  const take = async (chapter: Chapter) => {
    for (const size of SIZES) {
      for (const screen of chapter.screens)
        await picture(await pageOf(screen.viewer, size), screen, size, studio);
    }
    return chapter;
  };
  const chapters: Chapter[] = [];
  for (const chapter of calmScreens(cast)) chapters.push(await take(chapter));
  chapters.push(await take(await talking(cast)));
  chapters.push(await take(sandboxScreens(world.sandbox.baseUrl, cast)));
  chapters.push(await take(await busy(cast)));
  return chapters;
}

const folder = resolve(process.argv[2] ?? docs);
const world = await startWorld({ DEMO: "on", SESSION_SECRET, MAX_LIVE_CALLS: String(LINES) });
const browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_FLAGS });
try {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "README.md"), galleryOf(await takeAll(world, browser, folder)));
} finally {
  await browser.close();
  await world.stop();
}
