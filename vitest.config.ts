import { defineConfig } from "vitest/config";

/** Fast tests live beside the code; `*.integration.test.ts` start the embedded database or the sandbox. */
export default defineConfig({
  test: {
    include: ["{shared,server,client}/**/*.test.{ts,tsx}"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ["default"],
  },
});
