import { signIn } from "#e2e/support/api.ts";
import { CHROMIUM_FLAGS, chromiumPath } from "#e2e/support/chromium.ts";
import { startRingside } from "#e2e/support/ringside.ts";
import { until } from "#e2e/support/wait.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

/**
 * `npm run screenshots`: the pictures in `docs/`, taken of the running product with its demo calls. Nothing in them is arranged but the
 * moment: a call in which both sides have spoken.
 */
const docs = fileURLToPath(new URL("../docs", import.meta.url));

const SIZES = [
  { name: "desktop", width: 1440, height: 900 },
  { name: "phone", width: 390, height: 844 },
] as const;
const SCHEMES = ["light", "dark"] as const;
type Scheme = (typeof SCHEMES)[number];

const { email } = DEMO_PEOPLE.supervisor;
const MIN_LINES = 6;
const MIN_ENDED = 3;
const MIN_TALKING = 4;

/** The theme that a person would have chosen; the wall is dark without a choice. */
async function openSignedIn(browser: Browser, baseUrl: string, scheme: Scheme, size: (typeof SIZES)[number]) {
  const context = await browser.newContext({
    viewport: { width: size.width, height: size.height },
    deviceScaleFactor: size.name === "phone" ? 2 : 1,
    locale: "en-US",
    reducedMotion: "reduce",
  });
  await context.addInitScript((theme) => localStorage.setItem("ringside.theme", theme), scheme);
  const page = await context.newPage();
  await page.goto(`${baseUrl}/sign-in`);
  await page.getByRole("button", { name: /^Demo supervisor/ }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  return page;
}

async function take(page: Page, name: string) {
  const path = join(docs, `${name}.png`);
  await page.screenshot({ path });
  console.log(`docs/${name}.png`);
}

const ringside = await startRingside({ env: { DEMO: "on", CALLS_PER_SECOND: "5" } });
try {
  mkdirSync(docs, { recursive: true });
  const { api } = await signIn(ringside.baseUrl, email, DEMO_PASSWORD);
  const startSome = async (count: number) => {
    for (let started = 0; started < count; started += 1) await api.supervisor.startDemoCall();
  };
  // Several calls at once make a wall, and some that are over.
  await startSome(4);
  await until(
    "calls that are over",
    async () => (await api.supervisor.board()).recent.length >= MIN_ENDED,
    300_000,
  );
  await startSome(5);
  /** The call with the most words, once several are being spoken in. */
  const talking = () =>
    until(
      "calls in full swing",
      async () => {
        const spoken = (await api.supervisor.board()).live.filter(({ lastLine }) => lastLine !== null);
        const views = await Promise.all(spoken.map(({ callId }) => api.call.get({ callId })));
        const [best] = views.toSorted((a, b) => b.transcript.length - a.transcript.length);
        return views.length >= MIN_TALKING && (best?.transcript.length ?? 0) >= MIN_LINES && best?.callId;
      },
      300_000,
    );
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: CHROMIUM_FLAGS });
  for (const scheme of SCHEMES) {
    for (const size of SIZES) {
      const page = await openSignedIn(browser, ringside.baseUrl, scheme, size);
      if ((await api.supervisor.board()).live.length < MIN_TALKING + 1) await startSome(2);
      const callId = await talking();
      await page.getByTestId("wall-tile").first().waitFor();
      await take(page, `wall-${scheme}-${size.name}`);
      await page.goto(`${ringside.baseUrl}/calls/${callId}`);
      await page.getByTestId("segment").first().waitFor();
      await take(page, `call-${scheme}-${size.name}`);
      await page.context().close();
    }
  }
  await browser.close();
} finally {
  await ringside.stop();
}
