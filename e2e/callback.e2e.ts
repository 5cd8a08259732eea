import type { SignedIn } from "#e2e/support/api.ts";
import { enterAs, test } from "#e2e/support/browser.ts";
import { linkTo } from "#e2e/support/links.ts";
import { freshPlace, newBusiness, newConsumer } from "#e2e/support/world.ts";
import { expect, type Page, type Route } from "@playwright/test";

/** The browser's, as the configuration of the journeys sets it. */
const TIME_ZONE = "America/Los_Angeles";

/** The free times of a day that has several; not the first one, so that none goes by meanwhile and the nearest ones are on it. */
async function offered({ api }: SignedIn, businessId: string): Promise<Slot[]> {
  const from = new Date().toISOString();
  const { slots } = await api.booking.slots({ businessId, from, days: 7, timeZone: TIME_ZONE });
  const dayOf = ({ startsAt }: Slot) =>
    new Date(startsAt).toLocaleDateString("en-CA", { timeZone: TIME_ZONE });
  const days = Object.values(Object.groupBy(slots, dayOf));
  return days.slice(1).find((day) => (day?.length ?? 0) > 3) ?? [];
}

type Slot = { startsAt: string };

const clock = (slot: Slot | undefined): string =>
  new Date(slot?.startsAt ?? "").toLocaleTimeString("en-US", {
    timeZone: TIME_ZONE,
    hour: "numeric",
    minute: "2-digit",
  });

/** The day's button is named by what is seen on it and its month: "Tue 8 Dec, 8 times free". */
const showDayOf = (page: Page, slot: Slot | undefined) => {
  const words = (options: Intl.DateTimeFormatOptions) =>
    new Date(slot?.startsAt ?? "").toLocaleDateString("en-US", { timeZone: TIME_ZONE, ...options });
  const [weekday, date, month] = [
    words({ weekday: "short" }),
    words({ day: "numeric" }),
    words({ month: "short" }),
  ];
  return page.getByRole("button", { name: new RegExp(`^${weekday}\\s*${date}\\s*${month},`) }).click();
};

test("[UI10][UI11][UI12][UI13] from a request to a booked callback, and its cancel", async ({
  browser,
  page,
  world,
}) => {
  const postalCode = freshPlace();
  const [consumer, rival, business] = await Promise.all([
    newConsumer(world),
    newConsumer(world),
    newBusiness(world, [postalCode]),
  ]);
  const { businessId } = await business.api.business.profile();
  await enterAs(page, world, consumer);
  await page.getByLabel("In your own words").fill("The pipe under my kitchen sink is leaking.");
  await page.getByLabel("Kind of help").selectOption("plumbing");
  await page.getByLabel("Postal code").fill(postalCode);
  await page.getByRole("button", { name: "Find businesses" }).click();
  await expect(page.getByRole("heading", { name: /can help/ })).toBeVisible();
  const leadId = page.url().split("/").at(-1) ?? "";
  await expect(page.getByRole("link", { name: "Pick a time" })).toHaveCount(0);
  await business.api.business.respondToMatch({ leadId, response: "interested" });
  await rival.api.lead.submit({
    description: "My drain is blocked again.",
    category: "plumbing",
    postalCode,
    timeZone: TIME_ZONE,
  });

  const slots = await offered(consumer, businessId);
  await page.locator(`a[href="/book/${leadId}/${businessId}"]`).click();
  await expect(page.getByText(/: \d+ times? free/)).toBeVisible();
  await showDayOf(page, slots[0]);
  // Somebody else is quicker: the page says so and offers the nearest time, with the focus on it. Not before the click, or else the page may have
  // asked again by itself and have taken the time away.
  const quicker = async (route: Route) => {
    await rival.api.booking.hold({ businessId, startsAt: slots[0]?.startsAt ?? "" });
    await route.continue();
  };
  await page.route("**/rpc/booking/hold*", quicker, { times: 1 });
  await page.getByRole("button", { name: clock(slots[0]), exact: true }).click();
  const gone = page.getByRole("region", { name: /just taken/ });
  await expect(gone.getByRole("button").first()).toBeFocused();
  await gone.getByRole("button").first().click();
  await page.getByRole("button", { name: `Book ${clock(slots[1])}`, exact: true }).click();
  await expect(page).toHaveURL(/\/c\/call_/);
  const callId = page.url().split("/").at(-1) ?? "";
  const status = page.getByTestId("call-status");
  await expect(status).toContainText("Booked for");
  await expect(page.getByRole("listitem").filter({ hasText: "Booked" })).toHaveAttribute(
    "aria-current",
    "step",
  );

  const { codeWords } = await consumer.api.call.get({ callId });
  await expect(page.getByText(`“${codeWords}”`)).toBeVisible();

  await page.getByRole("link", { name: "Move" }).click();
  await showDayOf(page, slots[0]);
  await page.getByRole("button", { name: clock(slots[2]), exact: true }).click();
  await page.getByRole("button", { name: `Move to ${clock(slots[2])}`, exact: true }).click();
  await expect(status).toContainText("Booked for");
  const { scheduledFor } = await consumer.api.call.get({ callId });
  expect(Date.parse(scheduledFor ?? "")).toBe(Date.parse(slots[2]?.startsAt ?? ""));

  // The link of a text message shows the same call to a browser that nobody signed in with.
  const stranger = await browser.newPage();
  await stranger.goto(world.baseUrl + linkTo(callId));
  await expect(stranger.getByText(`“${codeWords}”`)).toBeVisible();
  await expect(stranger.getByRole("button", { name: "Stop all calls to me" })).toHaveCount(0);

  await page.getByRole("button", { name: "Cancel call" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel call" }).click();
  await expect(status).toHaveText("Cancelled");
  await expect(stranger.getByTestId("call-status")).toHaveText("Cancelled");
  await stranger.close();
  await expect(page.getByRole("list", { name: "How far your call is" })).toHaveCount(0);
  expect(await consumer.api.call.get({ callId })).toMatchObject({
    status: "cancelled",
    endReason: "cancelled_before_dialing",
    attempts: [],
  });
});
