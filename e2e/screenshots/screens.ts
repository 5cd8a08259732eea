import type { Cast } from "#e2e/screenshots/cast.ts";
import { linkTo } from "#e2e/support/links.ts";
import type { Page } from "playwright-core";

/** Who looks at a screen. */
export type Viewer = "nobody" | "newcomer" | "maria" | "james" | "business" | "supervisor";

/** A picture: whose screen, where, what shows that all of it is there, and what is done on it first. */
export type Screen = {
  /** The name of its files. */
  name: string;
  /** What it shows, under the picture. */
  caption: string;
  viewer: Viewer;
  path: string;
  shows: RegExp | string;
  before?: (page: Page) => Promise<unknown>;
  open?: (page: Page) => Promise<unknown>;
  after?: (page: Page) => Promise<unknown>;
};

type Acts = Pick<Screen, "before" | "open" | "after">;
const of =
  (viewer: Viewer) =>
  (name: string, caption: string, path: string, shows: Screen["shows"], acts: Acts = {}): Screen => ({
    name,
    caption,
    viewer,
    path,
    shows,
    ...acts,
  });
const [nobody, newcomer, maria, james] = [of("nobody"), of("newcomer"), of("maria"), of("james")];
const [acme, supervisor] = [of("business"), of("supervisor")];

export type Chapter = { title: string; screens: readonly Screen[] };

const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).first().click();
const FREE = /: \d+ times? free/;
const OBJECTIVE = "Find out where the water is coming from and book a plumber's visit for this week.";

/** The server fails at this procedure. */
const failing = (procedure: string) => (page: Page) =>
  page.route(`**/rpc/${procedure}*`, (route) => route.fulfill({ status: 500, body: "{}" }));

async function askForCode(page: Page) {
  await page.getByLabel("Phone number").fill("(415) 555-0132");
  await press("Text me a code")(page);
  await page.getByLabel("Code").waitFor();
}

/** Words are drawn; on phones they are further down the page. */
const words = (page: Page) =>
  page.waitForFunction(() => {
    const log = document.querySelector("[role=log]");
    if (log === null) return false;
    const { top, bottom } = log.getBoundingClientRect();
    const lines = [...log.querySelectorAll("[data-testid=segment]")].map((line) =>
      line.getBoundingClientRect(),
    );
    return lines.some((line) => line.top > top && line.bottom < bottom);
  });

async function hold(page: Page) {
  await press(/^\d+:00 [AP]M$/)(page);
  await page.getByRole("button", { name: "Another time" }).waitFor();
}

