import { callEnds, recordingReady } from "#e2e/support/api.ts";
import { enterAs, expectAccessible, expectFits, test } from "#e2e/support/browser.ts";
import { person } from "#server/sandbox/callees/script.ts";
import { until } from "#e2e/support/wait.ts";
import { callCase } from "#e2e/support/world.ts";
import { expect } from "@playwright/test";
import { readFile } from "node:fs/promises";

/** Has something to say for a minute, so that whoever watches has time to look back. */
const TALKATIVE = person({
  voice: "rms",
  afterRingMs: 300,
  pauseMs: 500,
  answers: [],
  lines: [
    "Yes, it is the kitchen sink.",
    "It drips into the cabinet below.",
    "It began on Tuesday, after the storm.",
    "The cabinet is wet through by now.",
    "I put a bucket under it.",
  ],
  closing: null,
});

test("a call that is over is replayed: one playhead over sound, words and state, and a link to its moment", async ({
  page,
  world,
}) => {
  const { business, request } = await callCase(world, TALKATIVE, undefined, { recording: true });
  await enterAs(page, world, business);
  const callId = await request();
  await until("both have spoken after the opening", async () => {
    const view = await business.api.call.get({ callId });
    return view.recording?.state === "on" && view.transcript.length >= 3;
  });
  await page.goto(`${world.baseUrl}/calls/${callId}`);
  const replay = page.getByRole("region", { name: "Replay" });

  // While it goes on, what was so is looked back on.
  await page.getByRole("button", { name: "Look back" }).click();
  await expect(replay.getByText("The call goes on.")).toBeVisible();
  await replay.getByRole("button", { name: "Back to live" }).click();
  await expect(replay).toHaveCount(0);

  await business.api.call.hangUp({ callId });
  await callEnds(business.api, callId);
  const { transcript } = await recordingReady(business.api, callId);
  await expect(replay).toBeVisible();
  const slider = replay.getByRole("slider", { name: "Position in the call" });
  const current = page.locator("[data-testid=segment][aria-current=true]");
  await expect(current).toHaveCount(0);

  // A line leads to its moment.
  const [, opening, answer] = transcript;
  if (opening === undefined || answer === undefined) throw new Error("Too little was said.");
  await page.locator(`[data-segment-id="${opening.segmentId}"]`).getByRole("button").click();
  await expect(current).toHaveAttribute("data-segment-id", opening.segmentId);
  await expect(page.getByTestId("replay-moment")).toContainText("the agent speaks for the business");
  await expect(page).toHaveURL(new RegExp(`t=${Math.floor(opening.startMs / 1000)}$`));

  // The playhead goes with the sound, and the words go with the playhead.
  await slider.fill(String(Math.floor(answer.startMs / 1000) - 1));
  await expect(current).toHaveAttribute("data-segment-id", opening.segmentId);
  const played = page.waitForResponse((response) => response.url().includes("/recordings/"));
  await replay.getByRole("button", { name: "Play", exact: true }).click();
  expect((await played).status()).toBe(206);
  await expect(current).toHaveAttribute("data-segment-id", answer.segmentId);
  await slider.press(" ");
  await expect(replay.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  // What was said is taken along as a file.
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export transcript, CSV" }).click(),
  ]);
  const words = await readFile(await file.path(), "utf8");
  expect(words).toContain(answer.text);

  const { entries } = await business.api.audit.list({ callId });
  expect(entries.map(({ act }) => act)).toEqual(["exported", "played_recording", "hung_up"]);

  await page.getByRole("link", { name: "Who did what in this call" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "played the recording" })).toBeVisible();
  await expectAccessible(page, "who did what");

  // The address opens at the moment.
  await page.goto(`${world.baseUrl}/calls/${callId}?t=3`);
  await expect(slider).toHaveValue("3");
  await page.keyboard.press(",");
  await expect(slider).toHaveValue("0");
  await expectFits(page, "replay");
  await expectAccessible(page, "replay");
  await page.setViewportSize({ width: 390, height: 844 });
  await expectFits(page, "replay, phone");
});
