import { type App, startApp } from "#server/app.ts";
import { readConfig } from "#server/config.ts";
import { DEMO_PASSWORD, DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import { StartProblem } from "#server/lib/failure.ts";
import { existsSync } from "node:fs";
import closeWithGrace from "close-with-grace";

/** A stop that takes longer ends hard; everything stored stays stored. */
const STOP_WITHIN_MS = 4500;

try {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const app = await startApp(readConfig(process.env));
  console.log(banner(app));
  let stopping = false;
  closeWithGrace({ delay: STOP_WITHIN_MS, logger: false }, async ({ err }) => {
    stopping = true;
    if (err !== undefined) app.fatal(err);
    await app.stop();
  });
  const lost = await app.lost;
  // While we stop, our own parts end because we end them.
  if (!stopping) {
    console.error(lost);
    // What can't be stored any more must not keep a useless server alive.
    await Promise.race([app.stop(), new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS))]);
    process.exit(1);
  }
} catch (error) {
  if (!(error instanceof StartProblem)) throw error;
  console.error(error.message);
  process.exit(1);
}

function banner({ config, peers, sandboxUrl, warnings }: App): string {
  const peerNames = [
    ["phone network", peers.telephony],
    ["voice model", peers.voice],
    ["analyst", peers.analyst],
  ] as const;
  const simulated = peerNames.filter(([, real]) => !real).map(([name]) => name);
  const people = Object.values(DEMO_PEOPLE).map(({ email }) => `    ${email}`);
  return [
    "",
    `  Ringside is ready: ${config.publicUrl}`,
    ...(simulated.length > 0 ? [`  Simulated here: ${simulated.join(", ")}.`] : []),
    ...(sandboxUrl === null ? [] : [`  Its calls and faults: ${sandboxUrl}/sandbox`]),
    ...(sandboxUrl === null || peers.telephony
      ? []
      : [`  Answer a call yourself: ${sandboxUrl}/sandbox/phone`]),
    ...(config.demo ? ["", `  Demo logins (password ${DEMO_PASSWORD}):`, ...people] : []),
    ...warnings.map((warning) => `\n  Attention: ${warning}`),
    "",
    "  Stop with Ctrl-C.",
    "",
  ].join("\n");
}