async function compose(page: Page) {
  await press("Request AI call")(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Objective").fill(OBJECTIVE);
  await dialog
    .getByText(/calling for Acme Plumbing/)
    .first()
    .waitFor();
  await dialog.getByText(/Calls left/).waitFor();
}

async function refused(page: Page) {
  await compose(page);
  const dialog = page.getByRole("dialog");
  await dialog.getByText("At a chosen time").click();
  await dialog.getByLabel("Day and time, yours").fill("2035-01-01T10:00");
  await press("Place call")(page);
  await dialog.getByRole("button", { name: "Call now instead" }).waitFor();
}

const WAY_IN: Chapter = {
  title: "The way in",
  screens: [
    nobody("sign-in", "Sign in", "/sign-in", "Create an account"),
    nobody("sign-up", "Create an account", "/sign-up", "I am here as"),
  ],
};

function requestScreens({ leadId, businessId }: Cast): Chapter {
  const [matches, book] = [`/help/matches/${leadId}`, `/book/${leadId}/${businessId}`];
  return {
    title: "Asking for help",
    screens: [
      newcomer("phone-code", "A number is proven once", "/help", "Which phone may we call?", {
        open: askForCode,
      }),
      maria("help", "Ask for help", "/help", "What do you need help with?"),
      maria("matches", "Businesses that fit, and what each may do", matches, /can help/),
      maria("edit-request", "Correct a request", matches, /can help/, { open: press("Edit request") }),
      maria("book", "Free times on the clock of one's city", book, FREE),
      maria("book-held", "A time is kept while one decides", book, FREE, { open: hold }),
    ],
  };
}

function ownCallScreens({ bookedId, finishedId }: Cast): Chapter {
  const over = linkTo(bookedId, -1_000);
  return {
    title: "One's own calls",
    screens: [
      maria("my-calls", "My calls, and the switch that stops all", "/help/calls", "Had enough?"),
      maria(
        "my-booked-call",
        "Booked: when, from which number, by which words",
        `/c/${bookedId}`,
        /We call from/,
      ),
      maria("my-finished-call", "Afterwards: what was agreed and said", `/c/${finishedId}`, /How it ended/, {
        open: words,
      }),
      nobody("linked-call", "The link of a text message", linkTo(bookedId), /We call from/),
      nobody("link-over", "A link that is over", over, /doesn't work any more/),
    ],
  };
}

function inboxScreens({ leadId }: Cast): Chapter {
  const [lead, fits] = [`/inbox?view=interested&lead=${leadId}`, /Why it fits/];
  return {
    title: "The inbox of a business",
    screens: [
      acme("inbox", "New leads", "/inbox", "Priya Nair"),
      acme("lead", "A lead, and the next step", lead, fits),
      acme("composer", "A call is asked for: opening, cost and hours beforehand", lead, fits, {
        open: compose,
      }),
      acme("composer-refused", "A refusal comes with a way out", lead, fits, { open: refused }),
      acme("inbox-empty", "Nothing here yet", "/inbox?view=done", "Nothing is done yet"),
      acme("inbox-failed", "What did not load says so", "/inbox", "Leads didn't load.", {
        before: failing("business/leads"),
      }),
      acme("settings", "The business profile", "/settings", "Business profile"),
    ],
  };
}

function callScreens({ bookedId, finishedId }: Cast): Chapter {
  const [booked, finished] = [`/calls/${bookedId}`, `/calls/${finishedId}`];
  return {
    title: "The calls of a business",
    screens: [
      acme("calls", "Calls, searched and narrowed", "/calls", "Hannah Weiss"),
      acme("booked-call", "A booked call", booked, /Booked for/),
      acme("move-call", "Another time for it", booked, /Booked for/, { open: press("Reschedule") }),
      acme("finished-call", "A finished call: outcome, transcript, cost", finished, /How it ended/, {
        open: words,
      }),
    ],
  };
}

/** What can be pictured at any time. */
export const calmScreens = (cast: Cast): readonly Chapter[] => [
  WAY_IN,
  requestScreens(cast),
  ownCallScreens(cast),
  inboxScreens(cast),
  callScreens(cast),
];

/** While James talks with the agent. */
export function talkingScreens(callId: string): Chapter {
  const [path, live] = [`/calls/${callId}`, /^Live/];
  return {
    title: "A live call",
    screens: [
      supervisor("call", "A supervisor reads along", path, live, { open: words }),
      acme("business-call", "The business reads along", path, live, { open: words }),
      james("my-live-call", "So does whoever is called", `/c/${callId}`, live, { open: words }),
      acme("hang-up", "One question before it ends", path, live, { open: press("Hang up") }),
    ],
  };
}

/** The pages of the simulated world; on the phone page a call is answered by typing. */
export function sandboxScreens(sandboxUrl: string, { tomsNumber, callTom }: Cast): Chapter {
  const talk = async (page: Page) => {
    await page.getByLabel("Phone number").fill(tomsNumber);
    await press("I answer this number myself")(page);
    await page.getByText("Nothing rings yet").waitFor();
    await callTom();
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await page.getByRole("textbox", { name: "Say something" }).fill("Hello, this is Tom.");
    await press("Say it")(page);
    await page.locator("[data-who=caller]").nth(1).waitFor();
  };
  const handBack = async (page: Page) => {
    await press("Hang up")(page);
    await press("Hand the number back")(page);
  };
  const look = (page: Page) => page.getByRole("button", { name: tomsNumber }).first().click();
  const [phone, number] = [`${sandboxUrl}/sandbox/phone`, "Phone number"];
  return {
    title: "The sandbox",
    screens: [
      nobody("browser-phone", "A phone in the browser", phone, number),
      nobody("browser-phone-talking", "A person answers by typing", phone, number, {
        open: talk,
        after: handBack,
      }),
      nobody("sandbox", "Simulated calls, texts and faults", `${sandboxUrl}/sandbox`, "Text messages", {
        open: look,
      }),
    ],
  };
}

async function findMaria(page: Page) {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByLabel("A page, a name, or what a call is for").fill("maria");
  await page.getByRole("menuitem").first().waitFor();
}

/** While many talk and some wait. */
export function busyScreens(waitingId: string): Chapter {
  const ended = "Just ended";
  return {
    title: "Supervisors",
    screens: [
      supervisor("wall", "The wall", "/wall", ended),
      supervisor("palette", "Any page or call by a few letters", "/wall", ended, { open: findMaria }),
      supervisor("pause", "All dialling is paused with a reason", "/wall", ended, {
        open: press("Pause dialling"),
      }),
      maria("my-waiting-call", "Whoever waits sees their place in the line", `/c/${waitingId}`, /in line,/),
      acme("waiting-call", "So does the business", `/calls/${waitingId}`, /in line,/),
    ],
  };
}
