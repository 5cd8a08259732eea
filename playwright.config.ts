import { CHROMIUM_FLAGS, chromiumPath } from "#e2e/support/chromium.ts";
import { defineConfig } from "@playwright/test";

/**
 * Browser journeys against the whole product (e2e/README.md). Two at a time, each with a product of its own. One that failed runs once
 * more, so that it is known whether it always fails; `npm test` names it as flaky, which is a fault to be found.
 */
export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.e2e.ts",
  outputDir: "test-results",
  workers: 2,
  retries: 1,
  // A whole phone call fits, also on a busy machine.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    headless: true,
    viewport: { width: 1440, height: 900 },
    locale: "en-US",
    timezoneId: "America/Los_Angeles",
    actionTimeout: 30_000,
    trace: "retain-on-failure",
    launchOptions: { executablePath: await chromiumPath(), args: CHROMIUM_FLAGS },
  },
});
