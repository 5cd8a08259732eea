import { callEnds, callReaches, signIn } from "#e2e/support/api.ts";
import { enterAs, expectAccessible, expectFits, test } from "#e2e/support/browser.ts";
import { linkTo } from "#e2e/support/links.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase, type World } from "#e2e/support/world.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import { expect, type Page } from "@playwright/test";

/** A screen: where it is, what shows that it is all there, what is opened on it, and what the server does before. */
type Screen = {
  name: string;
  path: string;
  shows: RegExp | string;
  open?: (page: Page) => Promise<void>;
  before?: (page: Page) => Promise<unknown>;
};

const SIZES = [
  { name: "desktop", width: 1440, height: 900 },
  { name: "phone", width: 390, height: 844 },
] as const;

/** WCAG 1.4.10: nothing needs scrolling in two directions at this width. */
const NARROWEST_PX = 320;

async function fitsNarrowest(page: Page, screen: string, { width, height }: (typeof SIZES)[number]) {
  await page.setViewportSize({ width: NARROWEST_PX, height });
  await expectFits(page, screen);
  await page.setViewportSize({ width, height });
}
/** The server fails at this procedure, or never answers it. */
const failing = (procedure: string) => (page: Page) =>
  page.route(`**/rpc/${procedure}*`, (route) => route.fulfill({ status: 500, body: "{}" }));
const silent = (procedure: string) => (page: Page) =>
  page.route(`**/rpc/${procedure}*`, () => new Promise(() => undefined));
const loading = (page: Page) => expect(page.getByLabel("Loading").first()).toBeVisible();

/** "Tue, Dec 8: 5 times free" */
const FREE = /: \d+ times? free/;
const BOOKED_AHEAD_MS = 2 * 60 * 60 * 1_000;

const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).first().click();

