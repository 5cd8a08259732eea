import { defineConfig } from "vitest/config";

/**
 * `unit`: fast tests beside the code, and those `*.integration.test.ts` that start the database or the sandbox themselves.
 * `integration`: the whole product as processes of its own (e2e/README.md). Browser journeys are Playwright's.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["{shared,server,client,e2e/load,e2e/matrix,e2e/bench}/**/*.test.{ts,tsx}"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Of the library's own: one second, less than a loaded machine takes.
          expect: { poll: { timeout: 20_000 } },
        },
      },
      {
        test: {
          name: "integration",
          // They wait for speech in real time more than they compute.
          maxWorkers: 3,
          // As with the browser journeys: one that failed runs once more, and is named as flaky.
          retry: 1,
          include: ["e2e/**/*.integration.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
});