/** A composer whose time is too far away. */
async function refused(page: Page) {
  await press("Request AI call")(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Objective").fill("Find out when a visit would suit.");
  await dialog.getByText("At a chosen time").click();
  await dialog.getByLabel("Day and time, yours").fill("2035-01-01T10:00");
  await dialog.getByRole("button", { name: "Place call" }).click();
  await expect(dialog.getByRole("button", { name: "Call now instead" })).toBeVisible();
}

async function visit(page: Page, world: World, screens: Screen[], size: (typeof SIZES)[number]) {
  await page.setViewportSize({ width: size.width, height: size.height });
  for (const { name, path, shows, open, before } of screens) {
    await before?.(page);
    await page.goto(world.baseUrl + path);
    await expect(
      page.getByText(shows).filter({ visible: true }).first(),
      `${name}, ${size.name}`,
    ).toBeVisible();
    await open?.(page);
    await expectFits(page, `${name}, ${size.name}`);
    await expectAccessible(page, `${name}, ${size.name}`);
    if (size.name === "phone") await fitsNarrowest(page, `${name}, narrowest`, size);
    if (before !== undefined) await page.unrouteAll({ behavior: "ignoreErrors" });
  }
}

/** Everybody's screens around two calls: one that is over and one that runs. */
async function prepare(world: World) {
  // Somebody silent would be left by the agent before all screens were seen.
  const finished = await callCase(world, "endless");
  const finishedId = await finished.request();
  // Without a word there would be no summary to correct.
  await until("somebody has spoken", async () => {
    const { status, transcript } = await finished.business.api.call.get({ callId: finishedId });
    return status === "in_progress" && transcript.length > 0;
  });
  await finished.business.api.call.hangUp({ callId: finishedId });
  await callEnds(finished.business.api, finishedId);
  const liveId = await finished.request();
  await callReaches(finished.business.api, liveId, ["in_progress"]);
  const supervisor = await signIn(world.baseUrl, DEMO_PEOPLE.supervisor.email, DEMO_PASSWORD);
  const { businessId } = await finished.business.api.business.profile();
  const { call_id: bookedId } = await finished.consumer.api.lead.requestCallback({
    leadId: finished.leadId,
    businessId,
    preferredTime: new Date(Date.now() + BOOKED_AHEAD_MS).toISOString(),
  });
  return { ...finished, businessId, finishedId, liveId, bookedId, supervisor };
}

for (const size of SIZES) {
  test(`every screen is accessible, light and dark, and fits: ${size.name}`, async ({ browser, world }) => {
    const { business, businessId, consumer, leadId, finishedId, liveId, bookedId } = await prepare(world);
    const page = async () => (await browser.newContext({ reducedMotion: "reduce" })).newPage();

    const nobody = await page();
    await visit(
      nobody,
      world,
      [
        { name: "sign-in", path: "/sign-in", shows: "Create an account" },
        { name: "sign-up", path: "/sign-up", shows: "I am here as" },
        {
          name: "sign-up, not filled in",
          path: "/sign-up",
          shows: "I am here as",
          open: press("Create account"),
        },
        { name: "no such page", path: "/nowhere", shows: "There is no page at this address." },
      ],
      size,
    );
    await nobody.context().close();

    const seller = await page();
    await enterAs(seller, world, business);
    await visit(
      seller,
      world,
      [
        { name: "inbox", path: "/inbox?view=interested", shows: "Maria Lopez" },
        { name: "empty view", path: "/inbox?view=done", shows: "Nothing is done yet" },
        { name: "no such lead", path: "/inbox?lead=lead_0", shows: "This lead is not here any more" },
        {
          name: "inbox, loading",
          path: "/inbox",
          shows: "Interested",
          before: silent("business/leads"),
          open: loading,
        },
        {
          name: "inbox, failed",
          path: "/inbox",
          shows: "Leads didn't load.",
          before: failing("business/leads"),
        },
        { name: "lead", path: `/inbox?lead=${leadId}`, shows: /Why it fits/ },
        {
          name: "call composer",
          path: `/inbox?lead=${leadId}`,
          shows: /Why it fits/,
          open: press("Request AI call"),
        },
        {
          name: "call composer, refused",
          path: `/inbox?lead=${leadId}`,
          shows: /Why it fits/,
          open: refused,
        },
        { name: "calls", path: "/calls", shows: /Live/ },
        { name: "calls, none found", path: "/calls?outcome=wrong_number", shows: "No such calls" },
        {
          name: "calls, failed",
          path: "/calls",
          shows: "The calls didn't load.",
          before: failing("call/list"),
        },
        { name: "live call", path: `/calls/${liveId}`, shows: /Live/ },
        { name: "booked call", path: `/calls/${bookedId}`, shows: /Booked for/ },
        {
          name: "another time",
          path: `/calls/${bookedId}`,
          shows: /Booked for/,
          open: press("Reschedule"),
        },
        { name: "hang up?", path: `/calls/${liveId}`, shows: /Live/, open: press("Hang up") },
        { name: "finished call", path: `/calls/${finishedId}`, shows: /How it ended/ },
        { name: "foreign call", path: "/calls/call_0123456789abcdef", shows: "This call can't be shown." },
        { name: "settings", path: "/settings", shows: "Business profile" },
      ],
      size,
    );
    await seller.context().close();

    const buyer = await page();
    await enterAs(buyer, world, consumer);
    await visit(
      buyer,
      world,
      [
        { name: "help", path: "/help", shows: "What do you need help with?" },
        {
          name: "change number",
          path: "/help",
          shows: "What do you need help with?",
          open: press("Change number"),
        },
        { name: "matches", path: `/help/matches/${leadId}`, shows: /An AI assistant may call me/ },
        {
          name: "book, why not",
          path: `/book/${leadId}/${businessId}`,
          shows: FREE,
          open: (shown) => shown.getByText("Why other times aren't offered").click(),
        },
        {
          name: "book, own time",
          path: `/book/${leadId}/${businessId}`,
          shows: FREE,
          open: async (shown) => {
            await shown.getByText("No time fits? Ask for one").click();
            await press("Book this call")(shown);
          },
        },
        {
          name: "book, held",
          path: `/book/${leadId}/${businessId}`,
          shows: FREE,
          open: async (shown) => {
            await press(/^\d+:00 [AP]M$/)(shown);
            await expect(shown.getByRole("button", { name: "Another time" })).toBeVisible();
          },
        },
        { name: "book, not theirs", path: `/book/${leadId}/biz_0123456789abcdef`, shows: /can't be booked/ },
        {
          name: "edit request",
          path: `/help/matches/${leadId}`,
          shows: "Your request",
          open: press("Edit request"),
        },
        {
          name: "take consent back?",
          path: `/help/matches/${leadId}`,
          shows: "Take consent back",
          open: press("Take consent back"),
        },
        { name: "my booked call", path: `/c/${bookedId}`, shows: /We call from/ },
        { name: "move", path: `/book/${leadId}/${businessId}?move=${bookedId}`, shows: FREE },
        { name: "my calls", path: "/help/calls", shows: "Had enough?" },
        { name: "stop all?", path: "/help/calls", shows: "Had enough?", open: press("Stop all calls to me") },
        { name: "my live call", path: `/c/${liveId}`, shows: /Live/ },
        { name: "my finished call", path: `/c/${finishedId}`, shows: /How it ended/ },
        { name: "my summary", path: `/c/${finishedId}`, shows: "Delete summary", open: press("Correct") },
      ],
      size,
    );
    await buyer.context().close();

    const linked = await page();
    await visit(
      linked,
      world,
      [
        { name: "linked call", path: linkTo(bookedId), shows: /We call from/ },
        { name: "linked move?", path: linkTo(bookedId), shows: /We call from/, open: press("Move") },
        { name: "linked finished call", path: linkTo(finishedId), shows: /How it ended/ },
        { name: "link that is over", path: linkTo(bookedId, -1_000), shows: /doesn't work any more/ },
      ],
      size,
    );
    await linked.context().close();

    const watcher = await page();
    await watcher.goto(`${world.baseUrl}/sign-in`);
    await watcher.getByRole("button", { name: /^Demo supervisor/ }).click();
    await expect(watcher.getByRole("button", { name: "Sign out" })).toBeVisible();
    await visit(
      watcher,
      world,
      [
        { name: "wall", path: "/wall", shows: "Just ended" },
        {
          name: "palette",
          path: "/calls",
          shows: "Maria Lopez",
          open: async (shown) => {
            await shown.keyboard.press("Control+k");
            await shown.getByRole("dialog").getByLabel("A page, a name, or what a call is for").fill("go to");
          },
        },
        { name: "all calls", path: "/calls", shows: "Maria Lopez" },
        { name: "a live call", path: `/calls/${liveId}`, shows: /Live/ },
      ],
      size,
    );
    await watcher.context().close();
    await business.api.call.cancel({ callId: liveId });
  });
}
